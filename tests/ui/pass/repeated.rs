//! What two arguments may take: a header and the caller are read, and stay for the next.

use handlers::prelude::*;

#[handler(POST "/bookings")]
async fn create(
    first: IdempotencyKey,
    again: Option<IdempotencyKey>,
    caller: Caller,
    same: Caller,
    Query(query): Query<BusyQuery>,
    Json(new): Json<NewBooking>,
) -> () {
    let _ = (first, again, caller, same, query, new);
}
