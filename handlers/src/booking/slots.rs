//! The spans of a resource that can be booked.

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::input::between;
use super::occupancy::days_around;
use super::stretch::{DAY, MINUTE, Stretch};
use super::{BookingError, BusySpan, Day, Fault, Faults, LONGEST_DAYS, Occupancy, Span, Timestamp, Timetable};

/// Parameters of a request for slots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SlotsQuery {
    /// Only slots that start at this time or later.
    #[schemars(example = &"2035-05-14T00:00:00Z")]
    #[garde(skip)]
    pub from: Timestamp,
    /// Only slots that start before this time, which is after `from`, by at most 31 days.
    #[schemars(example = &"2035-05-21T00:00:00Z")]
    #[garde(skip)]
    pub to: Timestamp,
    /// How long, in minutes; by default the resource's `min_minutes`, or else its `slot_minutes`.
    #[schemars(example = 30)]
    #[garde(range(min = 1, max = 44_640))]
    pub minutes: Option<i64>,
    /// For how many seats; 1 where it is not given.
    #[schemars(extend("default" = 1))]
    #[garde(range(min = 1, max = 1000))]
    pub seats: Option<i64>,
}

/// A span that can be booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Slot {
    /// The start, inclusive.
    pub start_time: Timestamp,
    /// The end, exclusive.
    #[schemars(example = &"2035-05-14T10:00:00Z")]
    pub end_time: Timestamp,
    /// How many seats are left over all of it, its buffers included.
    #[schemars(range(min = 1), example = 1)]
    pub seats_left: i64,
}

/// The starts, the length and the seats that a query asks for, under the rules of its resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Search {
    starts: Stretch,
    length: i64,
    step: i64,
    seats: i64,
}

impl SlotsQuery {
    /// The times between which slots start.
    ///
    /// # Errors
    /// [`BookingError::Invalid`] when the two times make no span.
    pub fn span(&self) -> Result<Span, BookingError> {
        between(self.from, self.to)
    }

    /// The days whose claims are needed to answer, whatever the resource's rules are; at most 66.
    ///
    /// # Errors
    /// As for [`span`](Self::span).
    pub fn days(&self) -> Result<impl Iterator<Item = Day>, BookingError> {
        let starts = Stretch::from(self.span()?);
        let longest = self.minutes.map_or(LONGEST_DAYS * DAY, |minutes| minutes * MINUTE);
        Ok(days_around(starts.widened(0, longest)))
    }

    /// The search under a resource's rules.
    ///
    /// # Errors
    /// The parameters that break its rules, or that it needs.
    pub fn search(&self, timetable: &Timetable<'_>) -> Result<Search, Faults> {
        let rules = timetable.rules();
        let mut faults = Vec::new();
        let seats = self.seats.unwrap_or(1);
        let span = Span::new(self.from, self.to);
        if let Err(rule) = &span {
            faults.push(Fault::new("to", rule.replace("start_time", "from")));
        }
        let minutes = self.minutes.or(rules.min_minutes).or(rules.slot_minutes);
        match minutes {
            None => {
                faults.push(Fault::new(
                    "minutes",
                    "is missing, and the resource has neither min_minutes nor slot_minutes",
                ));
            }
            Some(minutes) => faults.extend(timetable.bound(minutes * MINUTE).map(|(bound, of)| {
                Fault::new("minutes", format!("must be at {bound} {of}, by the rules of the resource"))
            })),
        }
        faults.extend(timetable.seats(seats).map(|rule| Fault::new("seats", rule)));
        let (Ok(span), Some(minutes), true) = (span, minutes, faults.is_empty()) else { return Err(Faults(faults)) };
        let length = minutes * MINUTE;
        Ok(Search { starts: span.into(), length, step: rules.step().unwrap_or(length), seats })
    }
}

/// The spans of `search` that can be booked at `now`, by start: those on the grid that keep to all rules, and for which
/// enough seats are left.
///
/// The grid begins anew with each window and goes by `slot_minutes`, or where there is none by the length.
#[must_use]
pub fn slots(timetable: &Timetable<'_>, occupancy: &Occupancy, search: &Search, now: Timestamp) -> Vec<Slot> {
    let Some(starts) = bookable_starts(timetable, search, now) else { return Vec::new() };
    let openings = timetable.openings(starts.widened(0, search.length));
    let spans = Stretch::join(openings.iter().copied());
    let mut spans = spans.into_iter().peekable();
    let (before, after) = timetable.rules().buffers();
    let mut occupancy = occupancy.in_order();
    let mut slots = Vec::new();
    for opening in openings {
        while spans.next_if(|span| span.to <= opening.from).is_some() {}
        let Some(span) = spans.peek() else { break };
        // The last start from which a slot ends before the resource closes.
        let last = (span.to - search.length).min(opening.to - 1).min(starts.to - 1);
        let mut start = opening.from;
        if start < starts.from {
            start += (starts.from - start + search.step - 1) / search.step * search.step;
        }
        while start <= last {
            let slot = Stretch { from: start, to: start + search.length };
            let seats_left = occupancy.seats_left(slot.widened(before, after));
            let times = slot.times().filter(|_| seats_left >= search.seats);
            slots.extend(times.map(|BusySpan { start_time, end_time }| Slot { start_time, end_time, seats_left }));
            start += search.step;
        }
    }
    slots
}

/// The times of the search at which a booking that is made at `now` may start; `None` where there are none.
fn bookable_starts(timetable: &Timetable<'_>, search: &Search, now: Timestamp) -> Option<Stretch> {
    let rules = timetable.rules();
    let now = now.millis();
    // A booking starts in the future: a millisecond from now at the earliest.
    let earliest = now + (rules.notice_minutes * MINUTE).max(1);
    let latest = rules.horizon_days.map_or(i64::MAX, |days| now + days * DAY + 1);
    search.starts.within(Stretch { from: earliest, to: latest })
}

#[cfg(test)]
mod tests;
