//! The course of a history: the model's states in the order of the commits, and every operation.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use handlers::booking::{BookingId, Caller, Status, Timestamp};

use super::model::{Answer, Decision, Entry, Request, Stands, State, decide};
use super::pace::{Kind, Pauses};
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

/// The timer of a booking.
#[derive(Debug, Clone, PartialEq)]
pub struct Timer {
    pub due: i64,
    pub token: u64,
    /// When it was set, in milliseconds.
    pub set: i64,
    /// When it was removed because its time had come, in milliseconds.
    pub fired: Option<i64>,
}

/// Random ids and tokens of a transaction, read from its items.
#[derive(Debug, Clone)]
pub struct Witness {
    pub id: BookingId,
    pub now: Option<Timestamp>,
    pub token: Option<u64>,
}

#[derive(Debug)]
pub struct History {
    pub states: Vec<Arc<State>>,
    pub operations: Vec<Operation>,
    pub timers: BTreeMap<BookingId, Timer>,
    pub told: Told,
    /// All tokens of timers so far, and the ids of all bookings that were made without a key.
    tokens: BTreeSet<u64>,
    ids: BTreeSet<BookingId>,
    /// Where a sweep that succeeded found nothing of: see [`History::swept`].
    pub last_sweep: Option<(i64, i64)>,
    /// Pauses after the first failure, and after later ones.
    pub pauses: BTreeMap<(Kind, bool), Pauses>,
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
            tokens: BTreeSet::new(),
            ids: BTreeSet::new(),
            last_sweep: None,
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

    /// A transaction of `operation` was carried out.
    pub fn commit(&mut self, operation: usize, witness: &Witness, now: i64) -> Result<(), String> {
        let state = Arc::clone(self.state());
        let asked = &self.operations[operation];
        if asked.commit.is_some() {
            return Err("it takes effect twice".into());
        }
        // A create that a tombstone has refused may be carried out once more by the network, after TTL has deleted the
        // tombstone (docs/simulation.md, "What it cannot see").
        if !matches!(
            asked.answer,
            None | Some(Answer::Throttled | Answer::Contended | Answer::Unavailable | Answer::Died | Answer::Deleted)
        ) {
            return Err("it takes effect after its answer".into());
        }
        let (request, caller, run) = (asked.request.clone(), asked.caller.clone(), Arc::clone(&asked.run));
        let id = match &request {
            Request::Create { new, key: Some(key) } => key.booking_id(&new.user_id),
            Request::Create { .. } => witness.id,
            Request::Update { id, .. } | Request::Cancel { id, .. } | Request::Delete { id, .. } => *id,
            _ => return Err("a read writes".into()),
        };
        if id != witness.id {
            return Err(format!("it writes the booking {} instead of {id}", witness.id));
        }
        // A deletion without a tombstone says no time, and needs none.
        let read = witness.now.map_or(now, Timestamp::millis);
        let (earliest, latest) = (asked.asked_at + run.skew, now + run.skew);
        if witness.now.is_some() && !(earliest..=latest).contains(&read) {
            return Err(format!("its time {read} is not between {earliest} and {latest}"));
        }
        let at = super::clock::timestamp(read);
        let Decision::Change(after) = decide(&state, &state, &request, &caller, id, at) else {
            return Err(format!("the model refuses it: {:?}", decide(&state, &state, &request, &caller, id, at)));
        };
        let before = match state.get(&id) {
            Some(Entry::Stands(stands)) => Some(Arc::clone(stands)),
            _ => None,
        };
        let mut next = State::clone(&state);
        let stands = match (&request, &before, &after) {
            (Request::Create { new, key }, _, Some(booking)) => {
                let fresh = key.is_some() || self.ids.insert(id) && !id.is_of_key();
                if !fresh {
                    return Err("its id was drawn before".into());
                }
                Some((booking.clone(), witness.token.ok_or("no token")?, new.clone()))
            }
            (_, Some(before), Some(booking)) => {
                let token = witness.token.ok_or("no token")?;
                Some((booking.clone(), token, before.made_by.clone()))
            }
            _ => None,
        };
        let answer = match (&request, &after) {
            (Request::Create { .. }, Some(booking)) => Answer::Created(booking.clone(), false),
            (_, Some(booking)) => Answer::Booking(booking.clone()),
            (_, None) => Answer::Done,
        };
        if let Some((booking, token, made_by)) = stands {
            self.set_timer(before.as_deref(), &booking, token, now)?;
            next.insert(id, Entry::Stands(Arc::new(Stands { booking, token, made_by })));
        } else {
            self.timers.remove(&id);
            if id.is_of_key() {
                next.insert(id, Entry::Gone);
            } else {
                next.remove(&id);
            }
        }
        self.told.expect(before.as_ref().map(|stands| &stands.booking), after.as_ref());
        self.states.push(Arc::new(next));
        self.commits += 1;
        self.operations[operation].commit = Some((self.states.len() - 1, answer));
        Ok(())
    }

    fn set_timer(
        &mut self,
        before: Option<&Stands>,
        booking: &handlers::booking::Booking,
        token: u64,
        now: i64,
    ) -> Result<(), String> {
        let id = booking.booking_id;
        let (true, Some(due)) = (booking.status == Status::Active, booking.ttl) else {
            self.timers.remove(&id);
            return Ok(());
        };
        if let Some(before) = before.filter(|before| before.booking.ttl == Some(due)) {
            return if before.token == token { Ok(()) } else { Err("a new token for an old timer".into()) };
        }
        if !self.tokens.insert(token) {
            return Err(format!("the token {token} was used before"));
        }
        self.timers.insert(id, Timer { due, token, set: now, fired: None });
        Ok(())
    }

    /// TTL has deleted the tombstone of a key.
    pub fn forget(&mut self, id: BookingId) -> Result<(), String> {
        let mut next = State::clone(self.state());
        if next.remove(&id) != Some(Entry::Gone) {
            return Err(format!("TTL has deleted {id}, which is no tombstone"));
        }
        self.states.push(Arc::new(next));
        Ok(())
    }

    /// A timer was removed because its time had come.
    pub fn fire(&mut self, id: BookingId, token: u64, now: i64) -> Result<(), String> {
        match self.timers.get_mut(&id) {
            Some(timer) if timer.token == token && timer.fired.is_none() => {
                // The clocks of the sweeper and of TTL may be ahead.
                if timer.due * 1000 > now + super::run::SKEW {
                    return Err(format!("the timer of {id} fires before its time"));
                }
                timer.fired = Some(now);
                Ok(())
            }
            _ => Err(format!("a timer of {id} fires that is not the booking's")),
        }
    }

    /// A sweep that began at `began` puts the watermark: no timer of an earlier minute is left.
    pub fn passed(&self, next: i64, began: i64) -> Result<(), String> {
        let left = |timer: &Timer| timer.fired.is_none() && timer.due.div_euclid(60) < next && timer.set < began;
        let left = self.timers.iter().find(|(_, timer)| left(timer));
        left.map_or(Ok(()), |(id, timer)| {
            Err(format!("the watermark {next} passes the timer of {id}, due at {}", timer.due))
        })
    }

    /// A sweep that began at `began` has looked for what was due by `time`. What was due and set two sweeps ago is gone.
    pub fn swept(&mut self, began: i64, time: i64) -> Result<(), String> {
        if let Some((began, time)) = self.last_sweep {
            for (id, timer) in &self.timers {
                if timer.fired.is_none() && timer.due * 1000 <= time && timer.set < began {
                    return Err(format!("the timer of {id}, due at {}, was left by two sweeps", timer.due));
                }
            }
        }
        if self.last_sweep.is_none_or(|(last, _)| last < began) {
            self.last_sweep = Some((began, time));
        }
        Ok(())
    }
}
