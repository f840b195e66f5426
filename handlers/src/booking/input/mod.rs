//! Requests about bookings: create, change, list, busy times; and how they become bookings.

use garde::Validate;
use lambda::present;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
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

/// A change of a booking: only the fields that are sent change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BookingPatch {
    /// The new resource.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ResourceId")]
    #[garde(dive)]
    pub resource_id: Option<ResourceId>,
    /// The start, in the future.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Timestamp")]
    #[garde(skip)]
    pub start_time: Option<Timestamp>,
    /// The end, exclusive.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Timestamp", example = &"2035-05-14T11:00:00Z")]
    #[garde(skip)]
    pub end_time: Option<Timestamp>,
    /// How many seconds before the start the reminder is due; `null` removes it. Absent keeps the lead, and the
    /// reminder moves with the start.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<i64>", example = 1800)]
    #[garde(range(min = 60, max = 2_592_000))]
    pub reminder_lead_seconds: Option<Option<i64>>,
}

/// Filters and page of a user's list of bookings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// Only bookings that start at this time or later.
    #[garde(skip)]
    pub from: Option<Timestamp>,
    /// Only bookings that start before this time.
    #[garde(skip)]
    pub to: Option<Timestamp>,
    /// Only bookings of this status.
    #[garde(skip)]
    pub status: Option<Status>,
    /// At most this many on a page; 50 where it is not given.
    #[schemars(extend("default" = 50))]
    #[garde(range(min = 1, max = 100))]
    pub limit: Option<i64>,
    /// Start of the page: from the `Link` of the previous page.
    #[garde(length(bytes, max = 1024))]
    pub cursor: Option<String>,
}

impl ListQuery {
    /// The maximum number of bookings on a page.
    #[must_use]
    pub fn page_size(&self) -> usize {
        // Validation ensures 1 to 100.
        self.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(50)
    }
}

/// The span of time of a request for a resource's busy times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BusyQuery {
    /// Start of the span to look at.
    #[schemars(example = &"2035-05-14T00:00:00Z")]
    #[garde(skip)]
    pub from: Timestamp,
    /// End of the span to look at: after `from`, by at most 31 days.
    #[schemars(example = &"2035-05-21T00:00:00Z")]
    #[garde(skip)]
    pub to: Timestamp,
}

impl BusyQuery {
    /// The span to look at.
    ///
    /// # Errors
    /// [`BookingError::Invalid`] when the two times make no span.
    pub fn span(&self) -> Result<Span, BookingError> {
        let rule = |rule: &str| Faults::from(Fault::new("to", rule.replace("start_time", "from")));
        Span::new(self.from, self.to).map_err(|broken| BookingError::Invalid(rule(broken)))
    }
}

/// Validation ensures 60 to 2592000.
fn seconds(lead: i64) -> u32 {
    u32::try_from(lead).unwrap_or(u32::MAX)
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

impl BookingPatch {
    /// `booking` with these changes, as of `now`; `None` if they change nothing.
    ///
    /// # Errors
    /// [`BookingError::Cancelled`], or [`BookingError::Invalid`] when the times contradict each other. A start or a
    /// reminder can only be set before the booking starts.
    pub fn apply(&self, booking: &Booking, now: Timestamp) -> Result<Option<Booking>, BookingError> {
        if booking.status == Status::Cancelled {
            return Err(BookingError::Cancelled);
        }
        let start_time = self.start_time.unwrap_or(booking.span.start());
        let end_time = self.end_time.unwrap_or(booking.span.end());
        let lead = match self.reminder_lead_seconds {
            Some(lead) => lead.map(seconds),
            None => booking.reminder_lead_seconds,
        };
        let moved = start_time != booking.span.start();
        let reminded = lead != booking.reminder_lead_seconds && lead.is_some();

        let mut faults = Vec::new();
        if moved && start_time <= now {
            faults.push(Fault::new("/start_time", "must be in the future"));
        } else if reminded && start_time <= now {
            faults.push(Fault::new("/reminder_lead_seconds", "must be null: the booking has started"));
        }
        let span = Span::new(start_time, end_time).map_err(|rule| {
            faults.push(if self.end_time.is_some() {
                Fault::new("/end_time", rule)
            } else {
                Fault::new("/start_time", format!("end_time, which is {end_time}, {rule}"))
            });
        });
        let (Ok(span), true) = (span, faults.is_empty()) else { return Err(BookingError::Invalid(Faults(faults))) };

        let resource_id = self.resource_id.clone().unwrap_or_else(|| booking.resource_id.clone());
        let changed = Booking {
            resource_id,
            span,
            reminder_lead_seconds: lead,
            ttl: match lead {
                // An unchanged reminder keeps its due time, even one in the past.
                Some(_) if !moved && !reminded => booking.ttl,
                Some(lead) => Some(due(start_time, lead, now)),
                None => None,
            },
            ..booking.clone()
        };
        if changed == *booking {
            return Ok(None);
        }
        Ok(Some(Booking { version: booking.version + 1, updated_at: now, ..changed }))
    }
}

#[cfg(test)]
mod tests;
