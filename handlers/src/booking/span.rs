//! Half-open spans of time, and the days that they touch.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Timestamp;

/// The longest span that can be booked or asked for, in days of 24 hours.
pub const LONGEST_DAYS: i64 = 31;

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// A half-open span: includes `start`, excludes `end`. Never empty, at most [`LONGEST_DAYS`] long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Ends")]
#[schemars(!try_from)]
pub struct Span {
    /// The start, inclusive.
    #[serde(rename = "start_time")]
    start: Timestamp,
    /// The end, exclusive: another booking may start then.
    #[serde(rename = "end_time")]
    #[schemars(example = &"2035-05-14T10:00:00Z")]
    end: Timestamp,
}

/// The two times of a span, before they are checked.
#[derive(Deserialize)]
struct Ends {
    start_time: Timestamp,
    end_time: Timestamp,
}

impl TryFrom<Ends> for Span {
    type Error = &'static str;

    fn try_from(ends: Ends) -> Result<Self, &'static str> {
        Self::new(ends.start_time, ends.end_time)
    }
}

impl Span {
    /// Creates a span. The error is the rule that it breaks.
    ///
    /// # Errors
    /// When `end` is not after `start`, or more than [`LONGEST_DAYS`] after it.
    pub fn new(start: Timestamp, end: Timestamp) -> Result<Self, &'static str> {
        if end <= start {
            Err("must be after start_time")
        } else if end.millis() - start.millis() > LONGEST_DAYS * DAY_MILLIS {
            Err("must be at most 31 days after start_time")
        } else {
            Ok(Self { start, end })
        }
    }

    /// The start, inclusive.
    #[must_use]
    pub fn start(self) -> Timestamp {
        self.start
    }

    /// The end, exclusive.
    #[must_use]
    pub fn end(self) -> Timestamp {
        self.end
    }

    /// Whether the two have a point in time in common. Spans are half-open: one may start when the other ends.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The days (UTC) that the span touches, in order; at most [`LONGEST_DAYS`] and one.
    pub fn days(self) -> impl Iterator<Item = Day> {
        Day::between(self.start.millis(), self.end.millis())
    }
}

/// A day in UTC, written `2026-11-22`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

impl Day {
    /// The days that the milliseconds from `from`, inclusive, to `to`, exclusive, touch, in order.
    pub(super) fn between(from: i64, to: i64) -> impl Iterator<Item = Self> {
        let (first, last) = (from.div_euclid(DAY_MILLIS), (to - 1).div_euclid(DAY_MILLIS));
        (first..=last).map(Self)
    }

    /// The millisecond since the Unix epoch at which the day begins.
    #[must_use]
    pub fn start_millis(self) -> i64 {
        self.0 * DAY_MILLIS
    }

    /// The day of its text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let midnight: Timestamp = format!("{text}T00:00:00Z").parse().ok()?;
        (text.len() == 10).then(|| Self(midnight.millis().div_euclid(DAY_MILLIS)))
    }

    /// The second since the Unix epoch at which the day ends.
    #[must_use]
    pub fn end_seconds(self) -> i64 {
        (self.0 + 1) * (DAY_MILLIS / 1000)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A day comes from a span between two timestamps, so its midnight is a timestamp too.
        match Timestamp::from_millis(self.0 * DAY_MILLIS) {
            Some(midnight) => f.write_str(midnight.sortable().get(..10).unwrap_or_default()),
            None => Err(fmt::Error),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn span(start: &str, end: &str) -> Span {
        Span::new(at(start), at(end)).unwrap()
    }

    #[test]
    fn adjacent_spans_do_not_overlap() {
        let first = span("2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z");
        let second = span("2026-11-22T11:00:00Z", "2026-11-22T12:00:00Z");
        assert!(!first.overlaps(second) && !second.overlaps(first));
    }

    #[test]
    fn a_span_touches_the_days_it_is_in_and_no_other() {
        let days = |start, end| span(start, end).days().map(|day| day.to_string()).collect::<Vec<_>>();
        assert_eq!(days("2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z"), ["2026-11-22"]);
        assert_eq!(days("2026-11-22T23:00:00Z", "2026-11-23T00:00:00Z"), ["2026-11-22"]);
        assert_eq!(days("2026-11-22T23:00:00Z", "2026-11-23T00:00:00.001Z"), ["2026-11-22", "2026-11-23"]);
        assert_eq!(days("1969-12-31T23:00:00Z", "1970-01-01T01:00:00Z"), ["1969-12-31", "1970-01-01"]);
        assert_eq!(days("2026-01-01T12:00:00Z", "2026-02-01T12:00:00Z").len(), 32);
    }

    #[test]
    fn a_span_ends_after_it_starts_and_within_31_days() {
        let start = at("2026-01-01T00:00:00Z");
        assert!(Span::new(start, start).is_err());
        assert!(Span::new(start, at("2025-12-31T23:59:59Z")).is_err());
        assert!(Span::new(start, at("2026-02-01T00:00:00Z")).is_ok());
        assert!(Span::new(start, at("2026-02-01T00:00:00.001Z")).is_err());
    }

    fn any_span() -> impl Strategy<Value = Span> {
        (0_i64..4_000_000_000_000, 1..=LONGEST_DAYS * DAY_MILLIS).prop_map(|(start, length)| {
            let at = |millis| Timestamp::from_millis(millis).unwrap();
            Span::new(at(start), at(start + length)).unwrap()
        })
    }

    proptest! {
        #[test]
        fn overlap_is_having_a_moment_in_common(a in any_span(), shift in -3 * DAY_MILLIS..3 * DAY_MILLIS, b in any_span()) {
            let at = |millis| Timestamp::from_millis(millis).unwrap();
            let start = a.start.millis() + shift;
            let b = Span { start: at(start), end: at(start + (b.end.millis() - b.start.millis())) };
            let common = a.start.max(b.start) < a.end.min(b.end);
            prop_assert_eq!(a.overlaps(b), common);
            prop_assert_eq!(a.overlaps(b), b.overlaps(a));
        }

        #[test]
        fn spans_that_overlap_share_a_day(a in any_span(), b in any_span()) {
            if a.overlaps(b) {
                let days: Vec<_> = a.days().collect();
                prop_assert!(b.days().any(|day| days.contains(&day)));
            }
        }

        #[test]
        fn days_are_consecutive_and_hold_both_ends(a in any_span()) {
            let days: Vec<_> = a.days().collect();
            prop_assert!(days.len() <= 32);
            prop_assert!(days.windows(2).all(|pair| pair[0].0 + 1 == pair[1].0));
            prop_assert_eq!(days[0].to_string(), &a.start.sortable()[..10]);
            prop_assert!(days[days.len() - 1].end_seconds() * 1000 >= a.end.millis());
        }
    }
}
