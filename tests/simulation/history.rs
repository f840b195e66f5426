//! The course of a history: the model's states in the order of the commits, and every operation.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use handlers::booking::{BookingId, Caller, Kind};

use super::model::{Answer, Entry, Request, State};
use super::pace::{self, Pauses};
use super::run::Run;
use super::told::Told;

/// A client's operation.
#[derive(Debug)]
pub struct Operation {
    pub request: Request,
    pub caller: Caller,
    pub run: Arc<Run>,
    /// The number of the state in which it was asked.
    pub asked: usize,
    pub asked_at: i64,
    /// How many items TTL had deleted by then.
    pub expired: usize,
    /// The number of the state that it made, and the answer that this is worth.
    pub commit: Option<(usize, Answer)>,
    pub answer: Option<Answer>,
}

/// The timer of a booking, or one that was.
#[derive(Debug, Clone, PartialEq)]
pub struct Timer {
    pub id: BookingId,
    /// The kind in its key.
    pub kind: Kind,
    pub due: i64,
    /// When it was set, in milliseconds.
    pub set: i64,
    /// When it was removed because its time had come, in milliseconds.
    pub fired: Option<i64>,
    /// The booking no longer has it. It was due already, and of another kind by then: its item is left to the sweeper.
    pub stale: bool,
}

#[derive(Debug)]
pub struct History {
    pub states: Vec<Arc<State>>,
    pub operations: Vec<Operation>,
    /// By their tokens.
    pub timers: BTreeMap<u64, Timer>,
    pub told: Told,
    /// All tokens of timers so far, with the kinds in their keys, and the ids of all bookings that were made without a key.
    pub tokens: BTreeMap<u64, Kind>,
    pub ids: BTreeSet<BookingId>,
    /// Pauses after the first failure, and after later ones.
    pub pauses: BTreeMap<(pace::Kind, bool), Pauses>,
    /// Versions with which days were made.
    pub first_versions: BTreeSet<u64>,
    /// Items that TTL has deleted.
    pub expired: usize,
    pub commits: usize,
    pub failure: Option<String>,
}

impl History {
    pub fn new() -> Self {
        Self {
            states: vec![Arc::default()],
            operations: Vec::new(),
            timers: BTreeMap::new(),
            told: Told::default(),
            tokens: BTreeMap::new(),
            ids: BTreeSet::new(),
            pauses: BTreeMap::new(),
            first_versions: BTreeSet::new(),
            expired: 0,
            commits: 0,
            failure: None,
        }
    }

    pub fn state(&self) -> &Arc<State> {
        &self.states[self.states.len() - 1]
    }

    pub fn fail(&mut self, what: impl Into<String>) {
        self.failure.get_or_insert_with(|| what.into());
    }

    /// TTL has deleted the tombstone of a key.
    pub fn forget(&mut self, id: BookingId) -> Result<(), String> {
        let mut next = State::clone(self.state());
        if next.bookings.remove(&id) != Some(Entry::Gone) {
            return Err(format!("TTL has deleted {id}, which is no tombstone"));
        }
        self.states.push(Arc::new(next));
        Ok(())
    }

    /// A timer was removed because its time had come.
    pub fn fire(&mut self, id: BookingId, kind: Kind, token: u64, now: i64) -> Result<(), String> {
        match self.timers.get_mut(&token) {
            Some(timer) if (timer.id, timer.kind) == (id, kind) && timer.fired.is_none() => {
                // The clocks of the sweeper and of TTL may be ahead.
                if timer.due * 1000 > now + super::run::SKEW {
                    return Err(format!("the {kind} of {id} fires before its time"));
                }
                timer.fired = Some(now);
            }
            _ => return Err(format!("a {kind} of {id} fires that is not the booking's")),
        }
        if kind == Kind::Hold {
            let mut next = State::clone(self.state());
            if let Some(Entry::Stands(stands)) = next.bookings.get_mut(&id) {
                Arc::make_mut(stands).ended = true;
            }
            self.states.push(Arc::new(next));
        }
        Ok(())
    }

    /// A sweep that began at `began` puts the watermark: no timer of an earlier minute is left.
    pub fn passed(&self, next: i64, began: i64) -> Result<(), String> {
        let left = |timer: &Timer| timer.fired.is_none() && timer.due.div_euclid(60) < next && timer.set < began;
        let left = self.timers.values().find(|timer| left(timer));
        left.map_or(Ok(()), |Timer { id, kind, due, .. }| {
            Err(format!("the watermark {next} passes the {kind} of {id}, due at {due}"))
        })
    }

    /// A sweep that began at `began` has removed what was due by `by`, in seconds. An undisturbed one goes on until five
    /// seconds after it began: so the end of a hold is told a minute after it at the latest.
    pub fn swept(&self, began: i64, by: i64) -> Result<(), String> {
        let left = |timer: &Timer| timer.fired.is_none() && timer.due <= by && timer.set < began;
        let left = self.timers.values().find(|timer| left(timer));
        left.map_or(Ok(()), |Timer { id, kind, due, .. }| {
            Err(format!("the {kind} of {id}, due at {due}, was left by a sweep"))
        })
    }
}
