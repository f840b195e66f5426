//! A change of a booking.

use garde::Validate;
use lambda::present;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::seconds;
use crate::booking::{Booking, BookingError, Fault, Faults, ResourceId, Span, Status, Timestamp, due};

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
