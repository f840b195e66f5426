//! Path parameters of types that do not implement `FromPath` themselves.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use handlers::prelude::*;
use uuid::Uuid;

#[derive(JsonSchema)]
enum Colour {
    Red,
}

impl FromStr for Colour {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        (text == "Red").then_some(Self::Red).ok_or("is no colour")
    }
}

#[handler(GET "/rooms/{number}/{day}/{since}/{id}/{colour}/{word}/{booking_id}")]
async fn get(
    number: u32,
    day: NaiveDate,
    since: DateTime<Utc>,
    id: Uuid,
    colour: Colour,
    word: String,
    booking_id: BookingId,
) -> () {
    let Colour::Red = colour;
    let _ = (number, day, since, id, word, booking_id);
}

mod own {
    use super::*;
    use lambda::FromPath;

    #[derive(JsonSchema)]
    struct Even(u8);

    impl FromPath for Even {
        fn from_path(text: &str) -> Option<Self> {
            text.parse().ok().filter(|number| number % 2 == 0).map(Self)
        }
    }

    #[handler(GET "/rooms/{number}")]
    async fn get(number: Even) -> () {
        let _ = number.0;
    }
}
