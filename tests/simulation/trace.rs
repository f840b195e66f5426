//! The trace of a history: one line for each thing that happens. It is written only when a history is repeated, since
//! writing it takes as long as the rest.

use std::fmt::Write;
use std::sync::Mutex;

#[derive(Debug)]
pub struct Trace {
    lines: Option<Mutex<String>>,
}

impl Trace {
    pub fn new(written: bool) -> Self {
        Self { lines: written.then(Mutex::default) }
    }

    /// Adds a line. `line` is only called if the trace is written.
    pub fn add(&self, now: i64, line: impl FnOnce() -> String) {
        if let Some(lines) = &self.lines {
            let millis = now - super::clock::EPOCH;
            let mut lines = lines.lock().unwrap();
            writeln!(lines, "{:>9}.{:03} {}", millis / 1000, millis % 1000, line()).unwrap();
        }
    }

    pub fn text(&self) -> String {
        self.lines.as_ref().map(|lines| lines.lock().unwrap().clone()).unwrap_or_default()
    }
}
