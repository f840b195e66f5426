//! `GET /resources/{resource_id}/slots`

use handlers::prelude::*;

/// List the spans that can be booked now, by start.
///
/// Booking one of them with exactly its times succeeds, unless somebody else is faster.
#[handler(GET "/resources/{resource_id}/slots")]
async fn list_slots(
    bookings: &Bookings,
    _caller: Caller,
    resource_id: ResourceId,
    Query(query): Query<SlotsQuery>,
) -> Result<Json<Vec<Slot>>, SlotsError> {
    bookings.slots(&resource_id, &query).await.map(Json)
}
