use handlers::prelude::*;

#[handler(GET "/bookings/{booking_id}")]
async fn get(booking_id: Option<BookingId>) -> Result<Tagged<Booking>, BookingError> {
    let _ = booking_id;
    Err(BookingError::NotFound)
}
