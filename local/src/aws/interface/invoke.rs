//! Invoking a Lambda function.

use bytes::Bytes;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::Pending;
use super::error::FunctionError;
use super::trace::{self, Trace};

/// Lambda's limit of the payload of a synchronous request and of a response, 6 MB. The exact number is that of Lambda's
/// error messages. <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
pub(crate) const PAYLOAD_LIMIT: usize = 6_291_556;

/// An invocation of a function.
pub(crate) struct Request {
    /// The request id.
    pub id: String,
    pub payload: Bytes,
    pub trace: Trace,
    /// The id of the invocation's segment in its trace, which no other invocation has.
    pub segment: String,
    pub cause: Cause,
    /// The version or alias in the invoked function's ARN.
    pub qualifier: Option<String>,
    /// The client context, as JSON.
    pub client_context: Option<String>,
    /// Receives the last 4 KB of the function's log.
    pub log_tail: Option<oneshot::Sender<Vec<u8>>>,
}

/// The cause of an invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cause {
    /// A call of Lambda's API. With the segment of the invocation that called, where a function did.
    Api(Option<String>),
    /// A request to the gateway, by its id.
    Gateway(String),
    /// Records of a table's stream.
    Stream { table: String, records: Vec<Origin> },
    /// Messages of a queue.
    Queue { queue: String, messages: Vec<Sender> },
    /// An event of a bus, by its id, which matches a rule.
    Rule { rule: String, event: String },
    /// A schedule, by its id.
    Schedule(String),
}

/// The sender of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sender {
    /// The event that a rule brought to the queue.
    pub event: Option<String>,
    /// The segment of the invocation that sent it, where a function did.
    pub segment: Option<String>,
}

/// The origin of a stream record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The segment of the invocation that wrote it, where a function did.
    pub writer: Option<String>,
    /// Digests of texts in it, by which an event is recognized that follows from this record and not from another one of the
    /// batch.
    pub texts: Vec<u64>,
}

impl Request {
    /// A request with a payload only.
    pub(crate) fn new(payload: Bytes, trace: Trace) -> Self {
        let (id, segment) = (Uuid::new_v4().to_string(), trace::segment());
        let (qualifier, client_context, log_tail) = (None, None, None);
        Self { id, payload, trace, segment, cause: Cause::Api(None), qualifier, client_context, log_tail }
    }
}

/// Asynchronous invocations of the functions, by their keys in the template.
pub(crate) trait InvokeLater: Send + Sync {
    /// Accepts an invocation, which is repeated while it fails. An error is a phrase for the log.
    fn invoke_later(&self, function: &str, request: Request) -> Result<(), String>;
}

/// The functions of the service, by their keys in the template.
pub(crate) trait Invoke: Send + Sync {
    /// Invokes a function and waits for its response. The invocation goes on when the caller stops waiting, as on Lambda.
    fn invoke<'a>(&'a self, function: &'a str, request: Request) -> Pending<'a, Result<Bytes, FunctionError>>;
}
