//! Translates errors of the AWS SDK into errors for clients.

use lambda::Cause;
use lambda::aws::CallError;

use crate::booking::BookingError;

/// 429 for throttling, 503 if DynamoDB does not answer, otherwise 500.
pub(super) fn classify(error: impl Into<CallError>) -> BookingError {
    match error.into() {
        CallError::Throttled(cause) => BookingError::Throttled(cause),
        CallError::Unavailable(cause) => BookingError::Unavailable(cause),
        CallError::Internal(cause) => BookingError::Internal(cause),
    }
}

/// An item that this code has not written.
pub(super) fn foreign(what: impl std::fmt::Display) -> BookingError {
    BookingError::Internal(Cause::new(format!("an item cannot be read: {what}")))
}
