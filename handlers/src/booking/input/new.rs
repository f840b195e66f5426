//! A booking to create.

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::seconds;
use crate::booking::{
    Booking, BookingError, BookingId, DEFAULT_LEAD_SECONDS, Fault, Faults, ResourceId, Span, Status, Timestamp, UserId,
    due,
};

/// A booking to create.
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
}

// serde expects a default of the field's type.
#[expect(clippy::unnecessary_wraps)]
fn default_lead() -> Option<i64> {
    Some(i64::from(DEFAULT_LEAD_SECONDS))
}

impl NewBooking {
    /// A fingerprint of the request (UUIDv5): equal for requests with the same meaning, whatever their spelling, and
    /// different for all others.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        // The fields are strings and numbers, so serializing them cannot fail.
        let text = serde_json::to_vec(self).unwrap_or_default();
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
        let reminder_lead_seconds = self.reminder_lead_seconds.map(seconds);
        Ok(Booking {
            booking_id,
            user_id: self.user_id.clone(),
            resource_id: self.resource_id.clone(),
            span,
            status: Status::Active,
            reminder_lead_seconds,
            ttl: reminder_lead_seconds.map(|lead| due(self.start_time, lead, now)),
            version: 1,
            created_at: now,
            updated_at: now,
        })
    }
}
