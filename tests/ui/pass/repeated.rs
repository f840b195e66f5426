//! Values that two arguments may take: headers and the caller.

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
