//! The kind of a history: how often what is asked, by whom, and with which pauses and faults.

use fastrand::Rng;

use super::asks::lead;
use super::clock::{DAY, HOUR, MINUTE, SECOND};
use super::plan::{Action, Ask, Match, Step, Weather};
use super::rules::Ruled;

/// The kind of a history.
pub struct Mood {
    pub users: u8,
    pub resources: u8,
    pub keys: u8,
    slots: i64,
    pub weather: Weather,
    /// In thousandths of the steps: pauses of hours, of days, of more than a month.
    hours: u16,
    days: u16,
    months: u16,
    /// Bookings over days, in percent.
    long: u8,
    /// Of 100 creates: holds.
    pub holds: u8,
    /// Of 100 asks: about rules. Where there are any, resources have seats.
    pub rules: u8,
    /// Whether the sweeper is away for so long that no sweep can catch up alone.
    backlog: bool,
}

impl Mood {
    pub fn draw(rng: &mut Rng) -> Self {
        let weather = match rng.u8(..8) {
            0 | 1 => Weather::default(),
            2 | 3 => Weather { faults: 30, conflicts: 3, deaths: 2, busy: 2 },
            4 | 5 => Weather { faults: 100, conflicts: 5, deaths: 5, busy: 5 },
            6 => Weather { faults: 250, conflicts: 20, deaths: 10, busy: 5 },
            _ => Weather { faults: 20, conflicts: 60, deaths: 2, busy: 80 },
        };
        let (hours, days, months) = match rng.u8(..6) {
            0 | 1 => (2, 0, 0),
            2 | 3 => (30, 3, 0),
            4 => (20, 10, 15),
            _ => (0, 0, 30),
        };
        Self {
            users: rng.u8(1..=3),
            resources: if rng.u8(..6) > 0 { rng.u8(1..=3) } else { 12 },
            keys: rng.u8(1..=4),
            slots: rng.i64(2..=16),
            weather,
            hours,
            days,
            months,
            long: if rng.bool() { 0 } else { 30 },
            holds: [0, 20, 50, 90][rng.usize(..4)],
            rules: [0, 2, 6, 12][rng.usize(..4)],
            backlog: rng.u8(..40) == 0,
        }
    }

    /// The time from the last step at `at` to the next one.
    pub fn pause(&self, at: i64, before: &[Step], rng: &mut Rng) -> i64 {
        let last = before.last();
        // Now and then until what has begun is nearly over, or over.
        if let Some(Action::SweeperAway { lasts }) = last.map(|step| &step.action)
            && self.backlog
        {
            return lasts + rng.i64(0..HOUR);
        }
        if let Some(Action::BusDown { lasts, .. } | Action::SweeperAway { lasts }) = last.map(|step| &step.action)
            && rng.bool()
        {
            return rng.i64(0..lasts * 5 / 4);
        }
        if let Some(pause) = Self::to_the_end(at, before, rng) {
            return pause;
        }
        if on_the_brink(at) {
            // One request after the other: each is alone.
            return rng.i64(60..90);
        }
        let chance = rng.u16(..1000);
        if chance < self.months {
            // TTL deletes days 31 days after their end.
            let brink = DAY - time_of_day(at) + 31 * DAY;
            match rng.u8(..4) {
                0 => brink + rng.i64(-12 * MINUTE..2 * MINUTE),
                1 | 2 => brink + SECOND + rng.i64(0..50),
                _ => rng.i64(31 * DAY..36 * DAY),
            }
        } else if chance < self.months + self.days {
            rng.i64(4 * HOUR..4 * DAY)
        } else if chance < self.months + self.days + self.hours {
            rng.i64(5 * MINUTE..3 * HOUR)
        } else {
            match rng.u8(..100) {
                0..30 => 0,
                30..75 => rng.i64(0..40),
                75..93 => rng.i64(0..3 * SECOND),
                _ => rng.i64(0..4 * MINUTE),
            }
        }
    }

    /// The time until a hold ends, or nearly, and while it ends, between those who want its time.
    fn to_the_end(at: i64, before: &[Step], rng: &mut Rng) -> Option<i64> {
        let mut holds = before.iter().rev().take(8).filter_map(Step::hold_ends);
        if holds.any(|end| (end - 3 * SECOND..end + 4 * SECOND).contains(&at)) && rng.bool() {
            return Some(rng.i64(0..12));
        }
        let wait = before.last()?.hold_ends()? - at;
        if wait > 20 * MINUTE || rng.bool() {
            return None;
        }
        let off = match rng.u8(..4) {
            0 => rng.i64(-4 * SECOND..9 * SECOND),
            1 => rng.i64(-3 * SECOND..3 * SECOND),
            _ => rng.i64(-250..250),
        };
        Some((wait + off).max(0))
    }

    /// The rules with which a history begins.
    pub fn first(&self, rng: &mut Rng) -> Vec<Action> {
        let resources = if self.rules == 0 { 0 } else { self.resources };
        let set = (0..resources).filter_map(|resource| {
            let (rules, matches) = (Ruled::draw(rng), Match::None);
            (rng.u8(..3) > 0).then_some(Action::Ask { ask: Ask::SetRules { resource, rules, matches }, bearer: None })
        });
        set.collect()
    }

    /// The event at the step that a history is about, if it has one.
    pub fn event(&self, at: i64, rng: &mut Rng) -> Vec<Action> {
        if self.backlog {
            vec![Action::SweeperAway { lasts: rng.i64(6 * HOUR..16 * HOUR) }]
        } else {
            self.burst(at, rng)
        }
    }

    pub fn has_event(&self, rng: &mut Rng) -> bool {
        self.backlog || rng.u8(..6) < if self.weather.busy > 50 { 4 } else { 1 }
    }

    /// Many bookings at once, of which the stream tells in one batch, and whose timers are due together.
    fn burst(&self, at: i64, rng: &mut Rng) -> Vec<Action> {
        let create = |resource: u8, rng: &mut Rng| {
            let (start, end) = self.times(at, rng);
            let lead = if rng.bool() { Some(2_591_000) } else { lead(rng) };
            let (user, more) = (rng.u8(..self.users), self.more(lead, rng));
            let ask = Ask::Create { user, resource, start, end, lead, key: None, more };
            Action::Ask { ask, bearer: None }
        };
        let held = Action::StreamHeld { lasts: rng.i64(20 * SECOND..MINUTE) };
        let creates = (0..rng.u8(15..60)).map(|resource| create(resource, rng));
        std::iter::once(held).chain(creates).collect()
    }

    /// Start and end, on a grid of half hours, so that bookings meet.
    pub fn times(&self, at: i64, rng: &mut Rng) -> (i64, i64) {
        let slot = 30 * MINUTE;
        let base = (super::clock::EPOCH + at) / slot * slot;
        let near = rng.u8(..10) == 0;
        let start = base + slot * rng.i64(if near { -1..=1 } else { 1..=self.slots });
        let length = match rng.u8(..100) {
            0..3 => 0,
            chance if chance < 100 - self.long => slot * rng.i64(1..=3),
            _ => rng.i64(1..=4) * DAY - rng.i64(0..3) * slot,
        };
        (start, start + length)
    }
}

/// From a second after midnight on, TTL deletes days. So long after that, many clocks say that it is not midnight yet.
const BRINK: i64 = 400;

fn time_of_day(at: i64) -> i64 {
    (super::clock::EPOCH + at) % DAY
}

pub fn on_the_brink(at: i64) -> bool {
    at > DAY && (SECOND..SECOND + BRINK).contains(&time_of_day(at))
}
