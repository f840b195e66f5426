//! The rules of a resource: when it is open, for how many at a time, and what a booking must keep to.
//!
//! [`Rules`] is what clients send and receive, and what is stored. [`Timetable`] is the rules in their time zone. Only
//! code that makes or checks one links the time zone database.

mod check;
mod clock;
mod date;
mod exception;
mod open;
mod week;
mod window;
mod zone;

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::stretch::MINUTE;

pub use check::{Wanted, at_members};
pub use clock::Clock;
pub use date::Date;
pub use exception::{Exception, Exceptions};
pub use open::Timetable;
pub use week::Week;
pub use window::{Window, Windows};
pub use zone::UnknownZone;

/// The rules of a resource, which each booking must keep to. A member that is left out has its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// The IANA time zone of all dates and times of day in these rules.
    #[schemars(example = &"Europe/Berlin")]
    #[garde(custom(zone::known))]
    pub time_zone: String,
    /// The windows in which it is open, by weekday; `null` means always.
    #[garde(dive)]
    pub open: Option<Week>,
    /// Dates with other windows; at most 100.
    #[garde(length(max = 100), dive(self.open))]
    pub exceptions: Exceptions,
    /// How many seats can be taken at the same time.
    #[garde(range(min = 1, max = 1000))]
    pub capacity: i64,
    /// A booking starts a multiple of this after its window opens, or after local midnight where it is always open;
    /// `null` means at any time.
    #[garde(range(min = 1, max = 1440))]
    pub slot_minutes: Option<i64>,
    /// The shortest booking; `null` means any.
    #[garde(range(min = 1, max = 44_640))]
    pub min_minutes: Option<i64>,
    /// The longest booking, at least `min_minutes`; `null` means 31 days.
    #[garde(range(min = 1, max = 44_640), custom(not_below(self.min_minutes)))]
    pub max_minutes: Option<i64>,
    /// Kept free before each booking.
    #[garde(range(min = 0, max = 1440))]
    pub buffer_before_minutes: i64,
    /// Kept free after each booking.
    #[garde(range(min = 0, max = 1440))]
    pub buffer_after_minutes: i64,
    /// How long before its start a booking must be made.
    #[garde(range(min = 0, max = 525_600))]
    pub notice_minutes: i64,
    /// How many days (of 24 hours) ahead a booking may start; `null` means any.
    #[garde(range(min = 1, max = 730))]
    pub horizon_days: Option<i64>,
}

fn not_below(least: Option<i64>) -> impl FnOnce(&Option<i64>, &()) -> garde::Result {
    move |most, ()| match (least, most) {
        (Some(least), Some(most)) if *most < least => {
            Err(garde::Error::new(format!("must be at least min_minutes, which is {least}")))
        }
        _ => Ok(()),
    }
}

impl Default for Rules {
    /// The rules of a resource for which none were ever set.
    fn default() -> Self {
        Self {
            time_zone: "UTC".to_owned(),
            open: None,
            exceptions: Exceptions::default(),
            capacity: 1,
            slot_minutes: None,
            min_minutes: None,
            max_minutes: None,
            buffer_before_minutes: 0,
            buffer_after_minutes: 0,
            notice_minutes: 0,
            horizon_days: None,
        }
    }
}

impl Rules {
    /// The milliseconds that are kept free before and after each booking.
    pub(super) fn buffers(&self) -> (i64, i64) {
        (self.buffer_before_minutes * MINUTE, self.buffer_after_minutes * MINUTE)
    }

    /// The step of the grid of starts, in milliseconds. At least a minute, even where a stored item was edited by hand.
    pub(super) fn step(&self) -> Option<i64> {
        self.slot_minutes.map(|minutes| minutes.max(1) * MINUTE)
    }
}

#[cfg(test)]
mod tests;
