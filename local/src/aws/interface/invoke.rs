//! Invoking a Lambda function.

use bytes::Bytes;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::Pending;
use super::error::FunctionError;
use super::trace::Trace;

/// Lambda's limit of the payload of a synchronous request and of a response, 6 MB. The exact number is that of Lambda's
/// error messages. <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
pub(crate) const PAYLOAD_LIMIT: usize = 6_291_556;

/// An invocation of a function.
pub(crate) struct Request {
    /// The request id.
    pub id: String,
    pub payload: Bytes,
    pub trace: Trace,
    /// The version or alias in the invoked function's ARN.
    pub qualifier: Option<String>,
    /// The client context, as JSON.
    pub client_context: Option<String>,
    /// Receives the last 4 KB of the function's log.
    pub log_tail: Option<oneshot::Sender<Vec<u8>>>,
}

impl Request {
    /// A request with a payload only.
    pub(crate) fn new(payload: Bytes, trace: Trace) -> Self {
        let id = Uuid::new_v4().to_string();
        Self { id, payload, trace, qualifier: None, client_context: None, log_tail: None }
    }
}

/// The functions of the service, by their keys in the template.
pub(crate) trait Invoke: Send + Sync {
    /// Invokes a function and waits for its response. The invocation goes on when the caller stops waiting, as on Lambda.
    fn invoke<'a>(&'a self, function: &'a str, request: Request) -> Pending<'a, Result<Bytes, FunctionError>>;
}
