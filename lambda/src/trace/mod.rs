//! X-Ray traces: a subsegment of the invocation's trace for each call of an AWS service.
//!
//! Lambda's own segment has an invocation's duration; subsegments show where the time went. The work on a message of a queue
//! is a segment of its own, in the trace of the message's producer. Both are sent by UDP to the
//! daemon that Lambda runs for a function with tracing
//! (<https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-daemon>), and only for the few
//! invocations that are sampled.

mod segment;

use std::net::UdpSocket;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::config::interceptors::{
    BeforeSerializationInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_types::config_bag::{Storable, StoreReplace};
use serde_json::{Value, json};

pub(super) use self::segment::Segment;

tokio::task_local! {
    /// The trace header of the current task. The environment variable is not used: with several invocations in one
    /// process it would be another's.
    static HEADER: Option<String>;
}

/// Runs `work` as part of the trace of `header`.
pub(super) async fn within<F: Future>(header: Option<String>, work: F) -> F::Output {
    HEADER.scope(header, work).await
}

/// The trace header of this invocation, or of the message of a queue that is handled, to pass on to other services.
#[must_use]
pub fn header() -> Option<String> {
    HEADER.try_with(Clone::clone).ok().flatten()
}

/// The part `name` of a trace header.
fn part<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    header.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Trace id and parent id from a trace header: where a subsegment belongs
/// (<https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>).
#[derive(Debug, PartialEq, Eq)]
struct Place {
    root: String,
    parent: String,
}

impl Place {
    /// Parses a header; `None` if the trace is not sampled or the header is invalid.
    fn of(header: &str) -> Option<Self> {
        (part(header, "Sampled") == Some("1")).then_some(())?;
        Some(Self { root: part(header, "Root")?.to_owned(), parent: part(header, "Parent")?.to_owned() })
    }
}

/// A call in flight.
#[derive(Debug)]
struct Call {
    place: Place,
    started: f64,
}

impl Storable for Call {
    type Storer = StoreReplace<Self>;
}

/// Interceptor that sends a client's calls to the daemon. It never fails or delays a call.
#[derive(Debug, Default)]
pub struct Subsegments(OnceLock<Option<UdpSocket>>);

#[dyn_dispatch_hint]
impl Intercept for Subsegments {
    fn name(&self) -> &'static str {
        "Subsegments"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let place = HEADER.try_with(|header| header.as_deref().and_then(Place::of)).ok().flatten();
        if let Some(place) = place {
            bag.interceptor_state().store_put(Call { place, started: now() });
        }
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(call) = bag.load::<Call>() else { return Ok(()) };
        let response = context.response();
        let document = document(
            call,
            bag.load::<Metadata>(),
            response.map(|response| response.status().as_u16()),
            response.and_then(|response| response.headers().get("x-amzn-requestid")),
            bag.load::<RequestAttempts>().map_or(1, RequestAttempts::attempts),
        );
        if let Some(socket) = self.0.get_or_init(daemon) {
            send(socket, &document);
        }
        Ok(())
    }
}

/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-subsegments>
fn document(
    call: &Call,
    metadata: Option<&Metadata>,
    status: Option<u16>,
    request_id: Option<&str>,
    attempts: u32,
) -> Value {
    json!({
        "type": "subsegment",
        "id": new_id(),
        "trace_id": call.place.root,
        "parent_id": call.place.parent,
        "name": metadata.map_or("AWS", Metadata::service),
        "namespace": "aws",
        "start_time": call.started,
        "end_time": now(),
        "error": status.is_some_and(|status| (400..500).contains(&status)),
        // A call without a response counts as the service's fault.
        "fault": status.is_none_or(|status| status >= 500),
        "http": { "response": { "status": status.unwrap_or_default() } },
        "aws": {
            "operation": metadata.map(Metadata::name),
            "request_id": request_id,
            "retries": attempts.saturating_sub(1),
        },
    })
}

/// `AWS_XRAY_DAEMON_ADDRESS` is `address:port`, or `tcp:address:port udp:address:port`.
fn daemon() -> Option<UdpSocket> {
    let addresses = std::env::var("AWS_XRAY_DAEMON_ADDRESS").ok()?;
    let of_udp = addresses.split_whitespace().find_map(|address| address.strip_prefix("udp:"));
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.set_nonblocking(true).ok()?;
    socket.connect(of_udp.unwrap_or(&addresses)).ok()?;
    Some(socket)
}

/// Sends a document to the daemon. A lost one does no harm.
fn send(daemon: &UdpSocket, document: &Value) {
    let _ = daemon.send(format!("{{\"format\":\"json\",\"version\":1}}\n{document}").as_bytes());
}

/// The id of a new segment or subsegment.
fn new_id() -> String {
    format!("{:016x}", fastrand::u64(..))
}

/// Seconds since the Unix epoch.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_sampled_trace_has_a_place() {
        let header = "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a:0";
        let place = Place::of(header).unwrap();
        assert_eq!(
            (place.root.as_str(), place.parent.as_str()),
            ("1-67891233-abcdef012345678912345678", "53995c3f42cd8ad8")
        );
        for header in
            ["", "Root=1;Parent=2;Sampled=0", "Root=1;Parent=2", "Parent=2;Sampled=1", "Rooted=1;Parent=2;Sampled=1"]
        {
            assert_eq!(Place::of(header), None, "{header}");
        }
    }
}
