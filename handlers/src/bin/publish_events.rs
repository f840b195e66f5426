//! The function behind the table's stream, which publishes events to the bus.

use handlers::prelude::*;

/// Publish the events of a batch: reminders that are due and still valid, and changes of bookings.
#[handler(stream)]
async fn publish_events(
    bookings: &Bookings,
    bus: &Bus,
    dead_letters: &DeadLetters,
    records: Records,
) -> Result<BatchResult, PublishError> {
    bus.publish(bookings, dead_letters, records).await
}
