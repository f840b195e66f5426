//! Whether an answer is one that some order of the requests allows.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use handlers::booking::{BookingId, BusySpan, Status, Timestamp};

use super::clock::{DAY, timestamp};
use super::decide::{View, decide};
use super::history::{History, Operation};
use super::model::{Answer, Decision, Request, State};
use super::pace::Kind;
use super::run::{Refused, Run};

impl History {
    /// Takes down the answer of an operation.
    pub fn answered(&mut self, place: usize, answer: Answer, now: i64) -> Result<(), String> {
        let judged = self.judge(&self.operations[place], &answer, now);
        self.operations[place].answer = Some(answer);
        judged
    }

    fn judge(&self, operation: &Operation, answer: &Answer, now: i64) -> Result<(), String> {
        let run = &operation.run;
        let faults = run.faults.load(Ordering::Relaxed);
        let pace = run.pace.lock().unwrap();
        let (calls, gave_up, contended) = (pace.calls(), pace.gave_up, pace.cancelled() == Kind::Race.most());
        drop(pace);
        match (answer, *run.refused.lock().unwrap()) {
            (Answer::Died, _)
            | (Answer::DayFull, Some(Refused::TooLarge))
            | (Answer::Internal(_), Some(Refused::Odd)) => {
                return Ok(());
            }
            // Its key was used before.
            (Answer::Created(_, true) | Answer::KeyReused | Answer::Deleted, Some(Refused::TooLarge)) => {}
            (Answer::Throttled | Answer::Unavailable, Some(Refused::TooLarge)) if faults > 0 => return Ok(()),
            (Answer::DayFull, _) | (_, Some(_)) => return Err(format!("{answer:?} after {:?}", run.refused)),
            (Answer::Throttled | Answer::Unavailable, None) if faults > 0 || gave_up => return Ok(()),
            (Answer::Contended, None) if contended => return Ok(()),
            (Answer::Internal(_) | Answer::Throttled | Answer::Unavailable | Answer::Contended, None) => {
                return Err(format!("{answer:?} after {faults} faults, {run:?}"));
            }
            _ => {}
        }
        self.effort(operation, answer, calls)?;
        if run.overtaken.load(Ordering::Relaxed) {
            return Ok(());
        }
        if let Some((_, worth)) = &operation.commit {
            return if answer == worth { Ok(()) } else { Err(format!("{answer:?} instead of {worth:?}")) };
        }
        let states = &self.states[operation.asked..];
        let times = times(states, operation, now);
        match &operation.request {
            Request::List { .. } | Request::Busy { .. } | Request::Slots { .. } | Request::Taking { .. } => {
                self.view(states, operation, answer, &times)
            }
            _ => self.possible(states, operation, answer, &times),
        }
    }

    /// An undisturbed request makes no more calls than it needs, and loses no race against nobody.
    fn effort(&self, operation: &Operation, answer: &Answer, calls: usize) -> Result<(), String> {
        let run = &operation.run;
        let races = run.races.load(Ordering::Relaxed);
        if !run.undisturbed() {
            return Ok(());
        }
        let alone = operation.asked + 1 + usize::from(operation.commit.is_some()) == self.states.len()
            && operation.expired == self.expired;
        // A booking of the same key refuses the transaction, too, and so does a hold whose claim or timer is gone.
        let refused = match answer {
            Answer::Created(_, true) | Answer::KeyReused | Answer::Deleted | Answer::HoldExpired => true,
            Answer::Booking(booking) => booking.status == Status::Expired,
            Answer::Done => matches!(operation.request, Request::Delete { .. }),
            _ => false,
        };
        if alone && !refused && races > run.conflicts.load(Ordering::Relaxed) {
            return Err("it has lost a race, though it was alone".to_owned());
        }
        if races > 0 || run.partial.load(Ordering::Relaxed) {
            return Ok(());
        }
        let enough = match (&operation.request, answer) {
            (Request::Create { key: None, .. }, Answer::Invalid) => 0,
            (Request::Create { key: None, .. }, Answer::TimeTaken(..) | Answer::OutsideRules(_))
            | (Request::Create { .. }, Answer::Invalid)
            | (
                Request::Get { .. }
                | Request::List { .. }
                | Request::Busy { .. }
                | Request::Slots { .. }
                | Request::Resource { .. },
                _,
            ) => 1,
            (
                Request::Create { .. }
                | Request::Cancel { .. }
                | Request::Confirm { .. }
                | Request::Delete { .. }
                | Request::Taking { .. }
                | Request::SetRules { .. }
                | Request::RemoveRules { .. },
                _,
            ) => 2,
            // It reads its booking again if its claim is gone.
            (Request::Update { .. }, _) if !alone => 6,
            (Request::Update { .. }, _) => 3,
        };
        if calls > enough { Err(format!("{calls} calls instead of {enough} for {answer:?}")) } else { Ok(()) }
    }

    fn possible(
        &self,
        states: &[Arc<State>],
        operation: &Operation,
        answer: &Answer,
        times: &[Timestamp],
    ) -> Result<(), String> {
        let Operation { request, caller, run, .. } = operation;
        let id = request.id();
        let wanted = Decision::Answer(answer.clone());
        let decided = |aimed: &State, held: &State, time: Timestamp| {
            decide(View { aimed, held, rules: held }, request, caller, id, time)
        };
        // A change reads its booking first, and later the claims and the rules.
        let later = matches!(answer, Answer::TimeTaken(..) | Answer::OutsideRules(_) | Answer::HoldExpired);
        for (place, aimed) in states.iter().enumerate() {
            let held = match request {
                // A create looks the time up first, and then its key, whose tombstone may have expired in between.
                Request::Create { .. } if later => &states[..=place],
                // A change reads its booking first, and looks the time up later.
                _ if later => &states[place..],
                _ => &states[place..=place],
            };
            if times.iter().any(|time| held.iter().any(|held| decided(aimed, held, *time) == wanted)) {
                return Ok(());
            }
            // A hold that was booked over cannot be moved, wherever it is to go: that is said, or what is wrong with the new place.
            let misplaced = |decision: Decision| {
                matches!(decision, Decision::Answer(Answer::TimeTaken(..) | Answer::OutsideRules(_)))
            };
            let mut lost = held.iter().filter(|held| *answer == Answer::HoldExpired && is_booked_over(held, id));
            if lost.any(|held| times.iter().any(|time| misplaced(decided(aimed, held, *time)))) {
                return Ok(());
            }
        }
        // Days and rules were read one after the other.
        if later && run.partial.load(Ordering::Relaxed) {
            return Ok(());
        }
        if let Answer::TimeTaken(span, _) = answer
            && self.states.iter().any(|state| held_long_ago(state, span, times[1]))
        {
            return Ok(());
        }
        let last = decided(self.state(), self.state(), times[1]);
        Err(format!("{answer:?} in none of {} states; in the last one {last:?}", states.len()))
    }
}

/// Whether another booking has some of a hold's time.
fn is_booked_over(state: &State, id: BookingId) -> bool {
    state.stands(id).is_some_and(|stands| stands.booking.status == Status::Held && !stands.given_way.is_empty())
}

/// The times at which a request may have been decided: by its function's clock, when it was asked, when it was answered,
/// and when a hold has lapsed in between.
fn times(states: &[Arc<State>], operation: &Operation, now: i64) -> Vec<Timestamp> {
    let (from, to) = (operation.asked_at + operation.run.skew, now + operation.run.skew);
    let ends = states.iter().flat_map(|state| state.standing()).filter_map(|stands| stands.booking.expires_at);
    let ends: BTreeSet<_> = ends.filter(|end| (from..to).contains(&end.millis())).collect();
    [timestamp(from), timestamp(to)].into_iter().chain(ends).collect()
}

/// Whether some booking had the span so long ago that it may count or not, even if it was moved since: a day that TTL is
/// about to delete is not written.
fn held_long_ago(state: &State, span: &BusySpan, now: Timestamp) -> bool {
    let long_ago = span.start_time.millis() < now.millis() - 29 * DAY;
    long_ago && state.standing().any(|stands| stands.claimed.from == span.start_time.millis())
}

/// Whether a batch was read in parts.
pub fn partly_read(run: &Run) -> bool {
    run.partial.load(Ordering::Relaxed)
}

impl Request {
    /// The booking that it is about, or would make.
    pub fn id(&self) -> BookingId {
        match self {
            Self::Create { new, key: Some(key) } => key.booking_id(&new.user_id),
            Self::Update { id, .. }
            | Self::Cancel { id, .. }
            | Self::Confirm { id, .. }
            | Self::Delete { id, .. }
            | Self::Get { id } => *id,
            _ => BookingId::of(uuid::Uuid::nil()),
        }
    }
}
