use lambda::{Contract, Reply, Respond};
use handlers::prelude::*;

type Answer<T> = Result<T, BookingError>;

struct Own;

impl Respond for Own {
    fn respond(self, reply: &Reply) -> lambda::Response<lambda::Body> {
        reply.json(&1)
    }

    fn describe(contract: &mut Contract) {
        let schema = contract.answered::<u8>();
        contract.success(Some(&schema), &[]);
    }
}

mod json {
    use super::*;

    #[handler(POST "/bookings", status = 204)]
    async fn count() -> Json<u8> {
        Json(1)
    }
}

mod of_a_result {
    use super::*;

    #[handler(POST "/bookings", status = 205)]
    async fn create() -> Result<Created<Booking>, BookingError> {
        Err(BookingError::NotFound)
    }
}

mod of_an_alias {
    use super::*;

    #[handler(DELETE "/bookings/{booking_id}", status = 204)]
    async fn delete(booking_id: BookingId) -> Answer<Tagged<Booking>> {
        let _ = booking_id;
        Err(BookingError::NotFound)
    }
}

mod a_page {
    use super::*;

    #[handler(GET "/bookings", status = 204)]
    async fn list() -> Result<Page<Booking>, BookingError> {
        Err(BookingError::NotFound)
    }
}

mod an_own_type {
    use super::*;

    #[handler(GET "/own", status = 204)]
    async fn own() -> Own {
        Own
    }
}

fn main() {}
