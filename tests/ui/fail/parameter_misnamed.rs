use handlers::prelude::*;

mod a_slip {
    use super::*;

    #[handler(GET "/bookings/{booking_id}")]
    async fn get(bookng_id: BookingId) -> () {
        let _ = bookng_id;
    }
}

mod another_name {
    use super::*;

    #[handler(GET "/bookings/{booking_id}")]
    async fn get(id: BookingId) -> () {
        let _ = id;
    }
}

mod no_name {
    use super::*;

    #[handler(GET "/bookings/{booking_id}")]
    async fn get(_: BookingId) -> () {}
}

fn main() {}
