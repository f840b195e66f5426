//! `GET /resources/{resource_id}/busy`

use handlers::prelude::*;

/// List when a resource has no seat left, by start.
///
/// Times only: who booked is not told.
#[handler(GET "/resources/{resource_id}/busy")]
async fn list_busy_times(
    bookings: &Bookings,
    _caller: Caller,
    resource_id: ResourceId,
    Query(query): Query<BusyQuery>,
) -> Result<Json<Vec<BusySpan>>, BookingError> {
    bookings.busy(&resource_id, &query).await.map(Json)
}
