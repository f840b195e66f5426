//! Generic types, types from another macro, and elided lifetimes.

use std::collections::BTreeMap;

use handlers::prelude::*;
use lambda::{Init, InitError};

struct Cached<S, const N: usize>(S);

impl<S: Init, const N: usize> Init for Cached<S, N> {
    async fn init() -> Result<Self, InitError> {
        S::init().await.map(Self)
    }
}

#[handler(GET "/bookings/{booking_id}")]
async fn get(
    bookings: &Cached<Cached<Bookings, 1>, 2>,
    booking_id: BookingId,
) -> Result<Json<BTreeMap<String, Vec<Option<u8>>>>, BookingError> {
    let _ = bookings.0.0.get(booking_id, &Caller::Unchecked).await?;
    Ok(Json(BTreeMap::new()))
}

mod generated {
    use super::*;

    macro_rules! endpoint {
        ($name:ident, $path:literal, $borrowed:ty, $answer:ty) => {
            #[handler(GET $path)]
            async fn $name(bookings: $borrowed, booking_id: BookingId) -> $answer {
                bookings.get(booking_id, &Caller::Unchecked).await.map(Tagged)
            }
        };
    }

    endpoint!(get, "/bookings/{booking_id}", &Bookings, Result<Tagged<Booking>, BookingError>);
}
