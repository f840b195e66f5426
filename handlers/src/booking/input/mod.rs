//! Requests about bookings: create, change, list, busy times; and how they become bookings.

mod further;
mod new;
mod patch;
mod query;

pub use new::NewBooking;
pub use patch::BookingPatch;
pub(super) use query::between;
pub use query::{BusyQuery, ListQuery, ResourceBookingsQuery};

use super::Timestamp;

/// A lead in seconds. Validation ensures 60 to 2592000.
fn seconds(lead: i64) -> u32 {
    u32::try_from(lead).unwrap_or(u32::MAX)
}

/// The time at which a hold lapses that is made at `now`. `None` after the year 9999: nothing that starts later can be booked.
fn ends(now: Timestamp, seconds: i64) -> Option<Timestamp> {
    Timestamp::from_millis(now.millis() + seconds * 1000)
}

#[cfg(test)]
mod tests;
