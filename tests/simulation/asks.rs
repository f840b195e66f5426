//! What is asked in a history, and what else happens.

use fastrand::Rng;

use super::clock::{DAY, HOUR, MINUTE, SECOND};
use super::mood::{Mood, on_the_brink};
use super::plan::{Action, Ask, Bad, BadCursor, Match, Patch, Step, Target};

pub fn lead(rng: &mut Rng) -> Option<i64> {
    // Most are due at a full minute, but not all.
    let seconds = if rng.u8(..8) == 0 { rng.i64(0..60) } else { 0 };
    (rng.u8(..5) > 0).then(|| {
        seconds + [60, 900, 900, 900, 1800, 1800, 3600, 3600, 7200, 86_400, 86_400, 2_591_000][rng.usize(..12)]
    })
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
        if on_the_brink(at) {
            return Self::leave_on_the_brink(before, rng);
        }
        match rng.u16(..1000) {
            0..20 => Action::Ttl { behind: if rng.bool() { rng.i64(0..MINUTE) } else { rng.i64(0..48 * HOUR) } },
            20..26 => {
                let longest = match rng.u16(..1000) {
                    0 => 3 * DAY,
                    1..60 => 5 * HOUR,
                    _ => 15 * MINUTE,
                };
                Action::SweeperAway { lasts: rng.i64(MINUTE..longest) }
            }
            26..34 => Action::SweepTwice,
            34..39 => {
                let longest = if rng.u8(..6) == 0 { 32 * HOUR } else { 5 * MINUTE };
                let lasts = rng.i64(SECOND..longest);
                Action::BusDown { lasts, queue: lasts < 10 * HOUR && rng.bool() }
            }
            39..44 => Action::StreamHeld { lasts: rng.i64(SECOND..HOUR) },
            44..47 => Action::BadRecord([Bad::Empty, Bad::List, Bad::OtherKind, Bad::TooLong][rng.usize(..4)]),
            47..50 => Action::Deploy { timer_shards: rng.u32(1..=3) },
            _ => {
                let bearer = (rng.u8(..5) == 0).then(|| rng.u8(..=self.users));
                Action::Ask { ask: self.ask(at, before, rng), bearer }
            }
        }
    }

    /// While TTL deletes days: what is done then with those who hold them.
    fn leave_on_the_brink(before: &[Step], rng: &mut Rng) -> Action {
        if before.last().is_none_or(|last| !on_the_brink(last.at)) {
            return Action::Ttl { behind: 0 };
        }
        let (of, matches) = (Self::target(before, rng), Match::None);
        let ask = if rng.bool() { Ask::Cancel { of, matches } } else { Ask::Delete { of, matches } };
        Action::Ask { ask, bearer: None }
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
                let more = if rng.bool() { rng.i64(0..27) * DAY } else { rng.i64(0..12) * HOUR };
                Ask::Busy { resource: rng.u8(..self.resources), from, to: to + more }
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
            cursor: match rng.u8(..14) {
                0 => Some([BadCursor::Text, BadCursor::Short, BadCursor::Letters][rng.usize(..3)]),
                1 => Some(BadCursor::OfAnotherList),
                _ => None,
            },
        }
    }
}
