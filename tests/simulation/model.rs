//! The model: a list of bookings, and what each request makes of it. It knows nothing of items, conditions and retries.

use std::collections::BTreeMap;
use std::sync::Arc;

use handlers::booking::{
    Booking, BookingId, BookingPatch, BusyQuery, BusySpan, Caller, IdempotencyKey, ListQuery, NewBooking, ResourceId,
    Span, Status, Timestamp, UserId,
};

use super::clock::{DAY, timestamp};

/// A request, as a client sends it.
#[derive(Debug, Clone)]
pub enum Request {
    Create { new: NewBooking, key: Option<IdempotencyKey> },
    Update { id: BookingId, patch: BookingPatch, if_match: Option<String> },
    Cancel { id: BookingId, if_match: Option<String> },
    Delete { id: BookingId, if_match: Option<String> },
    Get { id: BookingId },
    List { user: UserId, query: ListQuery },
    Busy { resource: ResourceId, query: BusyQuery },
}

/// An answer, as a client reads it.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Booking(Booking),
    Created(Booking, /* replayed */ bool),
    Done,
    Page(Vec<Booking>, Option<String>),
    Busy(Vec<BusySpan>),
    NotFound,
    Forbidden,
    Invalid,
    InvalidCursor,
    Cancelled,
    VersionChanged(u64),
    TimeTaken(BusySpan),
    KeyReused,
    Deleted,
    /// A day of its span takes no further booking.
    DayFull,
    /// 429 or 503: the request may take effect later, or never.
    Throttled,
    Contended,
    Unavailable,
    /// 500.
    Internal(String),
    /// The function died.
    Died,
}

/// State of a booking's id.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    Stands(Arc<Stands>),
    /// It was deleted, and its key is used up.
    Gone,
}

/// A booking that is there, active or cancelled.
#[derive(Debug, Clone, PartialEq)]
pub struct Stands {
    pub booking: Booking,
    /// The token of its timer. Drawn by the service.
    pub token: u64,
    pub made_by: NewBooking,
}

pub type State = BTreeMap<BookingId, Entry>;

/// Effect of a request in a state.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// It changes the booking to this; `None` deletes it.
    Change(Option<Booking>),
    Answer(Answer),
}

/// The furthest that a booking in the past counts: TTL deletes days a month after their end.
const REMEMBERED: i64 = 30 * DAY;

pub fn standing(state: &State) -> impl Iterator<Item = &Arc<Stands>> {
    state.values().filter_map(|entry| match entry {
        Entry::Stands(stands) => Some(stands),
        Entry::Gone => None,
    })
}

/// The bookings that hold the resource for some of the span, by start, without `except`.
pub fn holders<'a>(
    state: &'a State,
    resource: &'a ResourceId,
    span: Span,
    except: Option<BookingId>,
) -> impl Iterator<Item = &'a Booking> {
    standing(state).map(|stands| &stands.booking).filter(move |other| {
        other.status == Status::Active
            && other.resource_id == *resource
            && Some(other.booking_id) != except
            && other.span.start() < span.end()
            && span.start() < other.span.end()
    })
}

fn conflict(state: &State, booking: &Booking, now: Timestamp) -> Option<Answer> {
    let counts = |other: &&Booking| other.span.end().min(booking.span.end()).millis() > now.millis() - REMEMBERED;
    let holders = holders(state, &booking.resource_id, booking.span, Some(booking.booking_id));
    let first = holders.filter(counts).min_by_key(|other| other.span.start())?;
    Some(Answer::TimeTaken(busy(first)))
}

pub fn busy(booking: &Booking) -> BusySpan {
    BusySpan { start_time: booking.span.start(), end_time: booking.span.end() }
}

fn due(start: Timestamp, lead: Option<i64>, now: Timestamp) -> Option<i64> {
    lead.map(|lead| (start.seconds() - lead).max(now.seconds()))
}

/// Effect of the request on `aimed`, the state in which its booking is read, and to `held`, in which the time is looked up.
pub fn decide(
    aimed: &State,
    held: &State,
    request: &Request,
    caller: &Caller,
    id: BookingId,
    now: Timestamp,
) -> Decision {
    use Answer::{Cancelled, Created, Deleted, Forbidden, Invalid, KeyReused, NotFound, VersionChanged};
    let seen = match aimed.get(&id) {
        Some(Entry::Stands(stands)) if caller.is(&stands.booking.user_id) => Some(&stands.booking),
        _ => None,
    };
    let stale = |booking: &Booking, if_match: &Option<String>| {
        let tag = format!("\"{}\"", booking.version);
        if_match.as_ref().is_some_and(|wanted| *wanted != tag && wanted != "*")
    };
    match request {
        Request::Create { new, .. } => {
            if !caller.is(&new.user_id) {
                return Decision::Answer(Forbidden);
            }
            match aimed.get(&id) {
                Some(Entry::Gone) => return Decision::Answer(Deleted),
                Some(Entry::Stands(stands)) if stands.made_by != *new => return Decision::Answer(KeyReused),
                Some(Entry::Stands(stands)) => return Decision::Answer(Created(stands.booking.clone(), true)),
                None => {}
            }
            let Ok(span) = Span::new(new.start_time, new.end_time) else { return Decision::Answer(Invalid) };
            if new.start_time <= now {
                return Decision::Answer(Invalid);
            }
            let booking = Booking {
                booking_id: id,
                user_id: new.user_id.clone(),
                resource_id: new.resource_id.clone(),
                span,
                status: Status::Active,
                reminder_lead_seconds: new.reminder_lead_seconds.map(|lead| u32::try_from(lead).unwrap()),
                ttl: due(new.start_time, new.reminder_lead_seconds, now),
                version: 1,
                created_at: now,
                updated_at: now,
            };
            conflict(held, &booking, now).map_or(Decision::Change(Some(booking)), Decision::Answer)
        }
        Request::Update { patch, if_match, .. } => {
            let Some(before) = seen else { return Decision::Answer(NotFound) };
            if stale(before, if_match) {
                return Decision::Answer(VersionChanged(before.version));
            }
            if before.status == Status::Cancelled {
                return Decision::Answer(Cancelled);
            }
            let Some(after) = patched(before, patch, now) else { return Decision::Answer(Invalid) };
            if after == *before {
                return Decision::Answer(Answer::Booking(after));
            }
            let moved = after.span != before.span || after.resource_id != before.resource_id;
            let taken = if moved { conflict(held, &after, now) } else { None };
            let after = Booking { version: before.version + 1, updated_at: now, ..after };
            taken.map_or(Decision::Change(Some(after)), Decision::Answer)
        }
        Request::Cancel { if_match, .. } => {
            let Some(before) = seen else { return Decision::Answer(NotFound) };
            if before.status == Status::Cancelled {
                return Decision::Answer(Answer::Booking(before.clone()));
            }
            if stale(before, if_match) {
                return Decision::Answer(VersionChanged(before.version));
            }
            Decision::Change(Some(Booking {
                status: Status::Cancelled,
                reminder_lead_seconds: None,
                ttl: None,
                version: before.version + 1,
                updated_at: now,
                ..before.clone()
            }))
        }
        Request::Delete { if_match, .. } => {
            let Some(before) = seen else { return Decision::Answer(Answer::Done) };
            if stale(before, if_match) {
                return Decision::Answer(VersionChanged(before.version));
            }
            Decision::Change(None)
        }
        Request::Get { .. } => Decision::Answer(seen.map_or(NotFound, |booking| Answer::Booking(booking.clone()))),
        Request::List { .. } | Request::Busy { .. } => unreachable!("checked by what they contain"),
    }
}

/// The booking with the fields of the patch; `None` if they contradict each other or the time.
fn patched(before: &Booking, patch: &BookingPatch, now: Timestamp) -> Option<Booking> {
    let start = patch.start_time.unwrap_or(before.span.start());
    let span = Span::new(start, patch.end_time.unwrap_or(before.span.end())).ok()?;
    let old_lead = before.reminder_lead_seconds.map(i64::from);
    let lead = patch.reminder_lead_seconds.unwrap_or(old_lead);
    let moved = start != before.span.start();
    let set_anew = lead.is_some() && (moved || lead != old_lead);
    if (moved || set_anew) && start <= now {
        return None;
    }
    Some(Booking {
        resource_id: patch.resource_id.clone().unwrap_or_else(|| before.resource_id.clone()),
        span,
        reminder_lead_seconds: lead.map(|lead| u32::try_from(lead).unwrap()),
        ttl: if set_anew { due(start, lead, now) } else { lead.and(before.ttl) },
        ..before.clone()
    })
}

/// The bookings that a user's list contains, by start.
pub fn listed(state: &State, user: &UserId, query: &ListQuery) -> Vec<Booking> {
    let within = |booking: &Booking| {
        booking.user_id == *user
            && query.from.is_none_or(|from| booking.span.start() >= from)
            && query.to.is_none_or(|to| booking.span.start() < to)
            && query.status.is_none_or(|status| booking.status == status)
    };
    let mut list: Vec<_> =
        standing(state).map(|stands| &stands.booking).filter(|booking| within(booking)).cloned().collect();
    list.sort_by_key(|booking| (booking.span.start(), booking.booking_id));
    list
}

/// The spans in which the resource is held, without those that ended long ago.
pub fn busy_spans(state: &State, resource: &ResourceId, query: &BusyQuery, now: i64) -> Option<Vec<BusySpan>> {
    let span = Span::new(query.from, query.to).ok()?;
    let mut spans: Vec<_> = holders(state, resource, span, None).map(busy).collect();
    spans.retain(|span| span.end_time > timestamp(now - REMEMBERED));
    spans.sort_by_key(|span| span.start_time);
    Some(spans)
}
