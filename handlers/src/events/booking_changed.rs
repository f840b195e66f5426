//! The events of a booking's life: `BookingCreated`, `BookingConfirmed`, `BookingRescheduled`, `BookingCancelled`,
//! `BookingExpired` and `BookingDeleted`.

use serde::Serialize;
use uuid::Uuid;

use super::outgoing::{Outgoing, VERSION, id, json};
use crate::booking::{Booking, BookingId, ResourceId, Status, Timestamp, UserId};

/// The detail of an event about a change of a booking. It contains the booking before and after, so that a consumer
/// does not have to call the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BookingChanged {
    /// Version of the detail's format.
    pub version: &'static str,
    /// The event's type.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The same for every delivery of the same event.
    pub id: Uuid,
    /// The booking.
    pub booking_id: BookingId,
    /// The user who booked.
    pub user_id: UserId,
    /// The booked resource.
    pub resource_id: ResourceId,
    /// The start, inclusive.
    pub start_time: Timestamp,
    /// The end, exclusive.
    pub end_time: Timestamp,
    /// The booking before; null when it was created.
    pub before: Option<Booking>,
    /// The booking after; null when it was deleted.
    pub after: Option<Booking>,
}

impl BookingChanged {
    /// The event of a change from `before` to `after`; `None` when neither is a booking, or nothing has changed.
    #[must_use]
    pub fn new(before: Option<Booking>, after: Option<Booking>) -> Option<Self> {
        let kind = match (&before, &after) {
            (None, Some(_)) => "BookingCreated",
            (Some(_), None) => "BookingDeleted",
            (Some(before), Some(after)) if before == after => return None,
            (Some(before), Some(after)) => match (before.status, after.status) {
                (Status::Active | Status::Held, Status::Cancelled) => "BookingCancelled",
                (Status::Held, Status::Active) => "BookingConfirmed",
                _ => "BookingRescheduled",
            },
            (None, None) => return None,
        };
        let booking = after.as_ref().or(before.as_ref())?;
        // The version alone is not unique: 31 days after a deletion, the same key creates a booking that starts at
        // version 1 again.
        let name = format!("{kind} {} {} {}", booking.booking_id, booking.created_at.millis(), booking.version);
        let of = booking.clone();
        Some(Self::of(kind, id(&name), &of, before, after))
    }

    /// The event of the end of a hold that nobody has confirmed, told at `due`.
    #[must_use]
    pub fn expired(booking: &Booking, due: i64) -> Self {
        let kind = "BookingExpired";
        let after = booking.clone().expired();
        let id = id(&format!("{kind} {} {due}", booking.booking_id));
        Self::of(kind, id, booking, Some(booking.clone()), Some(after))
    }

    fn of(kind: &'static str, id: Uuid, booking: &Booking, before: Option<Booking>, after: Option<Booking>) -> Self {
        Self {
            version: VERSION,
            kind,
            id,
            booking_id: booking.booking_id,
            user_id: booking.user_id.clone(),
            resource_id: booking.resource_id.clone(),
            start_time: booking.span.start(),
            end_time: booking.span.end(),
            before,
            after,
        }
    }
}

impl From<BookingChanged> for Outgoing {
    fn from(event: BookingChanged) -> Self {
        Self {
            source: "booking.lifecycle",
            detail_type: event.kind,
            booking_id: event.booking_id,
            id: event.id,
            detail: json(&event),
            late_seconds: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::booking::BookingPatch;

    #[test]
    fn what_happened_is_told_by_what_changed() {
        let now: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
        let new: crate::booking::NewBooking = serde_json::from_value(serde_json::json!({
            "user_id": "alice", "resource_id": "room-1",
            "start_time": "2026-11-22T10:00:00Z", "end_time": "2026-11-22T11:00:00Z",
        }))
        .unwrap();
        let made = new.book(BookingId::of(Uuid::new_v4()), now).unwrap();
        let patch = BookingPatch { reminder_lead_seconds: Some(None), ..BookingPatch::default() };
        let moved = patch.apply(&made, now).unwrap().unwrap();
        let cancelled = moved.cancelled(now);
        let event = |before: Option<&Booking>, after: Option<&Booking>| {
            BookingChanged::new(before.cloned(), after.cloned()).map(|event| (event.kind, event.id))
        };
        let steps = [
            (event(None, Some(&made)), "BookingCreated"),
            (event(Some(&made), Some(&moved)), "BookingRescheduled"),
            (event(Some(&moved), Some(&cancelled)), "BookingCancelled"),
            (event(Some(&cancelled), None), "BookingDeleted"),
        ];
        let mut ids: Vec<_> = steps
            .map(|(event, kind)| {
                let (found, id) = event.unwrap();
                assert_eq!(found, kind);
                id
            })
            .into();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 4, "each event has its own id");
        assert_eq!(event(Some(&made), Some(&made)), None);
        assert_eq!(event(None, Some(&made)), event(None, Some(&made)), "the same event always has the same id");
    }

    /// A consumer drops an event that it had from the version before.
    #[test]
    fn an_event_has_the_same_id_in_all_versions() {
        let new: crate::booking::NewBooking = serde_json::from_value(serde_json::json!({
            "user_id": "alice", "resource_id": "room-1", "metadata": { "a": "b" },
            "start_time": "2025-11-22T11:00:00Z", "end_time": "2025-11-22T12:00:00Z",
        }))
        .unwrap();
        let id = BookingId::parse("67e55044-10b1-426f-9247-bb680e5fe0c8").unwrap();
        let now: Timestamp = "2025-11-22T10:00:00.125Z".parse().unwrap();
        let booking = new.book(id, now).unwrap();
        let created = BookingChanged::new(None, Some(booking.clone())).unwrap();
        assert_eq!(created.id.to_string(), "1ed2d169-9d5f-5e8c-87ea-f9425b80e5ef");
        let expired = BookingChanged::expired(&booking, 1_763_805_605);
        assert_eq!(expired.id.to_string(), "a06bf0fb-be75-50cf-84b5-a4913a8cf335");
        let reminder = |kind| {
            let timer = crate::store::Timer { booking_id: id, due: 1_763_805_600, kind, token: 1, shard: 0 };
            crate::events::ReminderDue::new(&timer, timer.kind, &booking, now).id.to_string()
        };
        assert_eq!(reminder(crate::booking::Kind::Reminder), "71dde4bc-88ed-57df-a737-2a2834c01997");
        assert_eq!(reminder(crate::booking::Kind::Further(3600)), "263a83d9-c4b8-509a-8104-6d91c2724892");
    }
}
