//! `GET /resources/{resource_id}/bookings`

use handlers::prelude::*;

/// List the bookings and holds that take a resource's time, by start.
///
/// For administrators. `Link` says where the next page is; a page can be short and yet not the last.
#[handler(GET "/resources/{resource_id}/bookings")]
async fn list_resource_bookings(
    bookings: &Bookings,
    caller: Caller,
    resource_id: ResourceId,
    Query(query): Query<ResourceBookingsQuery>,
) -> Result<Page<Booking>, AdministratorError> {
    bookings.list_of_resource(&resource_id, &query, &caller).await
}
