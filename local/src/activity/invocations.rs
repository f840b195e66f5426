//! The last invocations of functions, with their log lines.

use std::collections::{BTreeSet, VecDeque};

use serde_json::Value;

use super::calls::Call;
use super::events::Sent;
use super::ring::Ring;
use crate::aws::interface::clock::now;
use crate::aws::interface::error::FunctionError;
use crate::aws::interface::invoke::{Cause, Request};

/// Invocations that are kept: those of a thousand requests, of the batches that follow, and of schedules.
const MOST: usize = 4_000;
/// Bytes that are kept of a line.
const MOST_LINE: usize = 16 * 1024;
/// Bytes of the lines of one invocation. Beyond it, its oldest lines are dropped.
const MOST_LINES: usize = 256 * 1024;
/// Bytes of all lines together. Beyond it, the oldest invocations lose theirs.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// Calls, and events, that are kept of an invocation.
const MOST_PARTS: usize = 256;
/// Calls whose invocations are known, for parts that arrive on their own.
const MOST_CALLS: usize = 8_192;
/// Events whose senders are known.
const MOST_EVENTS: usize = 8_192;

/// An invocation. Times are milliseconds since 1970.
pub(super) struct Invocation {
    /// The id of its segment.
    pub segment: String,
    /// Lambda's request id.
    pub request_id: String,
    pub function: String,
    pub cause: Cause,
    pub asked: f64,
    /// When a process was started for it.
    pub init: Option<f64>,
    /// When a process took it.
    pub taken: Option<f64>,
    pub ended: Option<f64>,
    /// `None` while it runs, and after a success.
    pub error: Option<String>,
    pub lines: VecDeque<Line>,
    pub calls: Vec<Call>,
    pub events: Vec<Sent>,
    /// Bytes of the lines.
    bytes: usize,
}

/// A line of a function's log.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// Milliseconds since 1970.
    pub at: f64,
    pub text: String,
}

/// The invocations.
pub(super) struct Invocations {
    ring: Ring<Invocation>,
    /// The invocation of each call.
    calls: Ring<String>,
    /// The segment of the invocation that sent each event.
    senders: Ring<String>,
    /// Bytes of all lines.
    bytes: usize,
}

impl Invocations {
    pub(super) fn new() -> Self {
        Self { ring: Ring::new(MOST), calls: Ring::new(MOST_CALLS), senders: Ring::new(MOST_EVENTS), bytes: 0 }
    }

    pub(super) fn begin(&mut self, function: &str, request: &Request) {
        let invocation = Invocation {
            segment: request.segment.clone(),
            request_id: request.id.clone(),
            function: function.to_owned(),
            cause: self.known(request.cause.clone()),
            asked: now(),
            init: None,
            taken: None,
            ended: None,
            error: None,
            lines: VecDeque::new(),
            calls: Vec::new(),
            events: Vec::new(),
            bytes: 0,
        };
        if let Some(dropped) = self.ring.push(invocation.segment.clone(), invocation) {
            self.bytes -= dropped.bytes;
        }
    }

    pub(super) fn init(&mut self, segment: &str) {
        if let Some(invocation) = self.ring.get_mut(segment) {
            invocation.init = Some(now());
        }
    }

    pub(super) fn take(&mut self, segment: &str, at: f64) {
        if let Some(invocation) = self.ring.get_mut(segment) {
            invocation.taken = Some(at);
        }
    }

    pub(super) fn end(&mut self, segment: &str, error: Option<&FunctionError>) {
        if let Some(invocation) = self.ring.get_mut(segment) {
            invocation.ended = Some(now());
            invocation.error = error.map(ToString::to_string);
        }
        if let Some(error) = error {
            self.print(segment, &format!("ERROR {error}"));
        }
    }

    pub(super) fn print(&mut self, segment: &str, text: &str) {
        let text = &text[..text.floor_char_boundary(MOST_LINE)];
        let Some(invocation) = self.ring.get_mut(segment) else { return };
        let before = invocation.bytes;
        invocation.bytes += text.len();
        invocation.lines.push_back(Line { at: now(), text: text.to_owned() });
        while invocation.bytes > MOST_LINES {
            let Some(line) = invocation.lines.pop_front() else { break };
            invocation.bytes -= line.text.len();
        }
        self.bytes = self.bytes + invocation.bytes - before;
        for invocation in self.ring.iter_mut() {
            if self.bytes <= MOST_BYTES {
                return;
            }
            self.bytes -= std::mem::take(&mut invocation.bytes);
            invocation.lines.clear();
        }
    }

    /// The segment of the invocation that a segment is, or is a part of.
    pub(super) fn whole<'a>(&'a self, segment: &'a str) -> &'a str {
        self.calls.get(segment).map_or(segment, String::as_str)
    }

    /// A cause with invocations in the place of their parts.
    fn known(&self, mut cause: Cause) -> Cause {
        let whole = |segment: &mut Option<String>| {
            if let Some(segment) = segment {
                *segment = self.whole(segment).to_owned();
            }
        };
        match &mut cause {
            Cause::Api(caller) => whole(caller),
            Cause::Queue { messages, .. } => messages.iter_mut().for_each(|message| whole(&mut message.segment)),
            Cause::Gateway(_) | Cause::Stream { .. } | Cause::Rule { .. } | Cause::Schedule(_) => {}
        }
        cause
    }

    /// Adds a call. Returns the segment of its invocation, if that is known.
    pub(super) fn call(&mut self, mut call: Call) -> Option<String> {
        let segment = match &call.work_of {
            Some(request) => self.ring.iter().rev().find(|known| known.request_id == *request)?.segment.clone(),
            None => self.whole(&call.parent).to_owned(),
        };
        if call.work_of.is_some() {
            call.parent.clone_from(&segment);
        }
        let invocation = self.ring.get_mut(&segment)?;
        if let Some(known) = invocation.calls.iter_mut().find(|known| known.id == call.id) {
            // It was in progress.
            *known = call;
        } else if invocation.calls.len() < MOST_PARTS {
            self.calls.push(call.id.clone(), segment.clone());
            invocation.calls.push(call);
        }
        Some(segment)
    }

    /// Adds an event that the invocation sent.
    pub(super) fn event(&mut self, segment: &str, event: &Value) {
        if let Some(invocation) = self.ring.get_mut(segment)
            && invocation.events.len() < MOST_PARTS
        {
            let sent = Sent::of(event, &invocation.cause);
            self.senders.push(sent.id.clone(), segment.to_owned());
            invocation.events.push(sent);
        }
    }

    /// The requests to the gateway that an invocation is of, or follows from.
    pub(super) fn requests(&self, segment: &str) -> Vec<String> {
        let (mut found, mut open, mut seen) = (Vec::new(), vec![segment], BTreeSet::new());
        while let Some(segment) = open.pop() {
            if !seen.insert(segment) {
                continue;
            }
            match self.get(segment).map(|invocation| &invocation.cause) {
                Some(Cause::Gateway(id)) => found.push(id.clone()),
                Some(Cause::Stream { records, .. }) => {
                    open.extend(records.iter().filter_map(|record| record.writer.as_deref()));
                }
                Some(Cause::Queue { messages, .. }) => {
                    let senders = messages.iter().filter_map(|message| self.sender(message.event.as_deref()));
                    open.extend(senders.chain(messages.iter().filter_map(|message| message.segment.as_deref())));
                }
                Some(Cause::Rule { event, .. }) => open.extend(self.sender(Some(event))),
                Some(Cause::Api(Some(caller))) => open.push(caller),
                _ => {}
            }
        }
        found
    }

    /// The segment of the invocation that sent an event.
    fn sender(&self, event: Option<&str>) -> Option<&str> {
        self.senders.get(event?).map(String::as_str)
    }

    pub(super) fn get(&self, segment: &str) -> Option<&Invocation> {
        self.ring.get(segment)
    }

    /// Oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Invocation> {
        self.ring.iter()
    }

    /// The invocation of a request to the gateway.
    pub(super) fn of_request(&self, id: &str) -> Option<&Invocation> {
        // Most often asked for soon after the request.
        self.ring.iter().rev().find(|invocation| matches!(&invocation.cause, Cause::Gateway(request) if request == id))
    }
}
