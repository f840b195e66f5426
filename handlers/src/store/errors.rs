//! What an error of the SDK means to a client.

use lambda::Cause;
use lambda::aws::CallError;

use crate::booking::BookingError;

/// 429 where we are too fast, 503 where the store does not answer, else 500.
pub(super) fn classify(error: impl Into<CallError>) -> BookingError {
    match error.into() {
        CallError::Throttled(cause) => BookingError::Throttled(cause),
        CallError::Unavailable(cause) => BookingError::Unavailable(cause),
        CallError::Internal(cause) => BookingError::Internal(cause),
    }
}

/// An item that this code did not write.
pub(super) fn foreign(what: impl std::fmt::Display) -> BookingError {
    BookingError::Internal(Cause::new(format!("an item cannot be read: {what}")))
}
