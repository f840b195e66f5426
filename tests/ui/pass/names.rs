//! Items of the user with the same names as those in the expansion.

#![allow(non_upper_case_globals)]

use handlers::prelude::*;

const contract: u8 = 1;
const event: u8 = 2;
static arg0: u8 = 3;
struct A0;
struct Answer;
struct Error;
type Work = Bookings;
mod core {}
mod std {}

#[handler(GET "/bookings/{booking_id}")]
async fn serve(function: &Work, r#booking_id: BookingId) -> Result<Tagged<Booking>, BookingError> {
    let _ = (contract, event, arg0, A0, Answer, Error);
    function.get(booking_id, &Caller::Unchecked).await.map(Tagged)
}

mod serve_it {
    use super::*;

    #[handler(GET "/bookings/{booking_id}")]
    async fn serve_it(mut booking_id: BookingId, _: Option<IdempotencyKey>) -> () {
        booking_id = BookingId::clone(&booking_id);
        let _ = booking_id;
    }
}
