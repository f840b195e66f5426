//! Translates errors of the AWS SDK into errors for clients.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::booking::{BookingError, Cause};

/// 429 for throttling, 503 if DynamoDB does not answer, otherwise 500.
pub(super) fn classify<E, R>(error: SdkError<E, R>) -> BookingError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let code = error.code().unwrap_or_default().to_owned();
    match (&error, code.as_str()) {
        (
            _,
            "ThrottlingException"
            | "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
            | "TransactionInProgressException",
        ) => BookingError::Throttled(Cause::new(error)),
        (_, "InternalServerError" | "ServiceUnavailable") => BookingError::Unavailable(Cause::new(error)),
        (SdkError::ServiceError(context), _) if context.err().code().is_some() => {
            BookingError::Internal(Cause::new(error))
        }
        (SdkError::ConstructionFailure(_), _) => BookingError::Internal(Cause::new(error)),
        // No response, or one that is not DynamoDB's.
        _ => BookingError::Unavailable(Cause::new(error)),
    }
}

/// An item that this code has not written.
pub(super) fn foreign(what: impl std::fmt::Display) -> BookingError {
    BookingError::Internal(Cause::new(format!("an item cannot be read: {what}")))
}
