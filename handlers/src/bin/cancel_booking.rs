//! `POST /bookings/{booking_id}/cancel`

use handlers::prelude::*;

/// Cancel a booking.
///
/// Its time is free again and its reminder never fires. Cancelling it again changes nothing.
#[handler(POST "/bookings/{booking_id}/cancel")]
async fn cancel_booking(
    bookings: &Bookings,
    caller: Caller,
    booking_id: BookingId,
    if_match: Option<IfMatch>,
) -> Result<Tagged<Booking>, BookingError> {
    bookings.cancel(booking_id, if_match, &caller).await.map(Tagged)
}
