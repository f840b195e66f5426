//! The trace of a request: its spans, from the gateway to the events that followed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::State;
use super::calls::Call;
use super::events::Sent;
use super::invocations::Invocation;
use super::requests::Request;
use super::time::rounded;
use crate::aws::interface::clock::now;
use crate::aws::interface::invoke::Cause;

/// Invocations in a trace. A function that writes what it reads from a stream would make an endless one.
const MOST: usize = 100;

/// The spans of a request, and the invocations that they are of.
pub(super) struct Trace<'a> {
    pub spans: Vec<Value>,
    pub invocations: Vec<&'a Invocation>,
}

/// A part of a trace. Times are milliseconds since 1970.
struct Span<'a> {
    id: &'a str,
    parent: Option<&'a str>,
    kind: &'static str,
    name: &'a str,
    start: f64,
    end: Option<f64>,
    error: bool,
    detail: Value,
}

pub(super) fn of<'a>(state: &'a State, request: &'a Request) -> Trace<'a> {
    let mut trace = Trace { spans: Vec::new(), invocations: Vec::new() };
    let name = format!("{} {}", request.method, request.path);
    let gateway = Span {
        id: &request.id,
        parent: None,
        kind: "gateway",
        name: &name,
        start: request.started,
        end: request.ended,
        error: request.failed(),
        detail: json!({ "status": request.status, "trace": request.trace }),
    };
    trace.spans.push(gateway.show(request.started));
    let mut open: Vec<(&Invocation, &str, &'static str)> = Vec::new();
    open.extend(
        state.invocations.of_request(&request.id).map(|invocation| (invocation, request.id.as_str(), "invocation")),
    );
    let mut seen = BTreeSet::new();
    while let Some((invocation, parent, kind)) = open.pop() {
        if seen.len() == MOST || !seen.insert(invocation.segment.as_str()) {
            continue;
        }
        let events = trace.add(state, request.started, invocation, parent, kind);
        open.extend(state.invocations.iter().filter_map(|other| follows(other, invocation, &events)));
    }
    trace
}

/// An invocation that another one caused, by itself or by one of these events, with the parent and the kind of its span.
fn follows<'a>(
    invocation: &'a Invocation,
    before: &'a Invocation,
    events: &[&'a Sent],
) -> Option<(&'a Invocation, &'a str, &'static str)> {
    let segment = before.segment.as_str();
    let sent = |id: &str| events.iter().map(|event| event.id.as_str()).find(|event| *event == id);
    let (parent, kind) = match &invocation.cause {
        Cause::Stream { records, .. } => {
            (records.iter().any(|record| record.writer.as_deref() == Some(segment)).then_some(segment), "stream")
        }
        Cause::Queue { messages, .. } => {
            let by_event = messages.iter().find_map(|message| sent(message.event.as_deref()?));
            // An event's trace has its sender's segment, too: it tells messages of other events apart.
            let direct = messages.iter().filter(|message| message.event.is_none());
            let direct = direct.filter_map(|message| message.segment.as_deref()).any(|sender| sender == segment);
            (by_event.or(direct.then_some(segment)), "queue")
        }
        Cause::Rule { event, .. } => (sent(event), "rule"),
        Cause::Api(caller) => ((caller.as_deref() == Some(segment)).then_some(segment), "invocation"),
        Cause::Gateway(_) | Cause::Schedule(_) => (None, ""),
    };
    parent.map(|parent| (invocation, parent, kind))
}

impl<'a> Trace<'a> {
    /// Adds an invocation with its calls and events, and returns the events. Its parent is the gateway's span, or the
    /// invocation or the event that caused it.
    fn add(
        &mut self,
        state: &State,
        began: f64,
        invocation: &'a Invocation,
        parent: &str,
        kind: &'static str,
    ) -> Vec<&'a Sent> {
        let Invocation { segment, function, init, taken, ended, error, .. } = invocation;
        if let Some(init) = init {
            let id = format!("{segment}:init");
            let (start, end) = (*init, taken.or(*ended));
            let detail = json!({ "function": function });
            let error = taken.is_none() && error.is_some();
            let span = Span { id: &id, parent: Some(parent), kind: "init", name: function, start, end, error, detail };
            self.spans.push(span.show(began));
        }
        if let Some(start) = began_at(invocation) {
            let (error, detail) = (error.is_some(), detail(invocation));
            let span =
                Span { id: segment, parent: Some(parent), kind, name: function, start, end: *ended, error, detail };
            self.spans.push(span.show(began));
        }
        self.add_calls(state, began, invocation);
        let events = invocation.events.iter().filter(|event| kind != "stream" || event.follows(parent));
        let events: Vec<&Sent> = events.collect();
        self.spans.extend(events.iter().map(|event| event_span(event, segment).show(began)));
        self.invocations.push(invocation);
        events
    }

    /// Adds the calls that the function reported. Where it reports none of a service, those that the service saw.
    fn add_calls(&mut self, state: &State, began: f64, invocation: &Invocation) {
        let show = |call: &Call, detail| {
            Span {
                id: &call.id,
                parent: Some(&call.parent),
                kind: if call.work_of.is_some() { "message" } else { "call" },
                name: &call.name,
                start: call.start,
                end: call.end,
                error: call.error,
                detail,
            }
            .show(began)
        };
        for call in &invocation.calls {
            let mut detail = call.detail.clone();
            let seen = detail["request_id"].as_str().and_then(|id| state.calls.get(id));
            if let Some(seen) = seen {
                seen.add_to(&mut detail);
            }
            self.spans.push(show(call, detail.into()));
        }
        let reported: BTreeSet<&str> = invocation.calls.iter().filter_map(|call| call.service.as_deref()).collect();
        let seen = state.calls.of(&invocation.segment).filter(|seen| !reported.contains(seen.service));
        for call in seen.filter_map(Call::of_seen) {
            self.spans.push(show(&call, call.detail.clone().into()));
        }
    }
}

/// When an invocation began: `None` while its process starts, and where that failed.
fn began_at(invocation: &Invocation) -> Option<f64> {
    invocation.taken.or_else(|| invocation.init.is_none().then_some(invocation.asked))
}

fn detail(invocation: &Invocation) -> Value {
    let Invocation { request_id, function, error, cause, .. } = invocation;
    let mut detail = json!({ "request_id": request_id, "function": function, "error": error });
    match cause {
        Cause::Stream { table, records } => {
            detail["table"] = table.as_str().into();
            detail["records"] = records.len().into();
        }
        Cause::Queue { queue, messages } => {
            detail["queue"] = queue.as_str().into();
            detail["messages"] = messages.len().into();
        }
        Cause::Rule { rule, .. } => detail["rule"] = rule.as_str().into(),
        Cause::Api(_) | Cause::Gateway(_) | Cause::Schedule(_) => {}
    }
    detail
}

fn event_span<'a>(event: &'a Sent, parent: &'a str) -> Span<'a> {
    let detail = json!({ "id": event.id, "source": event.source, "detail-type": event.detail_type, "bus": event.bus });
    Span {
        id: &event.id,
        parent: Some(parent),
        kind: "event",
        name: &event.detail_type,
        start: event.at,
        end: Some(event.at),
        error: false,
        detail,
    }
}

impl Span<'_> {
    /// A span that has not ended lasts until now.
    fn show(&self, began: f64) -> Value {
        let Self { id, parent, kind, name, start, end, error, detail } = self;
        json!({
            "id": id,
            "parent": parent,
            "kind": kind,
            "name": name,
            "start": rounded(start - began),
            "milliseconds": rounded((end.unwrap_or_else(now) - start).max(0.0)),
            "error": error,
            "detail": detail,
        })
    }
}
