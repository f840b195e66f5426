//! Effect of a request in a state.

use handlers::booking::{
    Booking, BookingId, BookingPatch, Caller, NewBooking, Span, Status, Stretch, Timestamp, Timetable, Wanted,
    at_members, days_around,
};

use super::change::{cancelled, confirmed, patched};
use super::clock::{DAY, MINUTE};
use super::model::{Answer, Changed, Decision, Entry, Request, SetRules, Stands, State, due};
use super::seats::{shortage, taken};

/// The states in which a request reads: its booking, the claims, and the rules.
#[derive(Clone, Copy)]
pub struct View<'s> {
    pub aimed: &'s State,
    pub held: &'s State,
    pub rules: &'s State,
}

impl<'s> View<'s> {
    pub fn of(state: &'s State) -> Self {
        Self { aimed: state, held: state, rules: state }
    }
}

/// The furthest that a booking in the past counts: TTL deletes days a month after their end.
pub const REMEMBERED: i64 = 30 * DAY;

/// Whether the condition is not met for an entity with this tag.
fn stale(tag: &str, if_match: Option<&String>) -> bool {
    if_match.is_some_and(|wanted| wanted != tag && wanted != "*")
}

/// The tag of a booking as it reads.
pub fn tag(booking: &Booking) -> String {
    let lapsed = if booking.status == Status::Expired { "-expired" } else { "" };
    format!("\"{}{lapsed}\"", booking.version)
}

/// Effect of the request.
pub fn decide(view: View<'_>, request: &Request, caller: &Caller, id: BookingId, now: Timestamp) -> Decision {
    use Answer::{Cancelled, Done, HoldExpired, NotFound, VersionChanged};
    let stands = view.aimed.stands(id).filter(|stands| caller.is(&stands.booking.user_id));
    let changed = |before: &Stands, booking| {
        Decision::Change(Some(Changed { booking, claimed: before.claimed, capacity: None, claims: false }))
    };
    let answer = match (request, stands) {
        (Request::Create { new, .. }, _) => return create(view, new, caller, id, now),
        (Request::SetRules { resource, rules, if_match }, _) => {
            let version = view.aimed.resource(resource).version;
            if stale(&format!("\"{version}\""), if_match.as_ref()) {
                VersionChanged(version)
            } else {
                let set = SetRules { version: version + 1, updated_at: now, rules: Some(rules.clone()) };
                return Decision::Rules(set);
            }
        }
        (Request::RemoveRules { resource }, _) => match view.aimed.set(resource) {
            Some(SetRules { version, rules: Some(_), .. }) => {
                return Decision::Rules(SetRules { version: version + 1, updated_at: now, rules: None });
            }
            _ => Done,
        },
        (Request::Resource { resource }, _) => Answer::Resource(view.aimed.resource(resource)),
        (Request::Delete { .. }, None) => Done,
        (_, None) => NotFound,
        (Request::Get { .. }, Some(stands)) => Answer::Booking(stands.booking.clone().at(now)),
        (Request::Delete { if_match, .. }, Some(stands)) => {
            if !stale(&tag(&stands.booking.clone().at(now)), if_match.as_ref()) {
                return Decision::Change(None);
            }
            VersionChanged(stands.booking.version)
        }
        (Request::Cancel { if_match, .. }, Some(stands)) => {
            let seen = stands.booking.clone().at(now);
            if !seen.status.takes_time() {
                Answer::Booking(seen)
            } else if stale(&tag(&seen), if_match.as_ref()) {
                VersionChanged(seen.version)
            } else if stands.ended {
                // Its end is told: once its clock says so, too, it reads the hold as expired.
                Answer::Booking(seen.expired())
            } else {
                return changed(stands, cancelled(&seen, now));
            }
        }
        (Request::Confirm { if_match, .. }, Some(stands)) => {
            let seen = stands.booking.clone().at(now);
            match seen.status {
                Status::Active => Answer::Booking(seen),
                Status::Cancelled => Cancelled,
                Status::Expired => HoldExpired,
                Status::Held if stale(&tag(&seen), if_match.as_ref()) => VersionChanged(seen.version),
                Status::Held if stands.ended || !stands.given_way.is_empty() => HoldExpired,
                Status::Held => return changed(stands, confirmed(&seen, now)),
            }
        }
        (Request::Update { patch, if_match, .. }, Some(stands)) => {
            return match update(view, stands, patch, if_match.as_ref(), now) {
                Ok(changed) => Decision::Change(Some(changed)),
                Err(answer) => Decision::Answer(answer),
            };
        }
        _ => unreachable!("lists are checked by what they contain"),
    };
    Decision::Answer(answer)
}

fn create(view: View<'_>, new: &NewBooking, caller: &Caller, id: BookingId, now: Timestamp) -> Decision {
    use Answer::{Created, Deleted, Forbidden, Invalid, KeyReused};
    if !caller.is(&new.user_id) {
        return Decision::Answer(Forbidden);
    }
    match view.aimed.bookings.get(&id) {
        Some(Entry::Gone) => return Decision::Answer(Deleted),
        Some(Entry::Stands(stands)) if !same(&stands.made_by, new) => return Decision::Answer(KeyReused),
        Some(Entry::Stands(stands)) => return Decision::Answer(Created(stands.booking.clone().at(now), true)),
        None => {}
    }
    let Ok(span) = Span::new(new.start_time, new.end_time) else { return Decision::Answer(Invalid) };
    if new.start_time <= now {
        return Decision::Answer(Invalid);
    }
    let held = new.hold_seconds.is_some();
    let lead = new.reminder_lead_seconds.map(|lead| u32::try_from(lead).unwrap());
    let further = new.further_reminder_lead_seconds.iter();
    let booking = Booking {
        booking_id: id,
        user_id: new.user_id.clone(),
        resource_id: new.resource_id.clone(),
        span,
        seats: new.seats,
        status: if held { Status::Held } else { Status::Active },
        expires_at: new.hold_seconds.map(|seconds| super::clock::timestamp(now.millis() + seconds * 1000)),
        reminder_lead_seconds: lead,
        further_reminder_lead_seconds: further.map(|lead| u32::try_from(*lead).unwrap()).collect(),
        ttl: lead.filter(|_| !held).map(|lead| due(new.start_time, lead, now)),
        metadata: new.metadata.clone(),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    match place(view, &booking, None, now) {
        Ok((claimed, capacity)) => Decision::Change(Some(Changed { booking, claimed, capacity, claims: true })),
        Err(answer) => Decision::Answer(answer),
    }
}

/// Whether two requests ask for the same.
fn same(one: &NewBooking, other: &NewBooking) -> bool {
    let sorted = |new: &NewBooking| {
        let mut new = new.clone();
        new.further_reminder_lead_seconds.sort_unstable();
        new
    };
    sorted(one) == sorted(other)
}

#[expect(clippy::result_large_err, reason = "an answer is as large as a booking, and few are made")]
fn update(
    view: View<'_>,
    stands: &Stands,
    patch: &BookingPatch,
    if_match: Option<&String>,
    now: Timestamp,
) -> Result<Changed, Answer> {
    let (before, seen) = (&stands.booking, stands.booking.clone().at(now));
    if stale(&tag(&seen), if_match) {
        return Err(Answer::VersionChanged(seen.version));
    }
    match seen.status {
        Status::Cancelled => return Err(Answer::Cancelled),
        Status::Expired => return Err(Answer::HoldExpired),
        Status::Held if stands.ended => return Err(Answer::HoldExpired),
        Status::Held | Status::Active => {}
    }
    let after = patched(stands, patch, now).ok_or(Answer::Invalid)?;
    if after == *before {
        return Err(Answer::Booking(after));
    }
    let stays = after.resource_id == before.resource_id;
    let claims = !stays || after.span != before.span || after.seats != before.seats;
    let (mut claimed, mut capacity) = (stands.claimed, None);
    if claims {
        let read = days_around(Stretch::from(after.span));
        if stays && before.status == Status::Held && read.into_iter().any(|day| stands.given_way.contains(&day)) {
            return Err(Answer::HoldExpired);
        }
        let placed = place(view, &after, Some(stands), now);
        (claimed, capacity) = placed.map_err(|answer| match answer {
            Answer::OutsideRules(errors) => Answer::OutsideRules(at_members(errors, &patch.sent())),
            other => other,
        })?;
        // A day that it leaves.
        if before.status == Status::Held && !stands.given_way.is_empty() {
            return Err(Answer::HoldExpired);
        }
    }
    let booking = Booking { version: before.version + 1, updated_at: now, ..after };
    Ok(Changed { booking, claimed, capacity, claims })
}

/// The claim of the booking, and the seats of the resource unless it takes nothing that it has not got already.
#[expect(clippy::result_large_err, reason = "an answer is as large as a booking, and few are made")]
fn place(
    view: View<'_>,
    booking: &Booking,
    has: Option<&Stands>,
    now: Timestamp,
) -> Result<(Stretch, Option<i64>), Answer> {
    let has = has.filter(|has| has.booking.resource_id == booking.resource_id);
    if let Some(has) = has.filter(|has| has.booking.span == booking.span && booking.seats <= has.booking.seats) {
        return Ok((has.claimed, None));
    }
    let rules = view.rules.rules(&booking.resource_id);
    let has = has.map(|has| (has.booking.span, has.booking.seats));
    let wanted = Wanted { span: booking.span, seats: booking.seats, current: has };
    let broken = Timetable::of(rules).unwrap().broken(&wanted, now);
    if !broken.is_empty() {
        return Err(Answer::OutsideRules(broken));
    }
    let claimed = claim(booking.span, rules.buffer_before_minutes, rules.buffer_after_minutes);
    let read = days_around(Stretch::from(booking.span));
    let mut taken = taken(view.held, &booking.resource_id, read, Some(booking.booking_id), now);
    taken.retain(|taken| taken.stretch.to.min(claimed.to) > now.millis() - REMEMBERED);
    match shortage(&taken, rules.capacity, claimed, booking.seats) {
        None => Ok((claimed, Some(rules.capacity))),
        Some((busy, left)) => Err(Answer::TimeTaken(busy, left)),
    }
}

/// The claim of a booking with so many minutes before and after it.
pub fn claim(span: Span, before: i64, after: i64) -> Stretch {
    Stretch { from: span.start().millis() - before * MINUTE, to: span.end().millis() + after * MINUTE }
}
