//! `PUT /resources/{resource_id}`

use handlers::prelude::*;

/// Set the rules of a resource, all at once.
///
/// A member that is left out gets its default. Rules bind what is booked or moved from then on.
#[handler(PUT "/resources/{resource_id}")]
async fn set_resource(
    bookings: &Bookings,
    _caller: Caller,
    resource_id: ResourceId,
    if_match: Option<IfMatch>,
    Json(rules): Json<Rules>,
) -> Result<Tagged<Resource>, BookingError> {
    bookings.set_rules(&resource_id, rules, if_match).await.map(Tagged)
}
