//! The function of the schedule that runs every minute.

use handlers::prelude::*;

/// Remove the timers that are due, so that their reminders are published on time.
#[handler(schedule)]
async fn sweep_timers(bookings: &Bookings, tick: Tick) -> Result<(), BookingError> {
    bookings.sweep(tick.time).await
}
