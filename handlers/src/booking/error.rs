//! Errors of requests about bookings, each with the problem that clients receive.

use std::fmt;

use lambda::{Cause, Problem};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Faults, OutsideRules, Span, Timestamp};

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
    /// Other bookings leave too few seats at some of the time; `busy` is the first span in which they do, and `seats_left` is
    /// how many are left then. Ask for another time or resource, or for fewer seats.
    #[problem(
        status = 409,
        detail = "the resource is booked {busy}, which leaves {seats_left} seats",
        with = "start_time"
    )]
    TimeTaken {
        /// The first span that is in the way, buffers included.
        busy: BusySpan,
        /// How many seats are left in all of that span.
        seats_left: i64,
    },
    /// The booking breaks rules of the resource.
    #[problem(transparent)]
    OutsideRules(OutsideRules),
    /// No rules were ever set for the resource, and this service books only what has rules.
    #[problem(
        status = 404,
        detail = "this service books only resources that have rules, and this one has none",
        with = "start_time"
    )]
    NoSuchResource,
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
    /// The hold has lapsed. Book the time anew.
    #[problem(
        status = 409,
        detail = "the hold was not confirmed in time; its time is free again",
        with = "booking_id, start_time"
    )]
    HoldExpired,
    /// It was changed since the version named in `If-Match`. Read it again, then decide.
    #[problem(status = 412, detail = "it is at version {version} now", with = "if-match")]
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

/// An error of a confirmation.
#[derive(Debug, Problem)]
pub enum ConfirmError {
    /// The booking is cancelled and cannot be confirmed. Make a new one.
    #[problem(
        status = 409,
        title = "Booking cancelled",
        type = "cancelled",
        detail = "the booking is cancelled and cannot be confirmed"
    )]
    Cancelled,
    /// The hold has lapsed. Book the time anew.
    #[problem(status = 409, detail = "the hold was not confirmed in time; its time is free again")]
    HoldExpired,
    /// Another error.
    #[problem(transparent)]
    Other(BookingError),
}

impl From<BookingError> for ConfirmError {
    fn from(error: BookingError) -> Self {
        Self::Other(error)
    }
}

/// An error of a request for slots.
#[derive(Debug, Problem)]
pub enum SlotsError {
    /// No rules were ever set for the resource, and this service books only what has rules.
    #[problem(status = 404, detail = "this service books only resources that have rules, and this one has none")]
    NoSuchResource,
    /// Another error.
    #[problem(transparent)]
    Other(BookingError),
}

impl From<BookingError> for SlotsError {
    fn from(error: BookingError) -> Self {
        match error {
            BookingError::NoSuchResource => Self::NoSuchResource,
            other => Self::Other(other),
        }
    }
}

/// An error of a request that only administrators may make.
#[derive(Debug, Problem)]
pub enum AdministratorError {
    /// The token is not an administrator's. Ask with the scope `bookings:admin`.
    #[problem(
        status = 403,
        title = "Forbidden",
        type = "forbidden",
        detail = "the token does not have the scope of an administrator"
    )]
    NotAdministrator,
    /// Another error.
    #[problem(transparent)]
    Other(BookingError),
}

impl From<BookingError> for AdministratorError {
    fn from(error: BookingError) -> Self {
        Self::Other(error)
    }
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
