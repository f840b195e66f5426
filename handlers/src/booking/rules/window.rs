//! Windows: from one wall-clock time of a day to another, on it or on the next one.

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Clock;
use super::clock::written;

/// A day's minutes on the wall clock, whatever the zone leaps.
pub(super) const DAY_MINUTES: i64 = 24 * 60;

/// A time of day at which the resource opens, and one at which it closes. A `to` before `from` is on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// When it opens: `00:00` to `23:59`.
    #[schemars(regex(pattern = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"), example = &"09:00")]
    #[garde(custom(opening))]
    pub from: Clock,
    /// When it closes: `00:00` to `24:00`, the end of the day.
    #[garde(custom(closing(self.from)))]
    pub to: Clock,
}

// garde passes its context by reference, even an empty one.
#[expect(clippy::trivially_copy_pass_by_ref)]
fn opening(from: &Clock, (): &()) -> garde::Result {
    match from.minutes() {
        Some(0..DAY_MINUTES) => Ok(()),
        _ => Err(garde::Error::new("must be a time of day as HH:MM, from 00:00 to 23:59")),
    }
}

fn closing(from: Clock) -> impl FnOnce(&Clock, &()) -> garde::Result {
    move |to, ()| match to.minutes() {
        None => Err(garde::Error::new("must be a time of day as HH:MM, from 00:00 to 24:00")),
        closes if closes == from.minutes() => {
            Err(garde::Error::new("must be another time than from; a whole day is 00:00 to 24:00"))
        }
        _ => Ok(()),
    }
}

/// The windows of one day, in any order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(transparent)]
#[garde(transparent)]
pub struct Windows(#[garde(length(max = 8), dive)] pub Vec<Window>);

/// A window in minutes after the midnight at which its day begins. Not empty, at most a day long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Minutes {
    pub(super) from: i64,
    pub(super) to: i64,
}

impl Minutes {
    /// `None` for a window that validation refuses.
    pub(super) fn of(window: Window) -> Option<Self> {
        let (from, to) = (window.from.minutes()?, window.to.minutes()?);
        let to = if to < from { to + DAY_MINUTES } else { to };
        (from < DAY_MINUTES && from < to).then_some(Self { from, to })
    }

    /// Whether the two overlap, where the other's day is `days` after this one's.
    pub(super) fn overlaps(self, other: Self, days: i64) -> bool {
        let later = days * DAY_MINUTES;
        self.from.max(other.from + later) < self.to.min(other.to + later)
    }

    /// When it closes, as it is written in a rule.
    pub(super) fn closes(self) -> String {
        if self.to > DAY_MINUTES {
            format!("{} on the next day", written(self.to - DAY_MINUTES))
        } else {
            written(self.to)
        }
    }
}
