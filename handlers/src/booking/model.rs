//! A booking.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BookingId, ResourceId, Span, Timestamp, UserId};

/// A resource, held for a user for a span of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Booking {
    /// Names the booking.
    pub booking_id: BookingId,
    /// Who booked.
    pub user_id: UserId,
    /// What is booked.
    pub resource_id: ResourceId,
    /// The time that it holds, or held.
    #[serde(flatten)]
    pub span: Span,
    /// Whether it still holds the resource.
    pub status: Status,
    /// How many seconds before the start the reminder is due; null where there is none.
    #[schemars(example = 900)]
    pub reminder_lead_seconds: Option<u32>,
    /// When the reminder is due, in seconds since the Unix epoch; null where there is none.
    #[schemars(example = 2_062_745_100_i64)]
    pub ttl: Option<i64>,
    /// Counts the changes, from 1.
    #[schemars(range(min = 1), example = 1)]
    pub version: u64,
    /// When it was made.
    #[schemars(example = &"2035-04-30T16:20:00.125Z")]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[schemars(example = &"2035-04-30T16:20:00.125Z")]
    pub updated_at: Timestamp,
}

/// Whether a booking still holds its resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It does.
    Active,
    /// It does not, and never will again.
    Cancelled,
}

impl Booking {
    /// Its version as a strong entity tag (RFC 9110, section 8.8.3), with the quotes.
    #[must_use]
    pub fn entity_tag(&self) -> String {
        format!("\"{}\"", self.version)
    }

    /// The same booking, cancelled: without a reminder, as of `now`.
    #[must_use]
    pub fn cancelled(&self, now: Timestamp) -> Self {
        Self {
            status: Status::Cancelled,
            reminder_lead_seconds: None,
            ttl: None,
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        }
    }
}
