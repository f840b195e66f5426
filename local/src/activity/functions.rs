//! The functions' processes, and counts of their invocations.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::time::rfc3339;
use crate::aws::interface::clock::now;
use crate::aws::interface::error::FunctionError;
use crate::aws::interface::observe::ProcessState;

/// Processes, counts and last error of a function since the start.
#[derive(Debug, Default)]
pub(super) struct Function {
    processes: BTreeMap<u64, Process>,
    invocations: u64,
    errors: u64,
    last_error: Option<(f64, String)>,
}

#[derive(Debug)]
struct Process {
    state: ProcessState,
    since: f64,
    invocations: u64,
}

impl Function {
    pub(super) fn process(&mut self, id: u64, state: ProcessState) {
        if state == ProcessState::Ended {
            self.processes.remove(&id);
            return;
        }
        if state == ProcessState::Starting {
            self.processes.insert(id, Process { state, since: now(), invocations: 0 });
        }
        // A process that has ended meanwhile stays so.
        let Some(process) = self.processes.get_mut(&id) else { return };
        process.invocations += u64::from(state == ProcessState::Busy && process.state != ProcessState::Busy);
        if process.state != state {
            (process.state, process.since) = (state, now());
        }
    }

    pub(super) fn end(&mut self, error: Option<&FunctionError>) {
        self.invocations += 1;
        if let Some(error) = error {
            self.errors += 1;
            self.last_error = Some((now(), error.to_string()));
        }
    }

    /// The members of a function in the list of functions that change.
    pub(super) fn show(&self) -> Value {
        let processes: Vec<Value> = self.processes.values().map(Process::show).collect();
        let last_error =
            self.last_error.as_ref().map(|(at, message)| json!({ "at": rfc3339(*at), "message": message }));
        json!({
            "processes": processes,
            "invocations": self.invocations,
            "errors": self.errors,
            "last_error": last_error,
        })
    }
}

impl Process {
    fn show(&self) -> Value {
        let state = match self.state {
            ProcessState::Starting => "starting",
            ProcessState::Busy => "busy",
            ProcessState::Idle | ProcessState::Ended => "idle",
        };
        json!({ "state": state, "since": rfc3339(self.since), "invocations": self.invocations })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::interface::error::Failure;

    fn states(function: &Function) -> Vec<(String, u64)> {
        let shown = function.show();
        let processes = shown["processes"].as_array().unwrap();
        let pair =
            |process: &Value| (process["state"].as_str().unwrap().to_owned(), process["invocations"].as_u64().unwrap());
        processes.iter().map(pair).collect()
    }

    #[test]
    fn a_process_is_shown_from_its_start_to_its_end_with_its_invocations() {
        let mut function = Function::default();
        function.process(1, ProcessState::Starting);
        assert_eq!(states(&function), [("starting".to_owned(), 0)]);
        for _ in 0..2 {
            function.process(1, ProcessState::Busy);
            assert_eq!(states(&function)[0].0, "busy");
            function.process(1, ProcessState::Idle);
        }
        function.process(2, ProcessState::Starting);
        assert_eq!(states(&function), [("idle".to_owned(), 2), ("starting".to_owned(), 0)]);
        for state in [ProcessState::Ended, ProcessState::Idle] {
            function.process(1, state);
            assert_eq!(states(&function), [("starting".to_owned(), 0)]);
        }
    }

    #[test]
    fn the_last_error_stays_after_a_success() {
        let mut function = Function::default();
        assert_eq!(function.show()["last_error"], Value::Null);
        function.end(Some(&FunctionError::new(Failure::Reported, "Sorry", "on purpose")));
        function.end(None);
        let shown = function.show();
        assert_eq!((&shown["invocations"], &shown["errors"]), (&json!(2), &json!(1)));
        assert_eq!(shown["last_error"]["message"], "Sorry: on purpose");
    }
}
