//! When something is due for a booking: its reminders, and the end of a hold.

use std::collections::BTreeMap;
use std::fmt;

use super::{Booking, Status, Timestamp, due};

/// How long after `expires_at` the end of a hold is told, in seconds. By then, every function's clock has passed
/// `expires_at`.
const HOLD_MARGIN: i64 = 5;
/// How many seconds ahead of a function's clock a timer may be removed already: the sweeper's clock may be ahead, and this one
/// behind.
const CLOCKS: i64 = 10;

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

/// A timer that a booking has to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// When it is due, in seconds since the Unix epoch.
    pub at: i64,
    /// The kind under which the booking had this timer before its last change, if it had it.
    pub was: Option<Kind>,
}

impl Booking {
    /// The timers of the booking after its last change.
    ///
    /// `before` is the booking before that change, with its due times. If start and lead stay, a reminder keeps its due time,
    /// even one in the past. That also holds where `reminder_lead_seconds` and a further lead change places: a reminder that
    /// may be told already is not told again.
    #[must_use]
    pub fn dues(&self, before: Option<(&Self, &BTreeMap<Kind, i64>)>) -> BTreeMap<Kind, Due> {
        let start = self.span.start();
        let had = |kind: Kind, at: i64| before.is_some_and(|(_, dues)| dues.get(&kind) == Some(&at));
        let new = |kind: Kind, at: i64| (kind, Due { at, was: had(kind, at).then_some(kind) });
        match self.status {
            Status::Held => {
                let rounded_up = |at: Timestamp| (at.millis() + 999).div_euclid(1000);
                let lapses = self.expires_at.map(|at| rounded_up(at) + HOLD_MARGIN);
                lapses.map(|at| new(Kind::Hold, at)).into_iter().collect()
            }
            Status::Active => {
                let stays = before.filter(|(before, _)| before.span.start() == start);
                let reminders = self.reminders().filter_map(|(kind, lead)| {
                    if let Some(kept) = stays.and_then(|(before, dues)| self.kept(kind, lead, before, dues)) {
                        return Some((kind, kept));
                    }
                    let at = match kind {
                        Kind::Reminder => self.ttl?,
                        _ => due(start, lead, self.updated_at),
                    };
                    Some(new(kind, at))
                });
                reminders.collect()
            }
            Status::Cancelled | Status::Expired => BTreeMap::new(),
        }
    }

    /// Its reminders' kinds and leads.
    fn reminders(&self) -> impl Iterator<Item = (Kind, u32)> {
        let further = self.further_reminder_lead_seconds.iter().map(|lead| (Kind::Further(*lead), *lead));
        self.reminder_lead_seconds.map(|lead| (Kind::Reminder, lead)).into_iter().chain(further)
    }

    /// The timer of `before` with the same lead, if the reminder keeps it. One of another kind is kept only if it may be told
    /// already, because the kind is a part of the timer's key.
    fn kept(&self, kind: Kind, lead: u32, before: &Self, dues: &BTreeMap<Kind, i64>) -> Option<Due> {
        let (was, _) = before.reminders().find(|(_, had)| *had == lead)?;
        let at = *dues.get(&was)?;
        (was == kind || at <= self.updated_at.seconds() + CLOCKS).then_some(Due { at, was: Some(was) })
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
