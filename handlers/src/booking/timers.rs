//! When something is due for a booking: its reminders, and the end of a hold.

use std::collections::BTreeMap;
use std::fmt;

use super::{Booking, Status, Timestamp, due};

/// How long after `expires_at` the end of a hold is told, in seconds. By then, every function's clock has passed
/// `expires_at`.
const HOLD_MARGIN: i64 = 5;

/// The kind of a timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The reminder of `reminder_lead_seconds`.
    Reminder,
    /// A further reminder, with its lead in seconds.
    Further(u32),
    /// The end of a hold.
    Hold,
}

impl Kind {
    /// Parses its text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "reminder" => Some(Self::Reminder),
            "hold" => Some(Self::Hold),
            _ => text.strip_prefix("reminder-")?.parse().ok().map(Self::Further),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reminder => f.write_str("reminder"),
            Self::Further(lead) => write!(f, "reminder-{lead}"),
            Self::Hold => f.write_str("hold"),
        }
    }
}

impl Booking {
    /// The due times of the booking after its last change, in seconds since the Unix epoch.
    ///
    /// `before` is the booking before that change, with its due times. A further reminder keeps its due time if start and
    /// lead stay, even one in the past.
    #[must_use]
    pub fn dues(&self, before: Option<(&Self, &BTreeMap<Kind, i64>)>) -> BTreeMap<Kind, i64> {
        let start = self.span.start();
        let mut dues = BTreeMap::new();
        match self.status {
            Status::Held => {
                let rounded_up = |at: Timestamp| (at.millis() + 999).div_euclid(1000);
                let lapses = self.expires_at.map(|at| rounded_up(at) + HOLD_MARGIN);
                dues.extend(lapses.map(|due| (Kind::Hold, due)));
            }
            Status::Active => {
                dues.extend(self.ttl.map(|due| (Kind::Reminder, due)));
                let kept = before.filter(|(before, _)| before.span.start() == start);
                for lead in &self.further_reminder_lead_seconds {
                    let kind = Kind::Further(*lead);
                    let kept = kept.and_then(|(_, dues)| dues.get(&kind));
                    dues.insert(kind, kept.copied().unwrap_or_else(|| due(start, *lead, self.updated_at)));
                }
            }
            Status::Cancelled | Status::Expired => {}
        }
        dues
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_read_as_it_is_written() {
        for kind in [Kind::Reminder, Kind::Further(60), Kind::Further(2_592_000), Kind::Hold] {
            assert_eq!(Kind::parse(&kind.to_string()), Some(kind));
        }
        for text in ["", "reminder-", "reminder-x", "holds", "Reminder"] {
            assert_eq!(Kind::parse(text), None, "{text}");
        }
    }
}
