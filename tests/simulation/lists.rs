//! The content of lists in a state.

use std::sync::Arc;

use handlers::booking::{
    Booking, BookingId, BusyQuery, BusySpan, ListQuery, ResourceBookingsQuery, ResourceId, Span, Status, Stretch,
    Timestamp, UserId,
};

use super::model::{Stands, State};
use super::seats::{busy, taken};

/// The bookings that a user's list contains at `now`, by start.
pub fn listed(state: &State, user: &UserId, query: &ListQuery, now: Timestamp) -> Vec<Booking> {
    let within = |booking: &Booking| {
        booking.user_id == *user
            && query.from.is_none_or(|from| booking.span.start() >= from)
            && query.to.is_none_or(|to| booking.span.start() < to)
            && query.status.is_none_or(|status| booking.status == status)
    };
    let seen = state.standing().map(|stands| stands.booking.clone().at(now));
    let mut list: Vec<_> = seen.filter(within).collect();
    list.sort_by_key(|booking| (booking.span.start(), booking.booking_id));
    list
}

/// The spans in which the resource has no seat left.
pub fn busy_spans(state: &State, resource: &ResourceId, query: &BusyQuery, now: Timestamp) -> Option<Vec<BusySpan>> {
    let span = Span::new(query.from, query.to).ok()?;
    let taken = taken(state, resource, span.days(), None, now);
    Some(busy(&taken, state.rules(resource).capacity, Stretch::from(span)))
}

/// The place of a claim in the list of a resource's bookings.
pub type Spot = (Timestamp, BookingId);

/// The claims of a resource that the list of its bookings goes by, in order.
pub fn claims(state: &State, resource: &ResourceId, span: Span, now: Timestamp) -> Vec<Spot> {
    let there = |stands: &&Arc<Stands>| {
        stands.counts(now)
            && stands.claimed.overlaps(Stretch::from(span))
            && stands.days().any(|day| span.days().any(|asked| asked == day))
    };
    let spot = |stands: &Arc<Stands>| (Timestamp::from_millis(stands.claimed.from).unwrap(), stands.booking.booking_id);
    let mut spots: Vec<_> = state.of_resource(resource).filter(there).map(spot).collect();
    spots.sort_unstable();
    spots
}

/// The booking at this place of the list, if it is in it.
pub fn taking(
    state: &State,
    resource: &ResourceId,
    query: &ResourceBookingsQuery,
    id: BookingId,
    now: Timestamp,
) -> Option<Booking> {
    let booking = state.stands(id)?.booking.clone().at(now);
    let listed = matches!(booking.status, Status::Held | Status::Active)
        && booking.resource_id == *resource
        && booking.span.start() < query.to
        && query.from < booking.span.end();
    listed.then_some(booking)
}
