//! `GET /resources/{resource_id}`

use handlers::prelude::*;

/// Read the rules of a resource.
///
/// Where none were set, these are the defaults, and `version` is 0.
#[handler(GET "/resources/{resource_id}")]
async fn get_resource(
    bookings: &Bookings,
    _caller: Caller,
    resource_id: ResourceId,
) -> Result<Tagged<Resource>, BookingError> {
    bookings.resource(&resource_id).await.map(Tagged)
}
