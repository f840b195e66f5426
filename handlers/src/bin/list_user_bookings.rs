//! `GET /users/{user_id}/bookings`

use handlers::prelude::*;

/// List a user's bookings, by start.
///
/// `Link` says where the next page is. Where a status is asked for, a page can be short and yet not the last.
#[handler(GET "/users/{user_id}/bookings")]
async fn list_user_bookings(
    bookings: &Bookings,
    caller: Caller,
    user_id: UserId,
    Query(query): Query<ListQuery>,
) -> Result<Page<Booking>, BookingError> {
    bookings.list(&user_id, &query, &caller).await
}
