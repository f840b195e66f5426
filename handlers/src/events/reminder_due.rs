//! The event `ReminderDue`.

use serde::Serialize;
use uuid::Uuid;

use super::Due;
use crate::booking::{Booking, BookingId, ResourceId, Timestamp, UserId};

/// `source` of the events.
pub(super) const SOURCE: &str = "booking.reminder";
/// `detail-type` of the event.
pub(super) const DETAIL_TYPE: &str = "ReminderDue";

/// The detail of a `ReminderDue` event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReminderDue {
    /// Version of this shape.
    pub version: &'static str,
    /// `ReminderDue`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The same for every delivery of the same reminder: a consumer drops what it has seen.
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
    pub late_seconds: i64,
}

/// The namespace of the events' ids: at random, once.
const REMINDERS: Uuid = Uuid::from_u128(0x5c1d_2e0b_9a64_4f7f_8e15_c7d0_3b9a_f642);

impl ReminderDue {
    /// The event that tells, at `now`, that a reminder of `booking` is due.
    #[must_use]
    pub fn new(due: &Due, booking: &Booking, now: Timestamp) -> Self {
        let name = format!("{} {} {}", due.booking_id, due.generation, due.ttl);
        Self {
            version: "1.0",
            kind: DETAIL_TYPE,
            id: Uuid::new_v5(&REMINDERS, name.as_bytes()),
            booking_id: booking.booking_id,
            user_id: booking.user_id.clone(),
            resource_id: booking.resource_id.clone(),
            start_time: booking.start_time,
            end_time: booking.end_time,
            ttl: due.ttl,
            late_seconds: (now.seconds() - due.ttl).max(0),
        }
    }
}
