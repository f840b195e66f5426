//! Failures of an invocation, with Lambda's error types.

use std::fmt;
use std::time::Duration;

use serde_json::{Map, Value};

/// A failed invocation, reported by `Invoke` with `X-Amz-Function-Error`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionError {
    /// The kind of failure.
    pub failure: Failure,
    /// `errorType`, such as `Runtime.ExitError` or the function's own.
    pub error_type: String,
    /// `errorMessage`.
    pub message: String,
    /// Further members of the function's own report, such as `stackTrace`.
    report: Map<String, Value>,
}

/// The kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The function reported an error.
    Reported,
    /// The process exited before its response.
    Exited,
    /// The process did not answer within the function's timeout.
    TimedOut,
    /// The process could not be started, or its initialization failed.
    Init,
    /// The response is not JSON, is too large, or is incomplete.
    Response,
    /// The request is too large.
    Request,
    /// All processes that the function may have were busy for longer than its timeout.
    Throttled,
    /// The function does not exist.
    Unknown,
    /// The service is being stopped.
    Stopping,
}

impl FunctionError {
    pub(crate) fn new(failure: Failure, error_type: impl Into<String>, message: impl Into<String>) -> Self {
        Self { failure, error_type: error_type.into(), message: message.into(), report: Map::new() }
    }

    pub(crate) fn stopping() -> Self {
        Self::new(Failure::Stopping, "ServiceException", "the service is being stopped")
    }

    pub(crate) fn timed_out(request_id: &str, timeout: Duration) -> Self {
        let message =
            format!("RequestId: {request_id} Error: Task timed out after {:.2} seconds", timeout.as_secs_f64());
        Self::new(Failure::TimedOut, "Sandbox.Timedout", message)
    }

    pub(crate) fn exited(failure: Failure, request_id: &str, how: &str) -> Self {
        Self::new(failure, "Runtime.ExitError", format!("RequestId: {request_id} Error: {how}"))
    }

    /// An error that the function reported: `{"errorType", "errorMessage"}`.
    pub(crate) fn reported(failure: Failure, error_type: Option<&str>, body: &[u8]) -> Self {
        let value: Option<Value> = serde_json::from_slice(body).ok();
        let text = |name: &str| value.as_ref()?.get(name)?.as_str();
        let error_type = text("errorType").or(error_type).unwrap_or("Unhandled");
        let no_message = match &value {
            None if !body.is_empty() => "the report of the error is not JSON",
            _ => "the function gave no message",
        };
        let error = Self::new(failure, error_type, text("errorMessage").unwrap_or(no_message));
        match value {
            Some(Value::Object(report)) => Self { report, ..error },
            _ => error,
        }
    }

    /// The error as the payload of the response to `Invoke`.
    #[must_use]
    pub fn payload(&self) -> Value {
        let mut payload = self.report.clone();
        payload.insert("errorType".to_owned(), self.error_type.as_str().into());
        payload.insert("errorMessage".to_owned(), self.message.as_str().into());
        Value::Object(payload)
    }
}

impl fmt::Display for FunctionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.error_type, self.message)
    }
}

impl std::error::Error for FunctionError {}
