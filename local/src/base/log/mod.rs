//! One sink for every line: what functions print, what the gateway answered, what reached the bus.
//!
//! On AWS these are log groups of CloudWatch; here they are prefixes. Nothing reaches the terminal except through here,
//! so that a test can capture all of it.

mod render;

use std::{
    collections::{BTreeMap, VecDeque},
    io::{IsTerminal, Write},
    sync::{Arc, Mutex, PoisonError},
};

use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::base::options::Log;

/// How many captured lines are kept.
const CAPTURED: usize = 100_000;
/// ANSI foreground colours that are legible on light and dark grounds.
const COLOURS: [u8; 6] = [36, 33, 32, 35, 34, 31];

/// A handle to the sink; clones share it.
#[derive(Clone)]
pub(crate) struct Logger(Arc<Inner>);

struct Inner {
    sink: Sink,
    width: usize,
    colours: BTreeMap<String, u8>,
}

enum Sink {
    Terminal { json: bool },
    Captured(Mutex<VecDeque<String>>),
}

impl Logger {
    /// A sink whose prefixes are as wide as the longest of `functions`.
    pub(crate) fn new<'a>(log: Log, functions: impl Iterator<Item = &'a str>) -> Self {
        let names: Vec<&str> = functions.collect();
        let width = names.iter().map(|name| name.len()).max().unwrap_or(0).clamp(8, 24);
        let coloured = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let colours = match log {
            Log::Terminal { json: false } if coloured => names
                .into_iter()
                .zip(COLOURS.into_iter().cycle())
                .map(|(name, colour)| (name.to_owned(), colour))
                .collect(),
            _ => BTreeMap::new(),
        };
        let sink = match log {
            Log::Terminal { json } => Sink::Terminal { json },
            Log::Captured => Sink::Captured(Mutex::default()),
        };
        Self(Arc::new(Inner { sink, width, colours }))
    }

    /// A line that a function printed, as it came.
    pub(crate) fn function(&self, function: &str, line: &str) {
        if line.trim().is_empty() {
            return;
        }
        match self.0.sink {
            Sink::Terminal { json: true } => match serde_json::from_str::<IgnoredAny>(line) {
                Ok(_) => write_json(function, line),
                Err(_) => write_json(function, &Value::from(line).to_string()),
            },
            Sink::Terminal { json: false } => self.write(function, &render::line(line)),
            Sink::Captured(_) => self.write(function, line),
        }
    }

    /// A line of ours: `source` says which part speaks (`gateway`, `stream`, `bus`, or a function's name).
    pub(crate) fn say(&self, source: &str, message: &str) {
        if self.is_json() {
            write_json(source, &Value::from(message).to_string());
        } else {
            self.write(source, &render::printable(message));
        }
    }

    /// One request answered. Never the query, never a body: either may be personal.
    pub(crate) fn access(&self, method: &str, path: &str, status: u16, milliseconds: u128) {
        if self.is_json() {
            let record = json!({ "method": method, "path": path, "status": status, "milliseconds": milliseconds });
            write_json("gateway", &record.to_string());
        } else {
            let path = render::printable(path);
            self.write("gateway", &format!("{method} {path} {status} {milliseconds} ms"));
        }
    }

    /// What was captured so far; nothing when the sink is a terminal.
    pub(crate) fn captured(&self) -> Vec<String> {
        match &self.0.sink {
            Sink::Captured(lines) => lines.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect(),
            Sink::Terminal { .. } => Vec::new(),
        }
    }

    fn is_json(&self) -> bool {
        matches!(self.0.sink, Sink::Terminal { json: true })
    }

    fn write(&self, source: &str, text: &str) {
        match &self.0.sink {
            Sink::Captured(lines) => {
                let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                if lines.len() == CAPTURED {
                    lines.pop_front();
                }
                lines.push_back(format!("{source} {text}"));
            }
            Sink::Terminal { .. } => {
                let width = self.0.width;
                match self.0.colours.get(source) {
                    Some(colour) => print(&format!("\x1b[{colour}m{source:width$}\x1b[0m  {text}")),
                    None => print(&format!("{source:width$}  {text}")),
                }
            }
        }
    }
}

/// A reader that has gone away (`cargo local | head`) is no reason to stop.
fn print(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// `record` is JSON, and stays as it came.
fn write_json(source: &str, record: &str) {
    print(&format!(r#"{{"source":{},"record":{}}}"#, Value::from(source), record.trim()));
}
