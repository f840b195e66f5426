//! A change of a booking.

use garde::Validate;
use lambda::present;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{further, seconds};
use crate::booking::{Booking, BookingError, Fault, Faults, Metadata, ResourceId, Span, Status, Timestamp, due};

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
    /// How many seconds before the start the reminder is due; `null` removes it, and further ones with it. Absent keeps
    /// the lead, and the reminder moves with the start.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<i64>", example = 1800)]
    #[garde(range(min = 60, max = 2_592_000))]
    pub reminder_lead_seconds: Option<Option<i64>>,
    /// How many seconds before the start further reminders are due: up to 4, all distinct, also from
    /// `reminder_lead_seconds`.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<i64>", extend("maxItems" = 4, "uniqueItems" = true, "items" = {
        "type": "integer", "format": "int64", "minimum": 60, "maximum": 2_592_000
    }))]
    #[garde(length(max = 4), inner(inner(range(min = 60, max = 2_592_000))))]
    pub further_reminder_lead_seconds: Option<Vec<i64>>,
    /// How many of the resource's seats it takes.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "i64", example = 2)]
    #[garde(range(min = 1, max = 1000))]
    pub seats: Option<i64>,
    /// Metadata that replaces the present one.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Metadata")]
    #[garde(dive)]
    pub metadata: Option<Metadata>,
}

impl BookingPatch {
    /// The members that were sent of those that rules of a resource are about, by their pointers.
    #[must_use]
    pub fn sent(&self) -> Vec<&'static str> {
        let members = [
            ("/start_time", self.start_time.is_some()),
            ("/end_time", self.end_time.is_some()),
            ("/seats", self.seats.is_some()),
            ("/resource_id", self.resource_id.is_some()),
        ];
        members.into_iter().filter(|(_, sent)| *sent).map(|(pointer, _)| pointer).collect()
    }

    /// `booking` with these changes, as of `now`; `None` if they change nothing.
    ///
    /// # Errors
    /// [`BookingError::Cancelled`], [`BookingError::HoldExpired`], or [`BookingError::Invalid`] when members contradict
    /// each other. A start or a reminder can only be set before the booking starts.
    pub fn apply(&self, booking: &Booking, now: Timestamp) -> Result<Option<Booking>, BookingError> {
        match booking.clone().at(now).status {
            Status::Cancelled => return Err(BookingError::Cancelled),
            Status::Expired => return Err(BookingError::HoldExpired),
            Status::Held | Status::Active => {}
        }
        let start_time = self.start_time.unwrap_or(booking.span.start());
        let end_time = self.end_time.unwrap_or(booking.span.end());
        let lead = match self.reminder_lead_seconds {
            Some(lead) => lead.map(seconds),
            None => booking.reminder_lead_seconds,
        };
        let further = match &self.further_reminder_lead_seconds {
            Some(further) => further.iter().copied().map(seconds).collect(),
            None if lead.is_none() => Vec::new(),
            None => booking.further_reminder_lead_seconds.clone(),
        };
        let moved = start_time != booking.span.start();
        let reminded = lead != booking.reminder_lead_seconds && lead.is_some();

        let mut faults = Vec::new();
        if moved && start_time <= now {
            faults.push(Fault::new("/start_time", "must be in the future"));
        } else if reminded && start_time <= now {
            faults.push(Fault::new("/reminder_lead_seconds", "must be null: the booking has started"));
        } else if start_time <= now && further.iter().any(|lead| !booking.further_reminder_lead_seconds.contains(lead))
        {
            faults.push(Fault::new("/further_reminder_lead_seconds", "must have no new lead: the booking has started"));
        }
        let leads: Vec<_> = further.iter().copied().map(i64::from).collect();
        faults.extend(further::broken(lead.map(i64::from), &leads).map(|rule| {
            if self.further_reminder_lead_seconds.is_some() {
                Fault::new("/further_reminder_lead_seconds", rule)
            } else {
                Fault::new("/reminder_lead_seconds", "must be another lead than those of further_reminder_lead_seconds")
            }
        }));
        let span = Span::new(start_time, end_time).map_err(|rule| {
            faults.push(if self.end_time.is_some() {
                Fault::new("/end_time", rule)
            } else {
                Fault::new("/start_time", format!("end_time, which is {end_time}, {rule}"))
            });
        });
        let (Ok(span), true) = (span, faults.is_empty()) else { return Err(BookingError::Invalid(Faults(faults))) };

        let changed = Booking {
            resource_id: self.resource_id.clone().unwrap_or_else(|| booking.resource_id.clone()),
            span,
            seats: self.seats.unwrap_or(booking.seats),
            reminder_lead_seconds: lead,
            further_reminder_lead_seconds: further,
            ttl: match lead {
                // A hold has no reminder before it is confirmed.
                _ if booking.status == Status::Held => None,
                // An unchanged reminder keeps its due time, even one in the past.
                Some(_) if !moved && !reminded => booking.ttl,
                Some(lead) => Some(due(start_time, lead, now)),
                None => None,
            },
            metadata: self.metadata.clone().unwrap_or_else(|| booking.metadata.clone()),
            ..booking.clone()
        };
        if changed == *booking {
            return Ok(None);
        }
        Ok(Some(Booking { version: booking.version + 1, updated_at: now, ..changed }))
    }
}
