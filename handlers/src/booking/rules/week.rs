//! The weekly windows of a resource.

use garde::{Path, Report, Validate};
use lambda::present;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::clock::written;
use super::window::{Minutes, Windows};

macro_rules! week {
    ($($(#[$docs:meta])* $day:ident)*) => {
        /// The windows by the weekday on which they open. A weekday that is left out is closed.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct Week {$(
            $(#[$docs])*
            #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
            #[schemars(with = "Windows")]
            pub $day: Option<Windows>,
        )*}

        impl Week {
            /// The weekdays by name, from Monday on.
            pub(super) fn days(&self) -> [(&'static str, Option<&Windows>); 7] {
                [$((stringify!($day), self.$day.as_ref()),)*]
            }
        }
    };
}

week! {
    /// Windows that open on Mondays.
    monday
    /// Windows that open on Tuesdays.
    tuesday
    /// Windows that open on Wednesdays.
    wednesday
    /// Windows that open on Thursdays.
    thursday
    /// Windows that open on Fridays.
    friday
    /// Windows that open on Saturdays.
    saturday
    /// Windows that open on Sundays.
    sunday
}

impl Week {
    /// The windows that open on a date, by its days since 1970-01-01, a Thursday.
    pub(super) fn on(&self, day: i64) -> Option<(&'static str, &Windows)> {
        let weekday = usize::try_from((day + 3).rem_euclid(7)).ok()?;
        let (name, windows) = *self.days().get(weekday)?;
        Some((name, windows?))
    }
}

/// By hand: of several windows that overlap others, each is a fault of its own.
impl Validate for Week {
    type Context = ();

    fn validate_into(&self, (): &(), parent: &mut dyn FnMut() -> Path, report: &mut Report) {
        for (name, windows) in self.days() {
            if let Some(windows) = windows {
                windows.validate_into(&(), &mut || parent().join(name), report);
            }
        }
        let mut earlier: Vec<(i64, &str, Minutes)> = Vec::new();
        for (day, (name, windows)) in (0..).zip(self.days()) {
            for (index, window) in windows.iter().flat_map(|windows| &windows.0).enumerate() {
                let Some(window) = Minutes::of(*window) else { continue };
                // The week is a ring: Sunday's last window can run into Monday's first.
                let over = earlier.iter().find(|(other, _, with)| {
                    let apart = other - day;
                    [apart, apart + 7].iter().any(|apart| window.overlaps(*with, *apart))
                });
                if let Some((_, other, with)) = over {
                    report.append(parent().join(name).join(index), overlap(*with, other));
                }
                earlier.push((day, name, window));
            }
        }
    }
}

/// The fault of a window that overlaps `other`, which opens on `day`.
pub(super) fn overlap(other: Minutes, day: &str) -> garde::Error {
    garde::Error::new(format!("overlaps {day}'s window from {} to {}", written(other.from), other.closes()))
}
