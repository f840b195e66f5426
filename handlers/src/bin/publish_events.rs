//! The table's stream to the bus.

use handlers::prelude::*;

/// Publish what a batch tells: reminders that are due and still hold, and changes of bookings.
#[handler(stream)]
async fn publish_events(
    bookings: &Bookings,
    bus: &Bus,
    dead_letters: &DeadLetters,
    records: Records,
) -> Result<BatchResult, PublishError> {
    bus.publish(bookings, dead_letters, records).await
}
