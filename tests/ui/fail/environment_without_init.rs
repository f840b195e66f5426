use handlers::prelude::*;

struct Calendar;

#[handler(GET "/bookings/{booking_id}")]
async fn get(bookings: &Bookings, calendar: &Calendar, booking_id: BookingId) -> Result<Tagged<Booking>, BookingError> {
    let _ = calendar;
    bookings.get(booking_id, &Caller::Unchecked).await.map(Tagged)
}
