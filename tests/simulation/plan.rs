//! The plan of a history: everything that a seed decides beforehand. Each step has a seed of its own, so that a step can
//! be left out without changing the others.

use fastrand::Rng;

pub use super::ask::{Ask, BadCursor, Match, More, Patch, Target};
use super::mood::Mood;

/// How likely faults are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Weather {
    /// Of 1,000 requests.
    pub faults: u16,
    /// Of 100 transactions: refused for a conflict with another one.
    pub conflicts: u8,
    /// Of 100 functions: dropped in the middle.
    pub deaths: u8,
    /// Of 100 batches: done in part.
    pub busy: u8,
}

impl Weather {
    pub fn is_calm(self) -> bool {
        self == Self::default()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub seed: u64,
    /// Partitions of the timers.
    pub timer_shards: u32,
    /// Partitions of each minute that a sweep looks at, if there are not more.
    pub swept_shards: u32,
    /// Shards of the stream.
    pub stream_shards: usize,
    /// Of the sweeper and the publisher.
    pub weather: Weather,
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub number: usize,
    /// Milliseconds since the beginning.
    pub at: i64,
    pub seed: u64,
    pub weather: Weather,
    pub action: Action,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    Ask {
        ask: Ask,
        bearer: Option<u8>,
    },
    /// TTL deletes what expired `behind` milliseconds ago.
    Ttl {
        behind: i64,
    },
    /// The schedule does not run for so long.
    SweeperAway {
        lasts: i64,
    },
    /// Two sweeps at once.
    SweepTwice,
    /// The bus answers no call for so long, and the dead-letter queue neither.
    BusDown {
        lasts: i64,
        queue: bool,
    },
    /// The stream hands nothing on for so long.
    StreamHeld {
        lasts: i64,
    },
    /// A record that cannot be decoded.
    BadRecord(Bad),
    /// A deployment with another number of partitions of the timers, such as a rollback.
    Deploy {
        timer_shards: u32,
    },
}

/// Records of the stream that are nearly some of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bad {
    /// A booking without its attributes.
    Empty,
    /// A list in place of a struct: serde reads it, too.
    List,
    /// A timer of another kind.
    OtherKind,
    /// A timer with one part too many in its key.
    TooLong,
}

impl Plan {
    pub fn draw(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mood = Mood::draw(&mut rng);
        let mut steps: Vec<Step> = Vec::new();
        let mut at = 0;
        let length = rng.usize(30..=260);
        for action in mood.first(&mut rng) {
            let seed = rng.u64(..);
            steps.push(Step { number: steps.len(), at, seed, weather: Weather::default(), action });
        }
        let event = mood.has_event(&mut rng).then(|| rng.usize(..length));
        while steps.len() < length {
            at += mood.pause(at, &steps, &mut rng);
            let actions = if Some(steps.len()) == event {
                mood.event(at, &mut rng)
            } else {
                vec![mood.action(at, &steps, &mut rng)]
            };
            for action in actions {
                let calm = rng.u8(..6) == 0;
                let weather = if calm { Weather::default() } else { mood.weather };
                steps.push(Step { number: steps.len(), at, seed: rng.u64(..), weather, action });
            }
        }
        let (timer_shards, swept_shards) = ([1, 1, 2, 3][rng.usize(..4)], if rng.u8(..24) == 0 { 16 } else { 1 });
        Self { seed, timer_shards, swept_shards, stream_shards: rng.usize(1..=3), weather: mood.weather, steps }
    }
}

impl Step {
    /// The booking that it makes, if it is a create.
    pub fn makes(&self) -> Option<Target> {
        match &self.action {
            Action::Ask { ask: Ask::Create { user, key: Some(key), .. }, .. } => Some(Target::OfKey(*user, *key)),
            Action::Ask { ask: Ask::Create { .. }, .. } => Some(Target::MadeBy(self.number)),
            _ => None,
        }
    }

    /// When the hold ends that it makes.
    pub fn hold_ends(&self) -> Option<i64> {
        match &self.action {
            Action::Ask { ask: Ask::Create { more: More { hold: Some(seconds), .. }, .. }, .. } => {
                Some(self.at + seconds * 1000)
            }
            _ => None,
        }
    }

    pub fn creates_with_key(&self) -> Option<&Ask> {
        match &self.action {
            Action::Ask { ask: ask @ Ask::Create { key: Some(_), .. }, .. } => Some(ask),
            _ => None,
        }
    }
}
