//! A booking to create.

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ends, further, seconds};
use crate::booking::{
    Booking, BookingError, BookingId, DEFAULT_LEAD_SECONDS, Fault, Faults, Metadata, ResourceId, Span, Status,
    Timestamp, UserId, due,
};

/// A booking to create.
// A member that has its default is not serialized, except for the lead. The fingerprint is made of the serialized request and
// stored with the booking, so a member that a later version adds must not change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBooking {
    /// The user who books.
    #[garde(dive)]
    pub user_id: UserId,
    /// The resource to book.
    #[garde(dive)]
    pub resource_id: ResourceId,
    /// The start, in the future.
    #[garde(skip)]
    pub start_time: Timestamp,
    /// The end, exclusive: after `start_time`, by at most 31 days.
    #[schemars(example = &"2035-05-14T10:00:00Z")]
    #[garde(skip)]
    pub end_time: Timestamp,
    /// How many seconds before the start the reminder is due. Absent means 900, `null` means no reminder.
    #[serde(default = "default_lead")]
    #[garde(range(min = 60, max = 2_592_000))]
    pub reminder_lead_seconds: Option<i64>,
    /// How many seconds before the start further reminders are due: up to 4, all distinct, also from
    /// `reminder_lead_seconds`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("default" = [], "uniqueItems" = true))]
    #[garde(length(max = 4), inner(range(min = 60, max = 2_592_000)), custom(further::distinct(self.reminder_lead_seconds)))]
    pub further_reminder_lead_seconds: Vec<i64>,
    /// How many of the resource's seats to book.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    #[schemars(extend("default" = 1))]
    #[garde(range(min = 1, max = 1000))]
    pub seats: i64,
    /// Hold the time for so many seconds: the booking lapses unless it is confirmed in time. Absent means booked at once.
    #[serde(default, deserialize_with = "lambda::present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "i64", example = 600)]
    #[garde(range(min = 10, max = 86_400))]
    pub hold_seconds: Option<i64>,
    /// Metadata: strings of the client, kept with the booking.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    #[schemars(extend("default" = {}))]
    #[garde(dive)]
    pub metadata: Metadata,
}

// serde expects a default of the field's type.
#[expect(clippy::unnecessary_wraps)]
fn default_lead() -> Option<i64> {
    Some(i64::from(DEFAULT_LEAD_SECONDS))
}

fn one() -> i64 {
    1
}

// serde passes the field by reference.
#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_one(seats: &i64) -> bool {
    *seats == 1
}

impl NewBooking {
    /// A fingerprint of the request (UUIDv5): equal for requests with the same meaning, whatever their spelling, and
    /// different for all others.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut request = self.clone();
        request.further_reminder_lead_seconds.sort_unstable();
        // The fields are strings and numbers, so serializing them cannot fail.
        let text = serde_json::to_vec(&request).unwrap_or_default();
        Uuid::new_v5(&Uuid::NAMESPACE_OID, &text).simple().to_string()
    }

    /// The booking of this request, as of `now`.
    ///
    /// # Errors
    /// [`BookingError::Invalid`] when the times contradict each other or are in the past.
    pub fn book(&self, booking_id: BookingId, now: Timestamp) -> Result<Booking, BookingError> {
        let mut faults = Vec::new();
        if self.start_time <= now {
            faults.push(Fault::new("/start_time", "must be in the future"));
        }
        let span = Span::new(self.start_time, self.end_time);
        let span = span.map_err(|rule| faults.push(Fault::new("/end_time", rule)));
        let (Ok(span), true) = (span, faults.is_empty()) else { return Err(BookingError::Invalid(Faults(faults))) };
        let expires_at = self.hold_seconds.and_then(|seconds| ends(now, seconds));
        let reminder_lead_seconds = self.reminder_lead_seconds.map(seconds);
        Ok(Booking {
            booking_id,
            user_id: self.user_id.clone(),
            resource_id: self.resource_id.clone(),
            span,
            seats: self.seats,
            status: if expires_at.is_some() { Status::Held } else { Status::Active },
            expires_at,
            reminder_lead_seconds,
            further_reminder_lead_seconds: self.further_reminder_lead_seconds.iter().copied().map(seconds).collect(),
            ttl: reminder_lead_seconds.filter(|_| expires_at.is_none()).map(|lead| due(self.start_time, lead, now)),
            metadata: self.metadata.clone(),
            version: 1,
            created_at: now,
            updated_at: now,
        })
    }
}
