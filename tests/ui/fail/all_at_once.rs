use handlers::prelude::*;

#[handler(post "/bookings/{booking_id}/", status = 404)]
fn create(bookings: &mut Bookings, Json(a): Json<NewBooking>, Json(b): Json<NewBooking>) {
    bookings.create(a, None, &Caller::Unchecked).await
}
