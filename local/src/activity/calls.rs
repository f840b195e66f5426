//! Calls of AWS services: as functions report them to X-Ray, and as the services see them.

use serde_json::{Map, Value, json};

use super::ring::Ring;
use crate::aws::interface::observe::Called;

/// Calls that the services saw.
const MOST_SEEN: usize = 8_192;

/// The origin of a segment that a function sends itself.
const FUNCTION: &str = "AWS::Lambda::Function";

/// A call that a function reported, or another part of its trace.
pub(super) struct Call {
    pub id: String,
    /// The invocation's segment, or the id of the call that this one is a part of.
    pub parent: String,
    /// Lambda's request id, where it is the work on one message of a batch: a segment of its own, which goes on in the trace of
    /// the message's producer.
    pub work_of: Option<String>,
    pub name: String,
    pub error: bool,
    /// Milliseconds since 1970.
    pub start: f64,
    /// `None` while it is in progress.
    pub end: Option<f64>,
    pub detail: Map<String, Value>,
    /// The service, where it is a call of AWS.
    pub service: Option<String>,
}

impl Call {
    /// Reads a segment document and its parts:
    /// <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html>.
    pub(super) fn read(document: &Value) -> Vec<Self> {
        let mut calls = Vec::new();
        // The producer of a message may have no segment.
        let parent = document["parent_id"].as_str().or_else(|| work_of(document).map(|_| ""));
        let mut open: Vec<(&Value, Option<&str>)> = vec![(document, parent)];
        while let Some((document, parent)) = open.pop() {
            let Some(call) = parent.and_then(|parent| Self::one(document, parent)) else { continue };
            let id = document["id"].as_str();
            open.extend(document["subsegments"].as_array().into_iter().flatten().map(|part| (part, id)));
            calls.push(call);
        }
        calls
    }

    fn one(document: &Value, parent: &str) -> Option<Self> {
        let (id, name) = (document["id"].as_str()?, document["name"].as_str()?);
        let start = document["start_time"].as_f64()? * 1000.0;
        let aws = &document["aws"];
        let operation = aws["operation"].as_str();
        let service = (document["namespace"] == "aws").then(|| name.to_owned());
        let is = |member: &str| document[member] == true;
        let resource = ["table_name", "queue_url", "resource_names"].iter().find_map(|member| match &aws[*member] {
            Value::String(name) => Some(name.clone()),
            Value::Array(names) => Some(names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")),
            _ => None,
        });
        let work_of = work_of(document).map(ToOwned::to_owned);
        let detail = match &work_of {
            Some(request) => json!({ "function": name, "request_id": request }),
            None => json!({
                "service": name,
                "operation": operation,
                "resource": resource,
                "status": document["http"]["response"]["status"],
                "attempts": aws["retries"].as_u64().unwrap_or_default() + 1,
                "request_id": aws["request_id"],
            }),
        };
        Some(Self {
            id: id.to_owned(),
            parent: parent.to_owned(),
            work_of,
            name: operation.unwrap_or(name).to_owned(),
            error: is("error") || is("fault") || is("throttle"),
            start,
            end: document["end_time"].as_f64().map(|end| end * 1000.0),
            detail: object(detail),
            service,
        })
    }

    /// A call as its service saw it.
    pub(super) fn of_seen(seen: &Seen) -> Option<Self> {
        let Seen { request_id, segment, service, operation, status, began, ended, .. } = seen;
        let mut detail = object(json!({
            "service": service,
            "operation": operation,
            "status": status,
            "attempts": 1,
            "request_id": request_id,
        }));
        seen.add_to(&mut detail);
        Some(Self {
            id: request_id.clone(),
            parent: segment.clone()?,
            work_of: None,
            name: operation.clone(),
            error: *status >= 400,
            start: *began,
            end: Some(*ended),
            detail,
            service: Some((*service).to_owned()),
        })
    }
}

/// A call as its service saw it.
pub(super) struct Seen {
    request_id: String,
    pub segment: Option<String>,
    pub service: &'static str,
    operation: String,
    resource: Option<String>,
    status: u16,
    bytes: usize,
    consumed: Option<(f64, f64)>,
    began: f64,
    ended: f64,
}

impl Seen {
    /// Adds what the function does not report.
    pub(super) fn add_to(&self, detail: &mut Map<String, Value>) {
        if let Some(resource) = &self.resource {
            detail.insert("resource".to_owned(), resource.as_str().into());
        }
        detail.insert("bytes".to_owned(), self.bytes.into());
        if let Some((read, write)) = self.consumed {
            detail.insert("consumed".to_owned(), json!({ "read": read, "write": write }));
        }
    }
}

/// The calls that the services saw, by their request ids.
pub(super) struct Calls(Ring<Seen>);

impl Calls {
    pub(super) fn new() -> Self {
        Self(Ring::new(MOST_SEEN))
    }

    pub(super) fn add(&mut self, called: &Called<'_>) {
        let seen = Seen {
            request_id: called.request_id.to_owned(),
            segment: called.segment.map(ToOwned::to_owned),
            service: called.service,
            operation: called.operation.to_owned(),
            resource: called.resource.clone(),
            status: called.status.as_u16(),
            bytes: called.bytes,
            consumed: called.consumed,
            began: called.began,
            ended: called.ended,
        };
        self.0.push(seen.request_id.clone(), seen);
    }

    pub(super) fn get(&self, request_id: &str) -> Option<&Seen> {
        self.0.get(request_id)
    }

    /// The calls of an invocation.
    pub(super) fn of<'a>(&'a self, segment: &'a str) -> impl Iterator<Item = &'a Seen> {
        self.0.iter().filter(move |seen| seen.segment.as_deref() == Some(segment))
    }
}

fn work_of(document: &Value) -> Option<&str> {
    document["aws"]["request_id"].as_str().filter(|_| document["origin"] == FUNCTION)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subsegment_is_a_call_with_its_parts() {
        let calls = Call::read(&json!({
            "id": "1", "parent_id": "0", "name": "DynamoDB", "namespace": "aws", "start_time": 1.5, "end_time": 1.75,
            "error": false, "fault": true, "http": { "response": { "status": 500 } },
            "aws": { "operation": "GetItem", "request_id": "r", "retries": 2, "table_name": "t" },
            "subsegments": [{ "id": "2", "name": "attempt", "start_time": 1.5, "in_progress": true }],
        }));
        assert_eq!(calls.len(), 2);
        let (call, part) = (&calls[0], &calls[1]);
        assert_eq!((call.name.as_str(), call.parent.as_str(), call.error), ("GetItem", "0", true));
        assert_eq!((call.start, call.end), (1500.0, Some(1750.0)));
        let detail = json!({
            "service": "DynamoDB", "operation": "GetItem", "resource": "t", "status": 500, "attempts": 3, "request_id": "r",
        });
        assert_eq!(Value::Object(call.detail.clone()), detail);
        assert_eq!((part.name.as_str(), part.parent.as_str(), part.end, &part.service), ("attempt", "1", None, &None));
    }

    #[test]
    fn the_work_on_a_message_names_its_invocation_whether_it_has_a_parent_or_not() {
        let document = json!({
            "id": "1", "trace_id": "1-2", "name": "work", "origin": "AWS::Lambda::Function", "start_time": 1.5,
            "in_progress": true, "aws": { "request_id": "r" },
        });
        for parent in [None, Some("0")] {
            let mut document = document.clone();
            if let Some(parent) = parent {
                document["parent_id"] = parent.into();
            }
            let [call] = &Call::read(&document)[..] else { panic!("{document}") };
            assert_eq!((call.work_of.as_deref(), call.parent.as_str()), (Some("r"), parent.unwrap_or_default()));
            assert_eq!(Value::Object(call.detail.clone()), json!({ "function": "work", "request_id": "r" }));
        }
    }

    #[test]
    fn documents_without_what_a_span_needs_are_dropped() {
        for document in [
            json!(null),
            json!([]),
            json!({ "id": "1", "name": "x", "start_time": 1 }),
            json!({ "id": "1", "parent_id": "0", "name": "x" }),
        ] {
            assert!(Call::read(&document).is_empty(), "{document}");
        }
    }
}
