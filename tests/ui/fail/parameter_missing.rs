use handlers::prelude::*;

#[handler(GET "/users/{user_id}/bookings/{booking_id}")]
async fn get(bookings: &Bookings) -> Result<Tagged<Booking>, BookingError> {
    let _ = bookings;
    Err(BookingError::NotFound)
}
