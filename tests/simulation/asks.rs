//! The requests and other events of a history.

use fastrand::Rng;
use handlers::booking::Status;

use super::clock::{DAY, HOUR, MINUTE, SECOND};
use super::mood::{Mood, on_the_brink};
use super::plan::{Action, Ask, Bad, BadCursor, Match, More, Patch, Step, Target};
use super::rules::Ruled;

pub fn lead(rng: &mut Rng) -> Option<i64> {
    // Most are due at a full minute, but not all.
    let seconds = if rng.u8(..8) == 0 { rng.i64(0..60) } else { 0 };
    (rng.u8(..5) > 0).then(|| {
        seconds + [60, 900, 900, 900, 1800, 1800, 3600, 3600, 7200, 86_400, 86_400, 2_591_000][rng.usize(..12)]
    })
}

const STATUSES: [Status; 4] = [Status::Held, Status::Active, Status::Cancelled, Status::Expired];

/// Up to four leads, all different.
fn further(rng: &mut Rng) -> Vec<i64> {
    let mut leads = vec![60, 600, 1800, 3600, 7200, 86_400];
    rng.shuffle(&mut leads);
    leads.truncate(rng.usize(..=4));
    leads
}

/// A lead and further ones, of a few. Two of them often have the same leads in other places.
fn exchanged(rng: &mut Rng) -> (Option<i64>, Vec<i64>) {
    let mut leads = vec![900, 3600, 86_400];
    rng.shuffle(&mut leads);
    leads.truncate(rng.usize(2..=3));
    (leads.pop(), leads)
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

    /// While a hold is about to end, or has just ended: who gets its time, and what becomes of it.
    fn at_the_end(&self, at: i64, before: &[Step], rng: &mut Rng) -> Option<Ask> {
        let near =
            |step: &&Step| step.hold_ends().is_some_and(|end| (end - 5 * SECOND..end + 10 * SECOND).contains(&at));
        let hold = before.iter().rev().take(8).find(near)?;
        let Action::Ask { ask: Ask::Create { resource, start, end, more, .. }, .. } = &hold.action else { return None };
        let (of, matches) = (hold.makes()?, if rng.u8(..6) == 0 { Match::Known } else { Match::None });
        Some(match rng.u8(..13) {
            0..4 => Ask::Confirm { of, matches },
            4..9 => {
                let hold = (rng.u8(..3) == 0).then_some(10);
                let more = More { hold, ..more.clone() };
                let (start, end) = if rng.u8(..4) > 0 { (*start, *end) } else { self.times(at, rng) };
                let (user, lead) = (rng.u8(..self.users), lead(rng));
                let further = if lead.is_none() { Vec::new() } else { more.further.clone() };
                let more = More { further: further.into_iter().filter(|more| Some(*more) != lead).collect(), ..more };
                Ask::Create { user, resource: *resource, start, end, lead, key: None, more }
            }
            9 => Ask::Cancel { of, matches },
            10 => Ask::Delete { of, matches },
            11 => Ask::Update { of, patch: self.patch(at, rng), matches },
            _ => Ask::Get { of },
        })
    }

    fn target(before: &[Step], rng: &mut Rng) -> Target {
        if rng.u8(..50) == 0 {
            return Target::Unknown;
        }
        let made: Vec<_> = before.iter().rev().filter_map(Step::makes).take(16).collect();
        if made.is_empty() { Target::Unknown } else { made[rng.usize(..made.len())] }
    }

    fn ask(&self, at: i64, before: &[Step], rng: &mut Rng) -> Ask {
        if rng.u8(..4) > 0
            && let Some(ask) = self.at_the_end(at, before, rng)
        {
            return ask;
        }
        if rng.u8(..100) < self.rules {
            let resource = rng.u8(..self.resources);
            return match rng.u8(..8) {
                0..4 => Ask::SetRules { resource, rules: Ruled::draw(rng), matches: matches(rng) },
                4 | 5 => Ask::RemoveRules { resource },
                _ => Ask::Resource { resource },
            };
        }
        let of = Self::target(before, rng);
        match rng.u8(..100) {
            0..36 => self.create(at, before, rng),
            36..50 => Ask::Update { of, patch: self.patch(at, rng), matches: matches(rng) },
            50..58 if self.holds > 0 => Ask::Confirm { of, matches: matches(rng) },
            50..66 => Ask::Cancel { of, matches: matches(rng) },
            66..76 => Ask::Delete { of, matches: matches(rng) },
            76..84 => Ask::Get { of },
            84..89 => self.list(at, rng),
            _ => self.look(at, rng),
        }
    }

    fn patch(&self, at: i64, rng: &mut Rng) -> Patch {
        if rng.u8(..8) == 0 {
            let (lead, further) = exchanged(rng);
            return Patch { lead: Some(lead), further: Some(further), ..Patch::default() };
        }
        let times = (rng.u8(..3) > 0).then(|| self.times(at, rng));
        Patch {
            resource: (rng.u8(..4) == 0).then(|| rng.u8(..self.resources)),
            times,
            end: (times.is_none() && rng.u8(..4) == 0).then(|| self.times(at, rng).1),
            lead: (rng.u8(..3) == 0).then(|| lead(rng)),
            further: (rng.u8(..4) == 0).then(|| further(rng)),
            seats: (self.rules > 0 && rng.u8(..3) == 0).then(|| rng.i64(1..=3)),
            metadata: (rng.u8(..4) == 0).then(|| rng.u8(..3)),
        }
    }

    /// A question about a resource between two times.
    fn look(&self, at: i64, rng: &mut Rng) -> Ask {
        let (from, to) = self.times(at - 2 * HOUR, rng);
        let more = if rng.bool() { rng.i64(0..27) * DAY } else { rng.i64(0..12) * HOUR };
        let (resource, to) = (rng.u8(..self.resources), to + more);
        match rng.u8(..3) {
            0 => Ask::Busy { resource, from, to },
            1 => {
                let (minutes, seats) = (rng.u8(..3) > 0, rng.u8(..3) == 0);
                let (minutes, seats) = (minutes.then(|| 30 * rng.i64(1..4)), seats.then(|| rng.i64(1..4)));
                Ask::Slots { resource, from, to: to.min(from + 3 * DAY), minutes, seats }
            }
            _ => {
                let limit = (rng.u8(..3) > 0).then(|| rng.i64(1..5));
                let cursor = (rng.u8(..12) == 0).then_some(BadCursor::OfAnotherList);
                Ask::Taking { resource, from, to, limit, cursor }
            }
        }
    }

    /// The members of a create with this lead, beside its time.
    pub fn more(&self, lead: Option<i64>, rng: &mut Rng) -> More {
        let mut further = match rng.u8(..6) {
            0 | 1 if lead.is_some() => further(rng),
            2 if lead.is_some() => exchanged(rng).1,
            _ => Vec::new(),
        };
        further.retain(|more| Some(*more) != lead);
        let hold = (rng.u8(..100) < self.holds).then(|| match rng.u8(..8) {
            0..4 => rng.i64(10..=30),
            4..6 => rng.i64(10..600),
            6 => rng.i64(600..7200),
            _ => rng.i64(600..=86_400),
        });
        let seats = if self.rules > 0 && rng.u8(..3) == 0 { rng.i64(1..=3) } else { 1 };
        More { further, seats, hold, metadata: if rng.u8(..4) == 0 { rng.u8(..3) } else { 0 } }
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
        let (user, resource, lead) = (rng.u8(..self.users), rng.u8(..self.resources), lead(rng));
        Ask::Create { user, resource, start, end, lead, key, more: self.more(lead, rng) }
    }

    fn list(&self, at: i64, rng: &mut Rng) -> Ask {
        let time = |rng: &mut Rng| (rng.u8(..3) == 0).then(|| self.times(at, rng).0);
        Ask::List {
            user: rng.u8(..self.users),
            from: time(rng),
            to: time(rng),
            status: (rng.u8(..3) == 0).then(|| STATUSES[rng.usize(..4)]),
            limit: (rng.u8(..4) > 0).then(|| rng.i64(1..5)),
            cursor: match rng.u8(..14) {
                0 => Some([BadCursor::Text, BadCursor::Short, BadCursor::Letters][rng.usize(..3)]),
                1 => Some(BadCursor::OfAnotherList),
                _ => None,
            },
        }
    }
}
