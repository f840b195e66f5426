//! `GET /bookings/{booking_id}`

use handlers::prelude::*;

/// Read a booking.
#[handler(GET "/bookings/{booking_id}")]
async fn get_booking(
    bookings: &Bookings,
    caller: Caller,
    booking_id: BookingId,
) -> Result<Tagged<Booking>, BookingError> {
    bookings.get(booking_id, &caller).await.map(Tagged)
}
