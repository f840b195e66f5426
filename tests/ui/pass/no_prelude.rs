//! Without a prelude, the standard one included.

#![no_implicit_prelude]

/// Book a resource.
#[::handlers::handler(POST "/bookings/{booking_id}", status = 201)]
async fn create(
    bookings: &::handlers::store::Bookings,
    booking_id: ::handlers::booking::BookingId,
    key: ::core::option::Option<::handlers::booking::IdempotencyKey>,
    ::handlers::lambda::Json(new): ::handlers::lambda::Json<::handlers::booking::NewBooking>,
) -> ::core::result::Result<::handlers::booking::Created<::handlers::booking::Booking>, Refused> {
    let _ = (bookings, booking_id, key, new);
    ::core::result::Result::Err(Refused::Always { reason: 1 })
}

mod stream {
    #[::handlers::handler(stream)]
    async fn park(
        records: ::handlers::events::Records,
    ) -> ::core::result::Result<::handlers::events::BatchResult, super::Refused> {
        let _ = records;
        ::core::result::Result::Err(super::Refused::Plainly)
    }
}

#[derive(::core::fmt::Debug, ::handlers::Problem)]
enum Refused {
    #[problem(status = 403, detail = "because of {reason}", retry_after = 1)]
    Always { reason: u8 },
    #[problem(status = 403)]
    Plainly,
    #[problem(status = 500)]
    Unknown(#[problem(cause)] ::handlers::booking::Cause),
    #[problem(transparent)]
    Booking(::handlers::booking::BookingError),
}

#[derive(::handlers::Problem)]
enum Never {}
