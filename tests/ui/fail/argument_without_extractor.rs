use handlers::prelude::*;

#[handler(POST "/bookings")]
async fn create(bookings: &Bookings, new: NewBooking) -> Result<Created<Booking>, BookingError> {
    bookings.create(new, None, &Caller::Unchecked).await
}

mod after_another {
    use super::*;

    #[handler(GET "/bookings")]
    async fn list(query: Query<ListQuery>, status: Status) -> () {
        let _ = (query, status);
    }
}
