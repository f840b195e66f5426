//! The event `ReminderDue`.

use serde::Serialize;
use uuid::Uuid;

use super::outgoing::{Outgoing, VERSION, id, json};
use crate::booking::{Booking, BookingId, Kind, ResourceId, Timestamp, UserId};
use crate::store::Timer;

/// The detail of a `ReminderDue` event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReminderDue {
    /// Version of the detail's format.
    pub version: &'static str,
    /// `ReminderDue`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Derived from the booking, the kind of event and the due time alone. A consumer drops duplicates by it, whatever
    /// happened to the reminder in between.
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
    /// The due time, in seconds since the Unix epoch.
    pub ttl: i64,
    /// How many seconds before the start it was due to be.
    pub lead_seconds: u32,
    /// The seconds between the due time and the publication.
    pub late_seconds: u32,
}

impl ReminderDue {
    /// The event of the reminder of `booking` whose `timer` was due, published at `now`. The reminder is of `kind` now, which
    /// differs from the timer's if leads have changed places since it was due.
    #[must_use]
    pub fn new(timer: &Timer, kind: Kind, booking: &Booking, now: Timestamp) -> Self {
        let name = format!("ReminderDue {} {}", timer.booking_id, timer.due);
        let name = match timer.kind {
            Kind::Further(lead) => format!("{name} {lead}"),
            Kind::Reminder | Kind::Hold => name,
        };
        let lead_seconds = match kind {
            Kind::Further(lead) => lead,
            Kind::Reminder | Kind::Hold => booking.reminder_lead_seconds.unwrap_or_default(),
        };
        Self {
            version: VERSION,
            kind: "ReminderDue",
            id: id(&name),
            booking_id: booking.booking_id,
            user_id: booking.user_id.clone(),
            resource_id: booking.resource_id.clone(),
            start_time: booking.span.start(),
            end_time: booking.span.end(),
            ttl: timer.due,
            lead_seconds,
            late_seconds: u32::try_from(now.seconds().saturating_sub(timer.due).max(0)).unwrap_or(u32::MAX),
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
