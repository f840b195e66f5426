//! Answers of every shape: nothing, no `Result`, an alias of one.

use handlers::prelude::*;

mod nothing {
    use super::*;

    #[handler(DELETE "/bookings/{booking_id}", status = 204)]
    async fn forget(booking_id: BookingId) -> () {
        let _ = booking_id;
    }
}

mod no_result {
    use super::*;

    #[handler(GET "/answer")]
    async fn answer() -> Json<u8> {
        Json(42)
    }
}

mod alias {
    use super::*;

    type Answer<T> = Result<T, BookingError>;

    #[handler(GET "/bookings/{booking_id}")]
    async fn get(bookings: &Bookings, booking_id: BookingId) -> Answer<Tagged<Booking>> {
        bookings.get(booking_id, &Caller::Unchecked).await.map(Tagged)
    }
}

mod full_path {
    use super::*;

    #[handler(GET "/answer")]
    async fn answer() -> ::std::result::Result<Json<u8>, handlers::booking::BookingError> {
        Ok(Json(42))
    }
}
