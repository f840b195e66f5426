//! Whether an answer is one that some order of the requests allows.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use handlers::booking::{Booking, BookingId, BusyQuery, BusySpan, ListQuery, ResourceId, Status, Timestamp, UserId};

use super::clock::timestamp;
use super::history::{History, Operation};
use super::model::{Answer, Decision, Request, State, busy, busy_spans, decide, holders, listed, standing};
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
        match &operation.request {
            Request::Busy { resource, query } => busy_answer(states, resource, query, answer, now, run),
            Request::List { user, query } => self.list_answer(states, operation, user, query, answer),
            _ => self.possible(states, operation, answer, now),
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
        // A booking of the same key refuses the transaction, too.
        let replayed = matches!(answer, Answer::Created(_, true) | Answer::KeyReused | Answer::Deleted);
        if alone && !replayed && races > run.conflicts.load(Ordering::Relaxed) {
            return Err("it has lost a race, though it was alone".to_owned());
        }
        if races > 0 || run.partial.load(Ordering::Relaxed) {
            return Ok(());
        }
        let enough = match (&operation.request, answer) {
            (Request::Create { key: None, .. }, Answer::Invalid) => 0,
            (Request::Create { key: None, .. }, Answer::TimeTaken(_))
            | (Request::Create { .. }, Answer::Invalid)
            | (Request::Get { .. } | Request::List { .. } | Request::Busy { .. }, _) => 1,
            (Request::Create { .. } | Request::Cancel { .. } | Request::Delete { .. }, _) => 2,
            (Request::Update { .. }, _) => 3,
        };
        if calls > enough { Err(format!("{calls} calls instead of {enough} for {answer:?}")) } else { Ok(()) }
    }

    fn possible(&self, states: &[Arc<State>], operation: &Operation, answer: &Answer, now: i64) -> Result<(), String> {
        let Operation { request, caller, run, asked_at, .. } = operation;
        let times = [timestamp(asked_at + run.skew), timestamp(now + run.skew)];
        let id = request.id();
        let wanted = Decision::Answer(answer.clone());
        let decided = |aimed: &State, held: &State, time: Timestamp| decide(aimed, held, request, caller, id, time);
        for (place, aimed) in states.iter().enumerate() {
            for time in times {
                let held = match (answer, request) {
                    // A create looks the time up first, and then its key, whose tombstone may have expired in between.
                    (Answer::TimeTaken(_), Request::Create { .. }) => &states[..=place],
                    // A change reads its booking first, and looks the time up later.
                    (Answer::TimeTaken(_), _) => &states[place..],
                    _ => &states[place..=place],
                };
                if held.iter().any(|held| decided(aimed, held, time) == wanted) {
                    return Ok(());
                }
            }
        }
        if let Answer::TimeTaken(span) = answer
            && (self.states.iter().any(|state| held_long_ago(state, span, now))
                || states.iter().any(|state| partly_read(run, state, span)))
        {
            return Ok(());
        }
        let last = decided(self.state(), self.state(), times[1]);
        Err(format!("{answer:?} in none of {} states; in the last one {last:?}", states.len()))
    }

    fn list_answer(
        &self,
        states: &[Arc<State>],
        operation: &Operation,
        user: &UserId,
        query: &ListQuery,
        answer: &Answer,
    ) -> Result<(), String> {
        let wrong = |expected: &str| Err(format!("{expected}, not {answer:?}"));
        if !operation.caller.is(user) {
            return if *answer == Answer::Forbidden { Ok(()) } else { wrong("forbidden") };
        }
        if query.from.zip(query.to).is_some_and(|(from, to)| from >= to) {
            return if *answer == Answer::Invalid { Ok(()) } else { wrong("invalid") };
        }
        let begin = match query.cursor.as_deref() {
            None => None,
            Some(cursor) => match self.told_cursor(user, query, cursor) {
                Some(place) => Some(place),
                None => return if *answer == Answer::InvalidCursor { Ok(()) } else { wrong("no cursor of this list") },
            },
        };
        let Answer::Page(items, next) = answer else { return wrong("a page") };
        let size = usize::try_from(query.limit.unwrap_or(50)).unwrap();
        let fits = |state: &Arc<State>| {
            let mut all = listed(state, user, query);
            all.retain(|booking| begin.is_none_or(|begin| (booking.span.start(), booking.booking_id) > begin));
            let prefix = items.len() <= size && all.starts_with(items);
            let rest = &all[items.len().min(all.len())..];
            // Without a filter a page is full if there is a next one.
            prefix
                && match next.as_deref().and_then(place) {
                    None => next.is_none() && rest.is_empty(),
                    Some(place) if query.status.is_none() => {
                        !rest.is_empty() && items.len() == size && items.last().map(spot) == Some(place)
                    }
                    Some(place) => {
                        rest.first().is_none_or(|first| spot(first) > place)
                            && items.last().is_none_or(|last| spot(last) <= place)
                    }
                }
        };
        if states.iter().any(fits) { Ok(()) } else { wrong("what the list contains") }
    }

    /// The place of a cursor, if it is one of this list.
    fn told_cursor(&self, user: &UserId, query: &ListQuery, cursor: &str) -> Option<(Timestamp, BookingId)> {
        let given = self.operations.iter().any(|operation| match (&operation.request, &operation.answer) {
            (Request::List { user: of, query: asked }, Some(Answer::Page(_, Some(next)))) => {
                of == user
                    && next == cursor
                    && (asked.from, asked.to, asked.status) == (query.from, query.to, query.status)
            }
            _ => false,
        });
        given.then(|| place(cursor)).flatten()
    }
}

fn spot(booking: &Booking) -> (Timestamp, BookingId) {
    (booking.span.start(), booking.booking_id)
}

/// The place in a cursor: 16 digits of the start, 32 of the booking.
fn place(cursor: &str) -> Option<(Timestamp, BookingId)> {
    let start = Timestamp::from_millis(i64::from_str_radix(cursor.get(..16)?, 16).ok()?)?;
    let id = uuid::Uuid::parse_str(cursor.get(16..48)?).ok()?;
    Some((start, BookingId::of(id)))
}

/// Whether some booking had the span so long ago that it may count or not, even if it was moved since: a day that TTL is
/// about to delete is not written.
fn held_long_ago(state: &State, span: &BusySpan, now: i64) -> bool {
    span.start_time.millis() < now - 29 * super::clock::DAY
        && standing(state).any(|stands| busy(&stands.booking) == *span)
}

/// Whether days were read one after the other, so that the earliest claim may be missing.
fn partly_read(run: &Run, state: &State, span: &BusySpan) -> bool {
    run.partial.load(Ordering::Relaxed)
        && standing(state).any(|stands| stands.booking.status == Status::Active && busy(&stands.booking) == *span)
}

fn busy_answer(
    states: &[Arc<State>],
    resource: &ResourceId,
    query: &BusyQuery,
    answer: &Answer,
    now: i64,
    run: &Run,
) -> Result<(), String> {
    let Some(expected) = busy_spans(&states[states.len() - 1], resource, query, now) else {
        return if *answer == Answer::Invalid { Ok(()) } else { Err(format!("invalid, not {answer:?}")) };
    };
    let Answer::Busy(spans) = answer else { return Err(format!("busy times, not {answer:?}")) };
    let spans: Vec<_> =
        spans.iter().filter(|span| span.end_time.millis() > now - 30 * super::clock::DAY).copied().collect();
    if states.iter().any(|state| busy_spans(state, resource, query, now).as_ref() == Some(&spans)) {
        return Ok(());
    }
    if run.partial.load(Ordering::Relaxed) {
        let known = |span: &BusySpan| {
            let Ok(asked) = handlers::booking::Span::new(span.start_time, span.end_time) else { return false };
            states.iter().any(|state| holders(state, resource, asked, None).any(|booking| busy(booking) == *span))
        };
        return if spans.iter().all(known) { Ok(()) } else { Err(format!("{spans:?} were never busy")) };
    }
    Err(format!("{spans:?} in none of {} states; in the last one {expected:?}", states.len()))
}

impl Request {
    /// The booking that it is about, or would make.
    pub fn id(&self) -> BookingId {
        match self {
            Self::Create { new, key: Some(key) } => key.booking_id(&new.user_id),
            Self::Update { id, .. } | Self::Cancel { id, .. } | Self::Delete { id, .. } | Self::Get { id } => *id,
            _ => BookingId::of(uuid::Uuid::nil()),
        }
    }
}
