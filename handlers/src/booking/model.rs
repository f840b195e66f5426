//! A booking.

use schemars::JsonSchema;
use serde::Serialize;

use super::{BookingId, Metadata, ResourceId, Span, Status, Timestamp, UserId, due};

/// A resource's seats, taken for a user for a span of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Booking {
    /// Names the booking.
    pub booking_id: BookingId,
    /// The user who booked.
    pub user_id: UserId,
    /// The booked resource.
    pub resource_id: ResourceId,
    /// The span of time that it takes or took.
    #[serde(flatten)]
    pub span: Span,
    /// How many of the resource's seats it takes.
    #[schemars(range(min = 1), example = 1)]
    pub seats: i64,
    /// Whether it takes its time, and for how long.
    pub status: Status,
    /// When a hold lapses unless it is confirmed; null where it is none.
    pub expires_at: Option<Timestamp>,
    /// How many seconds before the start the reminder is due; null where there is none.
    #[schemars(example = 900)]
    pub reminder_lead_seconds: Option<u32>,
    /// How many seconds before the start further reminders are due.
    pub further_reminder_lead_seconds: Vec<u32>,
    /// When the reminder of `reminder_lead_seconds` is due, in seconds since the Unix epoch; null where there is none, and before a
    /// hold is confirmed.
    #[schemars(example = 2_062_745_100_i64)]
    pub ttl: Option<i64>,
    /// Metadata: strings of the client, kept with the booking.
    pub metadata: Metadata,
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

impl Booking {
    /// The version as a strong entity tag (RFC 9110, section 8.8.3), with the quotes. A hold that has lapsed is another
    /// representation of the same version.
    #[must_use]
    pub fn entity_tag(&self) -> String {
        match self.status {
            Status::Expired => format!("\"{}-expired\"", self.version),
            _ => format!("\"{}\"", self.version),
        }
    }

    /// The booking as it reads at `now`: a hold is expired from `expires_at` on.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        let lapsed = self.status == Status::Held && self.expires_at.is_some_and(|expires_at| expires_at <= now);
        if lapsed { self.expired() } else { self }
    }

    /// The hold after it has lapsed.
    #[must_use]
    pub fn expired(self) -> Self {
        Self { status: Status::Expired, ..self }
    }

    /// The hold after its confirmation at `now`. It has reminders now, unless it has started.
    #[must_use]
    pub fn confirmed(&self, now: Timestamp) -> Self {
        let start = self.span.start();
        let ahead = start > now;
        let lead = self.reminder_lead_seconds.filter(|_| ahead);
        Self {
            status: Status::Active,
            expires_at: None,
            reminder_lead_seconds: lead,
            further_reminder_lead_seconds: if ahead { self.further_reminder_lead_seconds.clone() } else { Vec::new() },
            ttl: lead.map(|lead| due(start, lead, now)),
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        }
    }

    /// The booking after its cancellation at `now`, without reminders.
    #[must_use]
    pub fn cancelled(&self, now: Timestamp) -> Self {
        Self {
            status: Status::Cancelled,
            expires_at: None,
            reminder_lead_seconds: None,
            further_reminder_lead_seconds: Vec::new(),
            ttl: None,
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        }
    }
}
