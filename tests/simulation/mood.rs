//! The kind of a history: how often what is asked, by whom, and with which pauses and faults.

use fastrand::Rng;

use super::clock::{DAY, HOUR, MINUTE, SECOND};
use super::plan::{Action, Ask, BadCursor, Match, Patch, Step, Target, Weather};

/// The kind of a history.
pub struct Mood {
    users: u8,
    resources: u8,
    keys: u8,
    slots: i64,
    pub weather: Weather,
    /// In thousandths of the steps: pauses of hours, of days, of more than a month.
    hours: u16,
    days: u16,
    months: u16,
    /// Bookings over days, in percent.
    long: u8,
}

impl Mood {
    pub fn draw(rng: &mut Rng) -> Self {
        let weather = match rng.u8(..8) {
            0 | 1 => Weather::default(),
            2 | 3 => Weather { faults: 30, conflicts: 3, deaths: 2 },
            4 | 5 => Weather { faults: 100, conflicts: 5, deaths: 5 },
            6 => Weather { faults: 250, conflicts: 20, deaths: 10 },
            _ => Weather { faults: 20, conflicts: 60, deaths: 2 },
        };
        let (hours, days, months) = match rng.u8(..6) {
            0 | 1 => (2, 0, 0),
            2 | 3 => (30, 3, 0),
            4 => (20, 10, 15),
            _ => (0, 0, 30),
        };
        Self {
            users: rng.u8(1..=3),
            resources: rng.u8(1..=3),
            keys: rng.u8(1..=4),
            slots: rng.i64(2..=16),
            weather,
            hours,
            days,
            months,
            long: if rng.bool() { 0 } else { 30 },
        }
    }

    pub fn pause(&self, rng: &mut Rng) -> i64 {
        let chance = rng.u16(..1000);
        if chance < self.months {
            rng.i64(31 * DAY..36 * DAY)
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

    /// Start and end, on a grid of half hours, so that bookings meet.
    fn times(&self, at: i64, rng: &mut Rng) -> (i64, i64) {
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

fn lead(rng: &mut Rng) -> Option<i64> {
    (rng.u8(..5) > 0)
        .then(|| [60, 900, 900, 900, 1800, 1800, 3600, 3600, 7200, 900, 86_400, 2_592_000][rng.usize(..12)])
}

fn matches(rng: &mut Rng) -> Match {
    match rng.u8(..20) {
        0..11 => Match::None,
        11..16 => Match::Known,
        16..18 => Match::Old,
        18 => Match::Any,
        _ => Match::Odd,
    }
}

impl Mood {
    pub fn action(&self, at: i64, before: &[Step], rng: &mut Rng) -> Action {
        match rng.u16(..1000) {
            0..20 => Action::Ttl { behind: if rng.bool() { rng.i64(0..MINUTE) } else { rng.i64(0..48 * HOUR) } },
            20..26 => {
                let longest = match rng.u16(..20_000) {
                    0 => 3 * DAY,
                    1..200 => 3 * HOUR,
                    _ => 15 * MINUTE,
                };
                Action::SweeperAway { lasts: rng.i64(MINUTE..longest) }
            }
            26..34 => Action::SweepTwice,
            34..39 => {
                let longest = if rng.u8(..5) == 0 { 26 * HOUR } else { 5 * MINUTE };
                Action::BusDown { lasts: rng.i64(SECOND..longest) }
            }
            39..44 => Action::StreamHeld { lasts: rng.i64(SECOND..10 * MINUTE) },
            44..47 => Action::BadRecord,
            _ => {
                let bearer = (rng.u8(..5) == 0).then(|| rng.u8(..=self.users));
                Action::Ask { ask: self.ask(at, before, rng), bearer }
            }
        }
    }

    fn target(before: &[Step], rng: &mut Rng) -> Target {
        if rng.u8(..50) == 0 {
            return Target::Unknown;
        }
        let made: Vec<_> = before.iter().rev().filter_map(Step::makes).take(16).collect();
        if made.is_empty() { Target::Unknown } else { made[rng.usize(..made.len())] }
    }

    fn ask(&self, at: i64, before: &[Step], rng: &mut Rng) -> Ask {
        let of = Self::target(before, rng);
        match rng.u8(..100) {
            0..38 => self.create(at, before, rng),
            38..56 => {
                let times = (rng.u8(..3) > 0).then(|| self.times(at, rng));
                let patch = Patch {
                    resource: (rng.u8(..4) == 0).then(|| rng.u8(..self.resources)),
                    times,
                    end: (times.is_none() && rng.u8(..4) == 0).then(|| self.times(at, rng).1),
                    lead: (rng.u8(..3) == 0).then(|| lead(rng)),
                };
                Ask::Update { of, patch, matches: matches(rng) }
            }
            56..66 => Ask::Cancel { of, matches: matches(rng) },
            66..78 => Ask::Delete { of, matches: matches(rng) },
            78..88 => Ask::Get { of },
            88..94 => self.list(at, rng),
            _ => {
                let (from, to) = self.times(at - 2 * HOUR, rng);
                Ask::Busy { resource: rng.u8(..self.resources), from, to: to + rng.i64(0..12) * HOUR }
            }
        }
    }

    fn create(&self, at: i64, before: &[Step], rng: &mut Rng) -> Ask {
        // A repeated request, with the same key.
        if rng.u8(..5) == 0 {
            let earlier: Vec<_> = before.iter().rev().filter_map(Step::creates_with_key).take(8).collect();
            if let Some(ask) = rng.choice(earlier) {
                return ask.clone();
            }
        }
        let (start, end) = self.times(at, rng);
        let key = (rng.u8(..5) < 2).then(|| rng.u8(..self.keys));
        Ask::Create { user: rng.u8(..self.users), resource: rng.u8(..self.resources), start, end, lead: lead(rng), key }
    }

    fn list(&self, at: i64, rng: &mut Rng) -> Ask {
        let time = |rng: &mut Rng| (rng.u8(..3) == 0).then(|| self.times(at, rng).0);
        Ask::List {
            user: rng.u8(..self.users),
            from: time(rng),
            to: time(rng),
            status: (rng.u8(..3) == 0).then(|| rng.bool()),
            limit: (rng.u8(..4) > 0).then(|| rng.i64(1..5)),
            cursor: match rng.u8(..12) {
                0 => Some(BadCursor::Text),
                1 => Some(BadCursor::OfAnotherList),
                _ => None,
            },
        }
    }
}
