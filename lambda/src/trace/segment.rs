//! Segment of the work on one message of a queue.
//!
//! Lambda's own segment belongs to the batch: it has one trace for all messages. A message carries the trace header of its
//! producer in the attribute `AWSTraceHeader`; work on it goes on in that trace, as a segment below the producer's
//! (<https://docs.aws.amazon.com/xray/latest/devguide/xray-services-sqs.html>). A subsegment would not do: it would be a part
//! of the producer's segment, which has ended.

use std::net::UdpSocket;
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::{daemon, new_id, now, part, send};

/// The daemon, once a segment was sent.
static DAEMON: OnceLock<Option<UdpSocket>> = OnceLock::new();

/// A segment in progress. It is sent when it is begun, so that a daemon knows it before its calls, and when it is dropped, so
/// that one that was interrupted is shown, too.
#[derive(Debug)]
pub(crate) struct Segment {
    trace: String,
    /// The producer's segment. None, if the message has a trace that begins with it.
    parent: Option<String>,
    id: String,
    /// The function's name.
    name: String,
    /// Lambda's id of the invocation.
    request: String,
    started: f64,
    fault: bool,
}

impl Segment {
    /// Begins the segment of a message, and returns the trace header of the work on it. No segment, if the producer's trace
    /// is not sampled. A message without a trace is part of the invocation's.
    pub(crate) fn begin(
        message: Option<&str>,
        invocation: Option<&str>,
        function: &str,
        request: &str,
    ) -> (Option<Self>, Option<String>) {
        // Headers of a line: they are logged.
        let message = message.filter(|header| header.bytes().all(|byte| byte.is_ascii_graphic()));
        let Some((header, root)) = message.and_then(|header| Some((header, part(header, "Root")?))) else {
            return (None, invocation.map(str::to_owned));
        };
        let segment = (part(header, "Sampled") == Some("1")).then(|| Self {
            trace: root.to_owned(),
            parent: part(header, "Parent").map(str::to_owned),
            id: new_id(),
            name: std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|_| function.to_owned()),
            request: request.to_owned(),
            started: now(),
            // Until it is known that it went well.
            fault: true,
        });
        if let Some(segment) = &segment {
            tell(&segment.begun());
        }
        let header = below(header, segment.as_ref().map(|segment| segment.id.as_str()), invocation);
        (segment, Some(header))
    }

    /// Ends the segment.
    pub(crate) fn end(mut self, fault: bool) {
        self.fault = fault;
    }

    /// The document while it is in progress
    /// (<https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-fields>).
    fn begun(&self) -> Value {
        let mut document = json!({
            "id": self.id,
            "trace_id": self.trace,
            "name": self.name,
            "origin": "AWS::Lambda::Function",
            "start_time": self.started,
            "in_progress": true,
            "aws": { "request_id": self.request },
        });
        if let Some(parent) = &self.parent {
            document["parent_id"] = parent.as_str().into();
        }
        document
    }

    /// The document when it has ended.
    fn ended(&self) -> Value {
        let mut document = self.begun();
        if let Some(document) = document.as_object_mut() {
            document.remove("in_progress");
            document.extend([("end_time".to_owned(), now().into()), ("fault".to_owned(), self.fault.into())]);
        }
        document
    }
}

fn tell(document: &Value) {
    if let Some(socket) = DAEMON.get_or_init(daemon) {
        send(socket, document);
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        tell(&self.ended());
    }
}

/// The producer's header with the segment as parent, and the invocation's `Lineage`: Lambda counts in it how often a function
/// was caused by itself, and stops a loop (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html>).
fn below(header: &str, segment: Option<&str>, invocation: Option<&str>) -> String {
    let parts = ["Root", "Parent", "Sampled", "Lineage"].into_iter().filter_map(|name| {
        let of_producer = || part(header, name);
        let value = match name {
            "Parent" => segment.or_else(of_producer),
            "Lineage" => invocation.and_then(|header| part(header, name)).or_else(of_producer),
            _ => of_producer(),
        };
        Some(format!("{name}={}", value?))
    });
    parts.collect::<Vec<_>>().join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    const INVOCATION: &str = "Root=1-5;Parent=6;Sampled=1;Lineage=2:b:0";

    fn begin(message: Option<&str>) -> (Option<Segment>, Option<String>) {
        Segment::begin(message, Some(INVOCATION), "remind", "r-1")
    }

    #[test]
    fn a_message_goes_on_in_its_producers_trace() {
        let (segment, header) = begin(Some("Root=1-2;Parent=3;Sampled=1;Lineage=1:a:0"));
        let segment = segment.unwrap();
        assert_eq!((&segment.begun()["in_progress"], segment.begun().get("end_time")), (&json!(true), None));
        let document = segment.ended();
        assert_eq!(document.get("in_progress"), None);
        assert_eq!((&document["trace_id"], &document["parent_id"]), (&json!("1-2"), &json!("3")));
        assert_eq!((&document["name"], &document["aws"]["request_id"]), (&json!("remind"), &json!("r-1")));
        assert_eq!(document.get("type"), None, "it is not a part of the producer's segment");
        assert!(document["start_time"].as_f64() <= document["end_time"].as_f64());
        assert_eq!(header.unwrap(), format!("Root=1-2;Parent={};Sampled=1;Lineage=2:b:0", segment.id));
    }

    #[test]
    fn a_trace_may_begin_with_the_message() {
        let (segment, header) = begin(Some("Root=1-2;Sampled=1"));
        let segment = segment.unwrap();
        assert_eq!(segment.ended().get("parent_id"), None);
        assert_eq!(header.unwrap(), format!("Root=1-2;Parent={};Sampled=1;Lineage=2:b:0", segment.id));
    }

    #[test]
    fn an_interrupted_segment_is_a_fault() {
        let (segment, _) = begin(Some("Root=1-2;Parent=3;Sampled=1"));
        assert_eq!(segment.unwrap().ended()["fault"], true);
    }

    #[test]
    fn the_producer_decides_what_is_sampled() {
        for header in ["Root=1-2;Parent=3;Sampled=0", "Root=1-2;Parent=3", "Root=1-2"] {
            let (segment, passed_on) = begin(Some(header));
            assert!(segment.is_none(), "{header}");
            assert_eq!(passed_on.unwrap(), format!("{header};Lineage=2:b:0"));
        }
    }

    #[test]
    fn a_message_without_a_trace_is_part_of_the_invocations() {
        for header in [None, Some(""), Some("Parent=3;Sampled=1"), Some("Root=1-2\nERROR")] {
            let (segment, passed_on) = begin(header);
            assert!(segment.is_none());
            assert_eq!(passed_on.as_deref(), Some(INVOCATION));
        }
    }
}
