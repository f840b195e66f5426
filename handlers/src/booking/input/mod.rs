//! Requests about bookings: create, change, list, busy times; and how they become bookings.

mod new;
mod patch;
mod query;

pub use new::NewBooking;
pub use patch::BookingPatch;
pub use query::{BusyQuery, ListQuery};

/// Validation ensures 60 to 2592000.
fn seconds(lead: i64) -> u32 {
    u32::try_from(lead).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
