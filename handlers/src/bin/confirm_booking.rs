//! `POST /bookings/{booking_id}/confirm`

use handlers::prelude::*;

/// Confirm a hold, so that it does not lapse.
///
/// Its reminders are due from now on. Confirming it again changes nothing. After `expires_at` it is too late.
#[handler(POST "/bookings/{booking_id}/confirm")]
async fn confirm_booking(
    bookings: &Bookings,
    caller: Caller,
    booking_id: BookingId,
    if_match: Option<IfMatch>,
) -> Result<Tagged<Booking>, ConfirmError> {
    bookings.confirm(booking_id, if_match, &caller).await.map(Tagged)
}
