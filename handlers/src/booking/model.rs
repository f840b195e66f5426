//! A booking.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BookingId, ResourceId, Span, Timestamp, UserId};

/// A resource, held for a user for a span of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Booking {
    /// Names the booking.
    pub booking_id: BookingId,
    /// The user who booked.
    pub user_id: UserId,
    /// The booked resource.
    pub resource_id: ResourceId,
    /// The span of time that it holds or held.
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
    /// Starts at 1 and grows by one with each change.
    #[schemars(range(min = 1), example = 1)]
    pub version: u64,
    /// Time of creation.
    #[schemars(example = &"2035-04-30T16:20:00.125Z")]
    pub created_at: Timestamp,
    /// Time of the last change.
    #[schemars(example = &"2035-04-30T16:20:00.125Z")]
    pub updated_at: Timestamp,
}

/// Whether a booking still holds its resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It holds its resource.
    Active,
    /// It no longer holds its resource, and never will again.
    Cancelled,
}

impl Booking {
    /// The version as a strong entity tag (RFC 9110, section 8.8.3), with the quotes.
    #[must_use]
    pub fn entity_tag(&self) -> String {
        format!("\"{}\"", self.version)
    }

    /// The booking after its cancellation at `now`, without a reminder.
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
