//! Whether a list contains what it should in some state between the question and the answer.

use std::sync::Arc;

use handlers::booking::{
    Booking, BookingId, BusyQuery, ListQuery, ResourceBookingsQuery, ResourceId, Rules, Slot, SlotsQuery, Span,
    Timestamp, Timetable, UserId, Wanted,
};

use super::answers::partly_read;
use super::clock::{MINUTE, timestamp};
use super::decide::claim;
use super::history::{History, Operation};
use super::lists::{Spot, busy_spans, claims, listed, taking};
use super::model::{Answer, Request, State};
use super::seats::{Taken, left, taken};

fn wrong(expected: &str, answer: &Answer) -> Result<(), String> {
    Err(format!("{expected}, not {answer:?}"))
}

fn is(expected: &Answer, answer: &Answer) -> Result<(), String> {
    if expected == answer { Ok(()) } else { wrong(&format!("{expected:?}"), answer) }
}

/// Whether the answer fits a state at a time.
fn any(states: &[Arc<State>], times: &[Timestamp], fits: impl Fn(&State, Timestamp) -> bool) -> bool {
    states.iter().any(|state| times.iter().any(|time| fits(state, *time)))
}

impl History {
    /// An answer to a list.
    pub fn view(
        &self,
        states: &[Arc<State>],
        operation: &Operation,
        answer: &Answer,
        times: &[Timestamp],
    ) -> Result<(), String> {
        match &operation.request {
            Request::List { user, query } => self.list(states, operation, (user, query), answer, times),
            Request::Taking { resource, query } => self.taking(states, operation, (resource, query), answer, times),
            Request::Busy { resource, query } => busy(states, operation, (resource, query), answer, times),
            Request::Slots { resource, query } => slots(states, operation, (resource, query), answer, times),
            _ => Err("no list".to_owned()),
        }
    }

    fn list(
        &self,
        states: &[Arc<State>],
        operation: &Operation,
        (user, query): (&UserId, &ListQuery),
        answer: &Answer,
        times: &[Timestamp],
    ) -> Result<(), String> {
        if !operation.caller.is(user) {
            return is(&Answer::Forbidden, answer);
        }
        if query.from.zip(query.to).is_some_and(|(from, to)| from >= to) {
            return is(&Answer::Invalid, answer);
        }
        let begin = match query.cursor.as_deref() {
            None => None,
            Some(cursor) => match self.told_cursor(&operation.request, cursor) {
                Some(place) => Some(place),
                None => return is(&Answer::InvalidCursor, answer),
            },
        };
        let Answer::Page(items, next) = answer else { return wrong("a page", answer) };
        let size = query.page_size();
        let fits = |state: &State, now: Timestamp| {
            let mut all = listed(state, user, query, now);
            all.retain(|booking| begin.is_none_or(|begin| spot(booking) > begin));
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
        if any(states, times, fits) { Ok(()) } else { wrong("what the list contains", answer) }
    }

    /// The list of a resource's bookings: the claims are read first, and then their bookings.
    fn taking(
        &self,
        states: &[Arc<State>],
        operation: &Operation,
        (resource, query): (&ResourceId, &ResourceBookingsQuery),
        answer: &Answer,
        times: &[Timestamp],
    ) -> Result<(), String> {
        if !operation.caller.administers() {
            return is(&Answer::Forbidden, answer);
        }
        let Ok(span) = Span::new(query.from, query.to) else { return is(&Answer::Invalid, answer) };
        let begin = match query.cursor.as_deref() {
            None => None,
            Some(cursor) => match self.told_cursor(&operation.request, cursor) {
                Some(place) => Some(place),
                None => return is(&Answer::InvalidCursor, answer),
            },
        };
        let Answer::Page(items, next) = answer else { return wrong("a page", answer) };
        if partly_read(&operation.run) {
            let known = |item: &Booking| {
                any(states, times, |state, now| {
                    taking(state, resource, query, item.booking_id, now).as_ref() == Some(item)
                })
            };
            return if items.iter().all(known) { Ok(()) } else { wrong("bookings that there were", answer) };
        }
        for (number, first) in states.iter().enumerate() {
            let fits = |second: &State, now: Timestamp| {
                let mut spots = claims(first, resource, span, now);
                spots.retain(|spot| begin.is_none_or(|begin| *spot > begin));
                let more = spots.len() > query.page_size();
                spots.truncate(query.page_size());
                let found = spots.iter().filter_map(|(_, id)| taking(second, resource, query, *id, now));
                let last = spots.last().filter(|_| more).copied();
                next.as_deref().and_then(place) == last && next.is_some() == more && found.collect::<Vec<_>>() == *items
            };
            if any(&states[number..], times, fits) {
                return Ok(());
            }
        }
        wrong("what takes the resource", answer)
    }

    /// The place of a cursor, if it is one of this list.
    fn told_cursor(&self, request: &Request, cursor: &str) -> Option<Spot> {
        let same = |other: &Request| match (request, other) {
            (Request::List { user, query }, Request::List { user: of, query: asked }) => {
                of == user && (asked.from, asked.to, asked.status) == (query.from, query.to, query.status)
            }
            (Request::Taking { resource, query }, Request::Taking { resource: of, query: asked }) => {
                of == resource && (asked.from, asked.to) == (query.from, query.to)
            }
            _ => false,
        };
        let given = self.operations.iter().any(|operation| match &operation.answer {
            Some(Answer::Page(_, Some(next))) => next == cursor && same(&operation.request),
            _ => false,
        });
        given.then(|| place(cursor)).flatten()
    }
}

fn spot(booking: &Booking) -> Spot {
    (booking.span.start(), booking.booking_id)
}

/// The place in a cursor: 16 digits of the start, 32 of the booking.
fn place(cursor: &str) -> Option<Spot> {
    let start = Timestamp::from_millis(i64::from_str_radix(cursor.get(..16)?, 16).ok()?)?;
    let id = uuid::Uuid::parse_str(cursor.get(16..48)?).ok()?;
    Some((start, BookingId::of(id)))
}

fn busy(
    states: &[Arc<State>],
    operation: &Operation,
    (resource, query): (&ResourceId, &BusyQuery),
    answer: &Answer,
    times: &[Timestamp],
) -> Result<(), String> {
    let Some(expected) = busy_spans(&states[states.len() - 1], resource, query, times[1]) else {
        return is(&Answer::Invalid, answer);
    };
    let Answer::Busy(spans) = answer else { return wrong("busy times", answer) };
    let fits = |state: &State, now: Timestamp| busy_spans(state, resource, query, now).as_ref() == Some(spans);
    if any(states, times, fits) || partly_read(&operation.run) {
        return Ok(());
    }
    Err(format!("{spans:?} in none of {} states; in the last one {expected:?}", states.len()))
}

/// Each slot can be booked in some state by the clock that has listed it, and on a grid of half hours none is missing.
fn slots(
    states: &[Arc<State>],
    operation: &Operation,
    (resource, query): (&ResourceId, &SlotsQuery),
    answer: &Answer,
    times: &[Timestamp],
) -> Result<(), String> {
    if Span::new(query.from, query.to).is_err() {
        return is(&Answer::Invalid, answer);
    }
    let fits = |state: &State, now: Timestamp| {
        let rules = state.rules(resource);
        let timetable = Timetable::of(rules).unwrap();
        let (Some(minutes), seats) =
            (query.minutes.or(rules.min_minutes).or(rules.slot_minutes), query.seats.unwrap_or(1))
        else {
            return *answer == Answer::Invalid;
        };
        let too_short = rules.min_minutes.is_some_and(|least| minutes < least);
        if too_short || rules.max_minutes.is_some_and(|most| minutes > most) || seats > rules.capacity {
            return *answer == Answer::Invalid;
        }
        let (Answer::Slots(slots), Ok(days)) = (answer, query.days()) else { return false };
        // All that the claims on the days of the list take. A hold that a function with a slow clock still counts may be
        // booked over on one of its days, and its claim on another day be there.
        let taken = taken(state, resource, days, None, now);
        let bookable = |start: i64| slot(rules, &timetable, &taken, seats, start, minutes, now);
        let sound = slots.iter().all(|slot| bookable(slot.start_time.millis()).as_ref() == Some(slot));
        let between = query.from.millis()..query.to.millis();
        let within = slots.iter().all(|slot| between.contains(&slot.start_time.millis()));
        let ordered = slots.windows(2).all(|pair| pair[0].start_time < pair[1].start_time);
        // Without `slot_minutes` the grid goes by the length, from each opening on.
        let first = (between.start + 30 * MINUTE - 1).div_euclid(30 * MINUTE) * 30 * MINUTE;
        let mut grid = (first..between.end).step_by(1_800_000).filter(|_| rules.slot_minutes.is_some());
        let complete = grid.all(|start| bookable(start).is_none_or(|slot| slots.contains(&slot)));
        sound && within && ordered && complete
    };
    if any(states, times, fits) || partly_read(&operation.run) { Ok(()) } else { wrong("what can be booked", answer) }
}

/// The slot at `start`, if it could be booked beside what is taken.
fn slot(
    rules: &Rules,
    timetable: &Timetable<'_>,
    taken: &[Taken],
    seats: i64,
    start: i64,
    minutes: i64,
    now: Timestamp,
) -> Option<Slot> {
    let (start_time, end_time) = (timestamp(start), timestamp(start + minutes * MINUTE));
    let span = Span::new(start_time, end_time).ok()?;
    if start_time <= now || !timetable.broken(&Wanted { span, seats, current: None }, now).is_empty() {
        return None;
    }
    let claimed = claim(span, rules.buffer_before_minutes, rules.buffer_after_minutes);
    let seats_left = left(taken, rules.capacity, claimed);
    (seats_left >= seats).then_some(Slot { start_time, end_time, seats_left })
}
