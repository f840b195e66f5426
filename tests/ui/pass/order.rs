//! Borrowed and owned arguments in any order; the call keeps the order.

use handlers::prelude::*;

#[handler(PUT "/users/{user_id}/bookings/{booking_id}")]
async fn update(
    booking_id: BookingId,
    bookings: &Bookings,
    Json(patch): Json<BookingPatch>,
    again: &Bookings,
    if_match: Option<IfMatch>,
    bus: &'static Bus,
    user_id: UserId,
) -> Result<Tagged<Booking>, BookingError> {
    let _ = (patch, if_match, bus, user_id);
    bookings.get(booking_id, &Caller::Unchecked).await?;
    again.get(booking_id, &Caller::Unchecked).await.map(Tagged)
}
