//! Dates on which other windows hold than those of the weekday.

use garde::{Path, Report, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::week::overlap;
use super::window::{Minutes, Windows};
use super::{Date, Week};

/// The windows that open on a date, instead of those of its weekday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// The date, in the resource's time zone.
    #[garde(custom(exists))]
    pub date: Date,
    /// The windows that open on it; `[]` is closed.
    #[garde(dive)]
    pub open: Windows,
}

// garde passes its context by reference, even an empty one.
#[expect(clippy::trivially_copy_pass_by_ref)]
fn exists(date: &Date, (): &()) -> garde::Result {
    match date.days() {
        Some(_) => Ok(()),
        None => Err(garde::Error::new("must be a date that exists, such as 2026-12-24")),
    }
}

/// The exceptions of a resource, in any order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)] // A reference would lose the bound of the field's rule.
pub struct Exceptions(pub Vec<Exception>);

/// For the rule of their number.
impl garde::rules::length::HasSimpleLength for Exceptions {
    fn length(&self) -> usize {
        self.0.len()
    }
}

impl Exceptions {
    /// The exception of a date, by its days since 1970-01-01.
    fn on(&self, day: i64) -> Option<(usize, &Exception)> {
        self.0.iter().enumerate().find(|(_, exception)| exception.date.days() == Some(day))
    }

    /// The first window that overlaps `window` of the exception at `place`: one before it on its date, one of the day
    /// before, or a weekday's of the day after.
    fn overlapped(&self, place: usize, index: usize, window: Minutes, week: Option<&Week>) -> Option<garde::Error> {
        let exception = self.0.get(place)?;
        let day = exception.date.days()?;
        let first = |windows: &Windows, apart: i64| {
            let windows = windows.0.iter().filter_map(|other| Minutes::of(*other));
            windows.into_iter().find(|other| window.overlaps(*other, apart))
        };
        let before = exception.open.0.iter().take(index).filter_map(|other| Minutes::of(*other));
        if let Some(other) = before.into_iter().find(|other| window.overlaps(*other, 0)) {
            return Some(overlap(other, &exception.date.to_string()));
        }
        for apart in [-1, 1] {
            let beside = match self.on(day + apart) {
                // Of two exceptions, the fault is the later date's.
                Some(_) if apart == 1 => None,
                Some((_, exception)) => Some(&exception.open),
                None => week.and_then(|week| week.on(day + apart)).map(|(_, windows)| windows),
            };
            if let Some(other) = beside.and_then(|windows| first(windows, apart)) {
                return Some(overlap(other, &Date::of_days(day + apart).to_string()));
            }
        }
        None
    }
}

/// By hand: of several dates that are given twice and windows that overlap others, each is a fault of its own.
impl Validate for Exceptions {
    /// The weekly windows, beside which an exception's windows stand.
    type Context = Option<Week>;

    fn validate_into(&self, week: &Option<Week>, parent: &mut dyn FnMut() -> Path, report: &mut Report) {
        for (place, exception) in self.0.iter().enumerate() {
            let mut at = || parent().join(place);
            exception.validate_into(&(), &mut at, report);
            let Some(day) = exception.date.days() else { continue };
            if self.on(day).is_some_and(|(first, _)| first < place) {
                report.append(at().join("date"), garde::Error::new("must be a date without another exception"));
                continue;
            }
            for (index, window) in exception.open.0.iter().enumerate() {
                let overlap =
                    Minutes::of(*window).and_then(|window| self.overlapped(place, index, window, week.as_ref()));
                if let Some(overlap) = overlap {
                    report.append(at().join("open").join(index), overlap);
                }
            }
        }
    }
}
