//! Errors of requests about bookings, each with the problem that clients receive.

use std::fmt;

use lambda::{Cause, Problem};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Faults, Span, Timestamp};

/// An error of a request about bookings.
#[derive(Debug, Problem)]
pub enum BookingError {
    /// There is no booking of this id.
    #[problem(status = 404, title = "Not found", type = "not-found", detail = "Booking not found", with = "booking_id")]
    NotFound,
    /// The token is another user's. Ask for yourself, or with the scope `bookings:admin`.
    #[problem(
        status = 403,
        title = "Forbidden",
        detail = "the token does not allow to act for this user",
        with = "user_id"
    )]
    Forbidden,
    /// Another booking holds the resource for some of the time; `busy` is when. Ask for another time or resource.
    #[problem(status = 409, detail = "the resource is booked {busy}", with = "start_time")]
    TimeTaken {
        /// The span of the other booking.
        busy: BusySpan,
    },
    /// So many bookings touch a day of this span that its record takes no further one. Ask for another day, or book seats
    /// or parts of the resource as resources of their own.
    #[problem(
        status = 409,
        detail = "a day of this span has so many bookings of the resource that it takes no further one",
        with = "start_time"
    )]
    DayFull,
    /// The booking is cancelled and cannot be changed. Make a new one.
    #[problem(
        status = 409,
        title = "Booking cancelled",
        detail = "the booking is cancelled and cannot be changed",
        with = "booking_id, start_time"
    )]
    Cancelled,
    /// The booking was changed since the version named in `If-Match`. Read it again, then decide.
    #[problem(status = 412, detail = "the booking is at version {version} now", with = "if-match")]
    VersionChanged {
        /// The current version.
        version: u64,
    },
    /// Values that are valid one by one contradict each other; `errors` names each.
    #[problem(transparent)]
    Invalid(Faults),
    /// The `Idempotency-Key` was used for another request. Use a new key for a new booking.
    #[problem(
        status = 422,
        detail = "this Idempotency-Key made another booking from another body",
        with = "idempotency-key"
    )]
    KeyReused,
    /// The booking that this `Idempotency-Key` made was deleted. Use a new key for a new booking.
    #[problem(
        status = 410,
        detail = "the booking that this Idempotency-Key made was deleted; use a new key for a new booking",
        with = "idempotency-key"
    )]
    Deleted,
    /// The cursor is not one that this list gave out. Start again without it.
    #[problem(status = 400, detail = "the cursor is not one of this list; start again without it", with = "cursor")]
    InvalidCursor,
    /// Too many requests at once. Wait, then try again.
    #[problem(status = 429, title = "Too many requests", detail = "too many requests at once", retry_after = 1)]
    Throttled(#[problem(cause)] Cause),
    /// So many others are booking this resource at this moment that no attempt got through. Try again.
    #[problem(
        status = 503,
        detail = "too many bookings of this resource at this moment",
        retry_after = 1,
        with = "start_time"
    )]
    Contended,
    /// The store does not answer. Try again.
    #[problem(status = 503, title = "Unavailable", detail = "the store does not answer", retry_after = 2)]
    Unavailable(#[problem(cause)] Cause),
    /// The fault is ours. The request id says where to look.
    #[problem(status = 500, title = "Internal error", type = "internal")]
    Internal(#[problem(cause)] Cause),
}

/// A span of time in which a resource is busy, without the booking's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BusySpan {
    /// The start, inclusive.
    pub start_time: Timestamp,
    /// The end, exclusive.
    #[schemars(example = &"2035-05-14T10:00:00Z")]
    pub end_time: Timestamp,
}

impl fmt::Display for BusySpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "from {} to {}", self.start_time, self.end_time)
    }
}

impl From<Span> for BusySpan {
    fn from(span: Span) -> Self {
        Self { start_time: span.start(), end_time: span.end() }
    }
}
