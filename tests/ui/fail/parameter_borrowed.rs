use handlers::prelude::*;

#[handler(GET "/bookings/{booking_id}")]
async fn get(bookings: &Bookings, booking_id: &BookingId) -> Result<Tagged<Booking>, BookingError> {
    bookings.get(booking_id.clone(), &Caller::Unchecked).await.map(Tagged)
}
