//! The event `ReminderDue`.

use serde::Serialize;
use uuid::Uuid;

use super::Due;
use super::outgoing::{Outgoing, VERSION, id, json};
use crate::booking::{Booking, BookingId, ResourceId, Timestamp, UserId};

/// The detail of a `ReminderDue` event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReminderDue {
    /// Version of this shape.
    pub version: &'static str,
    /// `ReminderDue`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// From the booking, the kind of event and the due time alone: a consumer drops a second delivery by it, whatever
    /// happened to the reminder in between.
    pub id: Uuid,
    /// The booking.
    pub booking_id: BookingId,
    /// Who booked.
    pub user_id: UserId,
    /// What is booked.
    pub resource_id: ResourceId,
    /// Its first moment.
    pub start_time: Timestamp,
    /// The moment it is over.
    pub end_time: Timestamp,
    /// When the reminder was due, in seconds since the Unix epoch.
    pub ttl: i64,
    /// How many seconds after that it was published.
    pub late_seconds: u32,
}

impl ReminderDue {
    /// The event that tells, at `now`, that a reminder of `booking` is due.
    #[must_use]
    pub fn new(due: &Due, booking: &Booking, now: Timestamp) -> Self {
        Self {
            version: VERSION,
            kind: "ReminderDue",
            id: id(&format!("ReminderDue {} {}", due.booking_id, due.ttl)),
            booking_id: booking.booking_id,
            user_id: booking.user_id.clone(),
            resource_id: booking.resource_id.clone(),
            start_time: booking.span.start(),
            end_time: booking.span.end(),
            ttl: due.ttl,
            late_seconds: u32::try_from(now.seconds().saturating_sub(due.ttl).max(0)).unwrap_or(u32::MAX),
        }
    }
}

impl From<ReminderDue> for Outgoing {
    fn from(event: ReminderDue) -> Self {
        Self {
            source: "booking.reminder",
            detail_type: event.kind,
            booking_id: event.booking_id,
            id: event.id,
            detail: json(&event),
            late_seconds: Some(event.late_seconds),
        }
    }
}
