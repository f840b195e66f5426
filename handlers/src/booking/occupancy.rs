//! How many seats of a resource are taken when.

use std::collections::VecDeque;

use super::stretch::{DAY, Stretch};
use super::{BusySpan, Day, Rules, Span, Timestamp};

/// A booking's claim on a resource: seats, from the start of the buffer before it to the end of the buffer after it.
///
/// The buffers are those of the rules by which it was booked. Two claims do not overlap if between the bookings there
/// is room for the earlier one's buffer after it and the later one's before it. So a claim needs nothing but its own
/// ends, and rules that change later change nothing about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// From when to when, buffers included.
    pub stretch: Stretch,
    /// How many seats; at least one.
    pub seats: i64,
    /// Of a hold: the millisecond from which on it counts for nothing.
    pub lapses_at: Option<i64>,
}

impl Claim {
    /// The claim of a booking under `rules`. `lapses_at` is a hold's `expires_at`.
    #[must_use]
    pub fn new(span: Span, seats: i64, lapses_at: Option<Timestamp>, rules: &Rules) -> Self {
        let (before, after) = rules.buffers();
        let stretch = Stretch::from(span).widened(before, after);
        Self { stretch, seats, lapses_at: lapses_at.map(Timestamp::millis) }
    }

    /// Whether it still counts at `now`.
    #[must_use]
    pub fn counts(&self, now: Timestamp) -> bool {
        self.lapses_at.is_none_or(|lapses_at| now.millis() < lapses_at)
    }

    /// Whether the write that takes `wanted` at `now` has to remove this claim: it has lapsed, and a function whose clock
    /// is behind could still confirm it.
    #[must_use]
    pub fn gives_way_to(&self, wanted: &Self, now: Timestamp) -> bool {
        !self.counts(now) && self.stretch.overlaps(wanted.stretch)
    }
}

/// The days whose claims are needed to know whether a booking in `stretch` fits, whatever its resource's rules are:
/// those that a claim with the longest buffers touches.
pub fn days_around(stretch: Stretch) -> impl Iterator<Item = Day> {
    stretch.widened(DAY, DAY).days()
}

/// How many seats are taken from a time on, until the next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step {
    at: i64,
    taken: i64,
}

/// The seats that are taken over time, of a capacity.
#[derive(Debug, Clone)]
pub struct Occupancy {
    /// By time. Before the first and after the last one, none is taken.
    steps: Vec<Step>,
    capacity: i64,
}

/// Why seats do not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conflict {
    /// The first span in which fewer seats are left than wanted, buffers included.
    pub stretch: Stretch,
    /// How many seats are left over all of that span; 0 also where more are taken than a capacity that was lowered.
    pub seats_left: i64,
}

impl Conflict {
    /// The span as times.
    #[must_use]
    pub fn busy(&self) -> Option<BusySpan> {
        self.stretch.times()
    }
}

impl Occupancy {
    /// The occupancy by those claims that count at `now`.
    #[must_use]
    pub fn of(claims: impl IntoIterator<Item = Claim>, capacity: i64, now: Timestamp) -> Self {
        let counting = claims.into_iter().filter(|claim| claim.counts(now));
        let mut changes: Vec<_> =
            counting.flat_map(|Claim { stretch, seats, .. }| [(stretch.from, seats), (stretch.to, -seats)]).collect();
        changes.sort_unstable();
        let mut steps: Vec<Step> = Vec::with_capacity(changes.len());
        let mut taken = 0;
        for (at, change) in changes {
            taken += change;
            match steps.last_mut() {
                Some(last) if last.at == at => last.taken = taken,
                _ => steps.push(Step { at, taken }),
            }
        }
        Self { steps, capacity }
    }

    /// The least number of seats that are left at any time of `stretch`. Negative where more are taken than a capacity
    /// that was lowered.
    #[must_use]
    pub fn seats_left(&self, stretch: Stretch) -> i64 {
        self.in_order().seats_left(stretch)
    }

    /// The conflict of `claim`; `None` where it fits.
    #[must_use]
    pub fn conflict(&self, claim: &Claim) -> Option<Conflict> {
        if self.seats_left(claim.stretch) >= claim.seats {
            return None;
        }
        let short = self.stretches(|left| left < claim.seats);
        let in_the_way = short.into_iter().find(|stretch| stretch.overlaps(claim.stretch));
        // More than the capacity never fits, whether or not a claim is there.
        let stretch = in_the_way.filter(|_| claim.seats <= self.capacity).unwrap_or(claim.stretch);
        Some(Conflict { stretch, seats_left: self.seats_left(stretch).max(0) })
    }

    /// The spans in which no seat is left, of which a part is in `between`: disjoint, by start, and no two touch.
    #[must_use]
    pub fn busy(&self, between: Stretch) -> Vec<BusySpan> {
        let full = self.stretches(|left| left <= 0).into_iter().filter(|stretch| stretch.overlaps(between));
        full.filter_map(Stretch::times).collect()
    }

    /// The longest stretches in which the number of seats that are left passes `test`.
    fn stretches(&self, test: impl Fn(i64) -> bool) -> Vec<Stretch> {
        let pairs = self.steps.iter().zip(self.steps.iter().skip(1));
        let passing = pairs.filter(|(step, _)| test(self.capacity - step.taken));
        Stretch::join(passing.map(|(step, next)| Stretch { from: step.at, to: next.at }))
    }

    /// For many stretches in order, each of which starts and ends no earlier than the one before it. Takes a time in
    /// proportion to the claims and the stretches together.
    pub(super) fn in_order(&self) -> InOrder<'_> {
        InOrder { occupancy: self, next: 0, highest: VecDeque::new() }
    }
}

/// The highest occupancy of a window that moves forwards.
#[derive(Debug)]
pub(super) struct InOrder<'o> {
    occupancy: &'o Occupancy,
    /// The first step that the window has not reached.
    next: usize,
    /// The number taken in a step of the window, and when the step ends. A step is dropped when a later one of the window is
    /// at least as high, so the first is the highest.
    highest: VecDeque<(i64, i64)>,
}

impl InOrder<'_> {
    pub(super) fn seats_left(&mut self, stretch: Stretch) -> i64 {
        let steps = &self.occupancy.steps;
        while let Some(step) = steps.get(self.next).filter(|step| step.at < stretch.to) {
            self.next += 1;
            while self.highest.pop_back_if(|(taken, _)| *taken <= step.taken).is_some() {}
            let end = steps.get(self.next).map_or(i64::MAX, |next| next.at);
            self.highest.push_back((step.taken, end));
        }
        while self.highest.pop_front_if(|(_, end)| *end <= stretch.from).is_some() {}
        self.occupancy.capacity - self.highest.front().map_or(0, |(taken, _)| *taken)
    }
}

#[cfg(test)]
mod tests;
