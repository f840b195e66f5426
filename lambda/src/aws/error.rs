//! A failed call of AWS, as a problem.

use std::error::Error;
use std::fmt::Debug;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::{Cause, Problem};

/// A call of AWS that failed. Every error of the SDK is one of these; those that a caller treats otherwise, such as a
/// condition that does not hold, are looked for before.
#[derive(Debug, Problem)]
#[problem(crate = crate)]
pub enum CallError {
    /// Too many requests at once. Wait, then try again.
    #[problem(status = 429, title = "Too many requests", detail = "too many requests at once", retry_after = 1)]
    Throttled(#[problem(cause)] Cause),
    /// The store does not answer. Try again.
    #[problem(status = 503, title = "Unavailable", detail = "the store does not answer", retry_after = 2)]
    Unavailable(#[problem(cause)] Cause),
    /// The fault is ours. The request id says where to look.
    #[problem(status = 500, title = "Internal error", type = "internal")]
    Internal(#[problem(cause)] Cause),
}

impl CallError {
    /// [`Internal`](Self::Internal): what is to be sent cannot be written, or what was answered cannot be read.
    pub fn unusable(cause: impl Into<Box<dyn Error + Send + Sync + 'static>>) -> Self {
        Self::Internal(Cause::new(cause))
    }
}

impl<E, R> From<SdkError<E, R>> for CallError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    R: Debug + Send + Sync + 'static,
{
    fn from(error: SdkError<E, R>) -> Self {
        let code = error.code().unwrap_or_default().to_owned();
        match (&error, code.as_str()) {
            (
                _,
                "ThrottlingException"
                | "ProvisionedThroughputExceededException"
                | "RequestLimitExceeded"
                | "TransactionInProgressException",
            ) => Self::Throttled(Cause::new(error)),
            (_, "InternalServerError" | "ServiceUnavailable") => Self::Unavailable(Cause::new(error)),
            (SdkError::ServiceError(context), _) if context.err().code().is_some() => Self::Internal(Cause::new(error)),
            (SdkError::ConstructionFailure(_), _) => Self::Internal(Cause::new(error)),
            // No answer, or one that is not the service's.
            _ => Self::Unavailable(Cause::new(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::error::{ConnectorError, ErrorMetadata};
    use aws_sdk_dynamodb::operation::get_item::GetItemError;

    use super::*;

    fn status(error: SdkError<GetItemError, ()>) -> u16 {
        CallError::from(error).details().status()
    }

    #[test]
    fn a_client_is_told_whether_trying_again_makes_sense() {
        let answered = |code: Option<&str>| {
            let mut metadata = ErrorMetadata::builder();
            if let Some(code) = code {
                metadata = metadata.code(code);
            }
            status(SdkError::service_error(GetItemError::generic(metadata.build()), ()))
        };
        assert_eq!(answered(Some("ProvisionedThroughputExceededException")), 429);
        assert_eq!(answered(Some("ThrottlingException")), 429);
        assert_eq!(answered(Some("InternalServerError")), 503);
        assert_eq!(answered(None), 503);
        assert_eq!(answered(Some("ValidationException")), 500);
        assert_eq!(answered(Some("AccessDeniedException")), 500);
        assert_eq!(status(SdkError::timeout_error("late")), 503);
        assert_eq!(status(SdkError::dispatch_failure(ConnectorError::timeout("late".into()))), 503);
        assert_eq!(status(SdkError::construction_failure("no table")), 500);
    }

    #[test]
    fn the_cause_is_for_the_log_alone() {
        let error = CallError::unusable("the item has no title");
        assert_eq!(error.cause().unwrap().to_string(), "the item has no title");
        assert!(!serde_json::to_string(&error.details()).unwrap().contains("title\":\"the"));
        assert_eq!(error.details(), crate::ProblemDetails::new(500, "urn:problem:internal", "Internal error"));
    }
}
