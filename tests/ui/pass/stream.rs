//! A handler of a stream.

use handlers::prelude::*;

/// Publish.
#[handler(stream)]
async fn publish(bookings: &Bookings, records: Records, bus: &Bus) -> Result<BatchResult, BookingError> {
    let _ = (bookings, records, bus);
    Err(BookingError::Contended)
}
