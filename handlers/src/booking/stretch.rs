//! Half-open stretches of time of any length, in milliseconds since the Unix epoch.
//!
//! A [`Span`] is what a client may book or ask for. Opening hours and claims with their buffers can be longer.

use super::{BusySpan, Day, Span, Timestamp};

/// A minute in milliseconds.
pub(super) const MINUTE: i64 = 60_000;

/// A day of 24 hours in milliseconds.
pub(super) const DAY: i64 = 24 * 60 * MINUTE;

/// The first and the last millisecond that a [`Timestamp`] can have: of the years 0001 and 9999.
const TIMES: (i64, i64) = (-62_135_596_800_000, 253_402_300_799_999);

/// A half-open stretch: includes `from`, excludes `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stretch {
    /// The first millisecond.
    pub from: i64,
    /// The millisecond after the last one.
    pub to: i64,
}

impl Stretch {
    /// Whether the two have a millisecond in common.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.from.max(other.from) < self.to.min(other.to)
    }

    /// The days (UTC) that it touches, in order.
    pub fn days(self) -> impl Iterator<Item = Day> {
        Day::between(self.from, self.to)
    }

    /// The stretch with so many milliseconds before and after it, as far as there are times.
    pub(super) fn widened(self, before: i64, after: i64) -> Self {
        Self { from: (self.from - before).max(TIMES.0), to: (self.to + after).min(TIMES.1) }
    }

    /// The part of it that is in `other`; `None` where they have nothing in common.
    pub(super) fn within(self, other: Self) -> Option<Self> {
        let common = Self { from: self.from.max(other.from), to: self.to.min(other.to) };
        (common.from < common.to).then_some(common)
    }

    /// Makes one of stretches that touch. `stretches` are in order of their starts.
    pub(super) fn join(stretches: impl Iterator<Item = Self>) -> Vec<Self> {
        let mut joined: Vec<Self> = Vec::new();
        for next in stretches {
            match joined.last_mut() {
                Some(last) if next.from <= last.to => last.to = last.to.max(next.to),
                _ => joined.push(next),
            }
        }
        joined
    }

    /// The same as times. `None` outside of the years that a [`Timestamp`] can have.
    pub(super) fn times(self) -> Option<BusySpan> {
        Some(BusySpan { start_time: Timestamp::from_millis(self.from)?, end_time: Timestamp::from_millis(self.to)? })
    }
}

impl From<Span> for Stretch {
    fn from(span: Span) -> Self {
        Self { from: span.start().millis(), to: span.end().millis() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_stretch_is_widened_beyond_the_times_there_are() {
        let (first, last) = TIMES;
        assert!(Timestamp::from_millis(first).is_some() && Timestamp::from_millis(first - 1).is_none());
        assert!(Timestamp::from_millis(last).is_some() && Timestamp::from_millis(last + 1).is_none());
        for at in [Stretch { from: first, to: first + 1 }, Stretch { from: last - 1, to: last }] {
            let days: Vec<_> = at.widened(DAY, DAY).days().map(|day| day.to_string()).collect();
            assert_eq!(days.len(), 2, "{days:?}");
            assert!(at.widened(DAY, DAY).times().is_some());
        }
    }
}
