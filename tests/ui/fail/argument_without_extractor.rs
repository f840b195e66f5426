use handlers::prelude::*;

#[handler(POST "/bookings")]
async fn create(bookings: &Bookings, new: NewBooking) -> Result<Created<Booking>, BookingError> {
    bookings.create(new, None, &Caller::Unchecked).await
}
