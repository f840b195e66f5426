//! `GET /bookings/{booking_id}`

use handlers::prelude::*;

/// Read a booking.
#[handler(GET "/bookings/{booking_id}")]
async fn get_booking(bookings: &Bookings, booking_id: BookingId) -> Result<Tagged<Booking>, BookingError> {
    bookings.get(booking_id).await.map(Tagged)
}
