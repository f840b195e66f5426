//! Return types: unit, without `Result`, an alias of `Result`, a custom type.

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

mod nothing_with_any_status {
    use super::*;

    #[handler(POST "/a", status = 201)]
    async fn created() -> () {}

    mod reset {
        use super::*;

        #[handler(POST "/b", status = 205)]
        async fn reset() -> Result<(), BookingError> {
            Ok(())
        }
    }

    mod alias {
        use super::*;

        type Answer<T> = Result<T, BookingError>;

        #[handler(POST "/c", status = 204)]
        async fn forget() -> Answer<()> {
            Ok(())
        }
    }
}

mod own_without_a_body {
    use super::*;
    use lambda::{Contract, NoContent, Reply, Respond};

    struct Gone;

    impl Respond for Gone {
        fn respond(self, reply: &Reply) -> lambda::Response<lambda::Body> {
            reply.empty()
        }

        fn describe(contract: &mut Contract) {
            contract.success(None, &[]);
        }
    }

    impl NoContent for Gone {}

    #[handler(DELETE "/d", status = 204)]
    async fn forget() -> Result<Gone, BookingError> {
        Ok(Gone)
    }
}
