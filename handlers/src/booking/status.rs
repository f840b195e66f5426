//! The states of a booking.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The state of a booking: `held` → `active` → `cancelled`, and `held` → `expired` or `cancelled`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It takes its time until `expires_at`. Confirming makes it active.
    Held,
    /// It takes its time.
    Active,
    /// It no longer takes its time, and never will again.
    Cancelled,
    /// It was held, and not confirmed in time. It no longer takes its time.
    Expired,
}

impl Status {
    /// Whether the booking takes its time.
    #[must_use]
    pub fn takes_time(self) -> bool {
        matches!(self, Self::Held | Self::Active)
    }
}
