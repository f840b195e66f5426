//! `DELETE /bookings/{booking_id}`

use handlers::prelude::*;

/// Delete a booking and its reminder.
///
/// Deleting what does not exist is no error.
#[handler(DELETE "/bookings/{booking_id}", status = 204)]
async fn delete_booking(
    bookings: &Bookings,
    caller: Caller,
    booking_id: BookingId,
    if_match: Option<IfMatch>,
) -> Result<(), BookingError> {
    bookings.delete(booking_id, if_match, &caller).await
}
