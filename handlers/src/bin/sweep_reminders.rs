//! The function of the schedule that runs every minute.

use handlers::prelude::*;

/// Mark the reminders that are due, so that they are published on time.
#[handler(schedule)]
async fn sweep_reminders(bookings: &Bookings, tick: Tick) -> Result<(), BookingError> {
    bookings.sweep(tick.time).await
}
