//! `POST /bookings`

use handlers::prelude::*;

/// Book a resource for a span of time.
///
/// With an `Idempotency-Key`, sending the same request again answers with the same booking.
#[handler(POST "/bookings", status = 201)]
async fn create_booking(
    bookings: &Bookings,
    caller: Caller,
    key: Option<IdempotencyKey>,
    Json(new): Json<NewBooking>,
) -> Result<Created<Booking>, BookingError> {
    bookings.create(new, key, &caller).await
}
