use handlers::prelude::*;

#[derive(Debug)]
enum GetError {
    NotFound,
}

#[handler(GET "/bookings/{booking_id}")]
async fn get(booking_id: BookingId) -> Result<Tagged<Booking>, GetError> {
    let _ = booking_id;
    Err(GetError::NotFound)
}
