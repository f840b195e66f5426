//! `DELETE /resources/{resource_id}`

use handlers::prelude::*;

/// Remove the rules of a resource.
///
/// The defaults hold from then on. Its bookings stay. Removing what was never set is no error.
#[handler(DELETE "/resources/{resource_id}", status = 204)]
async fn delete_resource(bookings: &Bookings, _caller: Caller, resource_id: ResourceId) -> Result<(), BookingError> {
    bookings.remove_rules(&resource_id).await
}
