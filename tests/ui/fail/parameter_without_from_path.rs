use handlers::prelude::*;

mod neither {
    use super::*;

    #[handler(GET "/bookings/{booking_id}")]
    async fn get(booking_id: Vec<u8>) -> Result<Tagged<Booking>, BookingError> {
        let _ = booking_id;
        Err(BookingError::NotFound)
    }
}

mod no_from_str {
    use super::*;

    #[derive(JsonSchema)]
    enum Colour {
        Red,
    }

    #[handler(GET "/paints/{colour}")]
    async fn get(colour: Colour) -> () {
        let Colour::Red = colour;
    }
}

mod no_schema {
    use super::*;

    struct Colour;

    impl std::str::FromStr for Colour {
        type Err = ();

        fn from_str(_: &str) -> Result<Self, ()> {
            Ok(Self)
        }
    }

    #[handler(GET "/paints/{colour}")]
    async fn get(colour: Colour) -> () {
        let Colour = colour;
    }
}

fn main() {}
