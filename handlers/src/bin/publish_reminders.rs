//! The table's stream to the bus.

use handlers::prelude::*;

/// Publish `ReminderDue` for the reminders of a batch that are due and still hold.
#[handler(stream)]
async fn publish_reminders(bookings: &Bookings, bus: &Bus, records: Records) -> Result<BatchResult, PublishError> {
    bus.publish(bookings, records).await
}
