//! The recorder's side of [`Observer`].

use serde_json::Value;

use super::calls::Call;
use super::live::Topic;
use super::{Activity, State, show};
use crate::aws::interface::error::FunctionError;
use crate::aws::interface::invoke::Request;
use crate::aws::interface::observe::{Answer, Called, Item, Observer, ProcessState, RequestHead, Run, Writing};

impl Activity {
    /// Sends the summary of a request.
    fn tell(&self, id: &str) {
        if self.0.live.is_watched() {
            let summary = self.state().requests.get(id).map(show::summary);
            if let Some(summary) = summary {
                self.0.live.send("requests", &summary);
            }
        }
    }

    /// The segment of the invocation that a segment is a part of.
    fn whole(&self, segment: Option<&str>) -> Option<String> {
        segment.map(|segment| self.state().invocations.whole(segment).to_owned())
    }

    /// Changes an invocation, and notices the details of the requests that it is of.
    fn change(&self, segment: &str, change: impl FnOnce(&mut State)) {
        let mut state = self.state();
        change(&mut state);
        if self.0.live.is_watched() {
            for id in state.invocations.requests(segment) {
                self.0.live.detail(&id);
            }
        }
    }
}

impl Observer for Activity {
    fn request_began(&self, head: &RequestHead<'_>) {
        let mut state = self.state();
        state.requests.begin(head);
        state.awaited.arrived(head.client, head.id);
        drop(state);
        self.tell(head.id);
    }

    fn request_read(&self, id: &str, body: &[u8]) {
        self.state().requests.read(id, body);
    }

    fn request_routed(&self, id: &str, function: &str, trace: &str) {
        self.state().requests.route(id, function, trace);
    }

    fn request_ended(&self, id: &str, answer: Option<Answer<'_>>) {
        self.state().requests.end(id, answer);
        self.tell(id);
    }

    fn invoked(&self, function: &str, request: &Request) {
        self.state().invocations.begin(function, request);
    }

    fn init_began(&self, segment: &str) {
        self.change(segment, |state| state.invocations.init(segment));
    }

    fn taken(&self, segment: &str, at: f64) {
        self.change(segment, |state| state.invocations.take(segment, at));
    }

    fn answered(&self, segment: &str, error: Option<&FunctionError>) {
        self.change(segment, |state| {
            state.invocations.end(segment, error);
            let function = state.invocations.get(segment).map(|invocation| invocation.function.clone());
            if let Some(function) = function {
                state.functions.entry(function).or_default().end(error);
            }
        });
        self.0.live.touch(Topic::Functions);
    }

    fn printed(&self, segment: &str, line: &str) {
        self.change(segment, |state| state.invocations.print(segment, line));
    }

    fn segment(&self, document: &Value) {
        for call in Call::read(document) {
            let segment = self.state().invocations.call(call);
            if let Some(segment) = segment {
                self.change(&segment, |_| {});
            }
        }
    }

    fn called(&self, called: Called<'_>) {
        let segment = self.whole(called.segment);
        let called = Called { segment: segment.as_deref(), ..called };
        match called.segment {
            Some(segment) => self.change(segment, |state| state.calls.add(&called)),
            None => self.state().calls.add(&called),
        }
        if called.writes {
            self.0.live.touch(Topic::Table);
        }
    }

    fn writing(&self, writing: Writing<'_>) {
        let segment = self.whole(writing.segment);
        self.state().writes.begin(&Writing { segment: segment.as_deref(), ..writing });
    }

    fn not_written(&self, call: u64, items: &[Item]) {
        let mut state = self.state();
        for item in items {
            state.writes.forget(call, item);
        }
    }

    fn backlog(&self, table: &str, newest: &str) {
        self.state().writes.backlog(table, newest);
    }

    fn writer(&self, table: &str, record: &Value) -> Option<String> {
        self.state().writes.writer(table, record)
    }

    fn event(&self, event: &Value, parent: Option<&str>) {
        if let Some(parent) = self.whole(parent) {
            self.change(&parent, |state| state.invocations.event(&parent, event));
        }
        self.0.live.send("events", event);
    }

    fn next_run(&self, schedule: &str, at: Option<f64>) {
        self.state().schedules.next(schedule, at);
        self.0.live.touch(Topic::Schedules);
    }

    fn ran(&self, schedule: &str, run: Run) {
        self.state().schedules.ran(schedule, run);
        self.0.live.touch(Topic::Schedules);
    }

    fn queues_changed(&self) {
        self.0.live.touch(Topic::Queues);
    }

    fn process(&self, function: &str, process: u64, to: ProcessState) {
        self.state().functions.entry(function.to_owned()).or_default().process(process, to);
        self.0.live.touch(Topic::Functions);
    }
}
