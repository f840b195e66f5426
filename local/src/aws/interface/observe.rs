//! Reporting what happens to a recorder.
//!
//! Each method returns at once. A service reports what it does anyway: it works the same without a recorder.

use std::net::SocketAddr;

use axum::http::{HeaderMap, Method, StatusCode, Uri};

use serde_json::Value;

use super::error::FunctionError;
use super::invoke::Request;

/// A recorder. Each method does nothing by default.
pub(crate) trait Observer: Send + Sync {
    /// The gateway received the head of a request.
    fn request_began(&self, _: &RequestHead<'_>) {}

    /// The gateway read the body of a request.
    fn request_read(&self, _id: &str, _body: &[u8]) {}

    /// The gateway found the function of a request.
    fn request_routed(&self, _id: &str, _function: &str, _trace: &str) {}

    /// The gateway answered a request. `None`: the client disconnected before.
    fn request_ended(&self, _id: &str, _: Option<Answer<'_>>) {}

    /// A function is invoked. It may have to wait for a process.
    fn invoked(&self, _function: &str, _: &Request) {}

    /// A process is started for the invocation with this segment.
    fn init_began(&self, _segment: &str) {}

    /// A process took the invocation `at` this time, in milliseconds since 1970.
    fn taken(&self, _segment: &str, _at: f64) {}

    /// An invocation ended.
    fn answered(&self, _segment: &str, _: Option<&FunctionError>) {}

    /// A process printed a line. `segment` is its invocation, or the last one.
    fn printed(&self, _segment: &str, _line: &str) {}

    /// An X-Ray segment document arrived.
    fn segment(&self, _document: &Value) {}

    /// A call of an AWS service was answered.
    fn called(&self, _: Called<'_>) {}

    /// A call is about to write these items. Calls that write the same item come one after another.
    fn writing(&self, _: Writing<'_>) {}

    /// A call did not write these items, of those that it was about to write.
    fn not_written(&self, _call: u64, _items: &[Item]) {}

    /// The newest record of a table's stream at the start of the service. It and those before it are of no call.
    fn backlog(&self, _table: &str, _newest: &str) {}

    /// The segment of the invocation that wrote a record of a table's stream. It is asked once for each record, in the order of
    /// the stream.
    fn writer(&self, _table: &str, _record: &Value) -> Option<String> {
        None
    }

    /// An event reached a bus. `parent` is the segment of the invocation that sent it.
    fn event(&self, _event: &Value, _parent: Option<&str>) {}

    /// When a schedule runs next, in milliseconds since 1970.
    fn next_run(&self, _schedule: &str, _at: Option<f64>) {}

    /// A schedule ran.
    fn ran(&self, _schedule: &str, _: Run) {}

    /// Messages of a queue changed.
    fn queues_changed(&self) {}

    /// A process of a function changed its state. `process` is unique.
    fn process(&self, _function: &str, _process: u64, _: ProcessState) {}
}

/// A recorder that records nothing, for tests.
#[cfg(test)]
pub(crate) struct Unobserved;

#[cfg(test)]
impl Observer for Unobserved {}

/// The head of a request to the gateway.
pub(crate) struct RequestHead<'a> {
    /// The gateway's request id.
    pub id: &'a str,
    pub client: SocketAddr,
    pub method: &'a Method,
    pub uri: &'a Uri,
    pub headers: &'a HeaderMap,
}

/// The gateway's answer.
pub(crate) struct Answer<'a> {
    pub status: StatusCode,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

/// An answered call of an AWS service. Times are milliseconds since 1970.
pub(crate) struct Called<'a> {
    /// The request id in the answer.
    pub request_id: &'a str,
    /// The segment of the invocation that called, where a function did.
    pub segment: Option<&'a str>,
    pub service: &'static str,
    pub operation: &'a str,
    /// The table, bus or queue.
    pub resource: Option<String>,
    pub status: StatusCode,
    /// Of the request and the answer together.
    pub bytes: usize,
    /// The consumed read and write units, where the client asked for them.
    pub consumed: Option<(f64, f64)>,
    pub began: f64,
    pub ended: f64,
    /// Whether it may have changed a table.
    pub writes: bool,
}

/// The items that a call is about to write.
pub(crate) struct Writing<'a> {
    /// Unique in this program.
    pub call: u64,
    /// The segment of the invocation that calls, where a function does.
    pub segment: Option<&'a str>,
    pub items: &'a [(Item, Change)],
}

/// The table and the primary key of an item.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Item {
    pub table: String,
    /// The key's attributes as text, the same for equal keys.
    pub key: String,
}

/// A change of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// With the digest of the whole item.
    Put(u64),
    Update,
    Delete,
}

/// A run of a schedule. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    pub began: f64,
    pub ended: f64,
    pub error: Option<String>,
}

/// The state of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProcessState {
    Starting,
    Busy,
    Idle,
    Ended,
}
