use handlers::prelude::*;

mod many_faults {
    use super::*;

    #[handler(GET "bookings//{booking_id}/{a}b/{type}/?full/{booking_id}/")]
    async fn get(booking_id: BookingId) -> () {
        let _ = booking_id;
    }
}

mod another_frameworks {
    use super::*;

    #[handler(GET "/bookings/:booking_id")]
    async fn get() -> () {}
}

mod no_literal {
    use super::*;

    const ROUTE: &str = "/bookings";

    #[handler(GET ROUTE)]
    async fn get() -> () {}
}

fn main() {}
