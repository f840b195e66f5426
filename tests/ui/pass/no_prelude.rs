//! Macros without any prelude, including the standard one.

#![no_implicit_prelude]

/// Book a resource.
#[::lambda::handler(POST "/bookings/{booking_id}", status = 201)]
async fn create(
    bookings: &::handlers::store::Bookings,
    booking_id: ::handlers::booking::BookingId,
    key: ::core::option::Option<::handlers::booking::IdempotencyKey>,
    ::lambda::Json(new): ::lambda::Json<::handlers::booking::NewBooking>,
) -> ::core::result::Result<::lambda::Created<::handlers::booking::Booking>, Refused> {
    let _ = (bookings, booking_id, key, new);
    ::core::result::Result::Err(Refused::Always { reason: 1 })
}

mod stream {
    #[::lambda::handler(stream)]
    async fn park(records: ::lambda::Records) -> ::core::result::Result<::lambda::BatchResult, super::Refused> {
        let _ = records;
        ::core::result::Result::Err(super::Refused::Plainly)
    }
}

#[derive(::core::fmt::Debug, ::lambda::Problem)]
enum Refused {
    #[problem(status = 403, detail = "because of {reason}", retry_after = 1)]
    Always { reason: u8 },
    #[problem(status = 403)]
    Plainly,
    #[problem(status = 500)]
    Unknown(#[problem(cause)] ::lambda::Cause),
    #[problem(transparent)]
    Booking(::handlers::booking::BookingError),
}

#[derive(::lambda::Problem)]
enum Never {}
