//! `PUT /bookings/{booking_id}`

use handlers::prelude::*;

/// Change a booking.
///
/// Only the fields that are sent change. The reminder moves with the start.
#[handler(PUT "/bookings/{booking_id}")]
async fn update_booking(
    bookings: &Bookings,
    caller: Caller,
    booking_id: BookingId,
    if_match: Option<IfMatch>,
    Json(patch): Json<BookingPatch>,
) -> Result<Tagged<Booking>, BookingError> {
    bookings.update(booking_id, patch, if_match, &caller).await.map(Tagged)
}
