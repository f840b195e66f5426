//! The log: lines of functions, of the gateway and of the other services.
//!
//! A prefix stands for each log group of CloudWatch. All terminal output passes through here, so that a test can
//! capture it.

mod render;

use std::collections::{BTreeMap, VecDeque};
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::base::options::Log;

/// Captured lines that are kept.
const CAPTURED: usize = 100_000;
/// ANSI foreground colours, legible on light and dark backgrounds.
const COLOURS: [u8; 6] = [36, 33, 32, 35, 34, 31];

/// A logger. Clones share its sink.
#[derive(Clone)]
pub(crate) struct Logger(Arc<Inner>);

struct Inner {
    sink: Sink,
    prefixes: RwLock<Prefixes>,
}

/// How sources stand before their lines.
struct Prefixes {
    width: usize,
    colours: BTreeMap<String, u8>,
}

enum Sink {
    Terminal { json: bool },
    Captured(Mutex<VecDeque<String>>),
}

impl Logger {
    /// Prefixes are as wide as the longest of `functions`.
    pub(crate) fn new<'a>(log: Log, functions: impl Iterator<Item = &'a str>) -> Self {
        let prefixes = RwLock::new(Prefixes::new(functions, matches!(log, Log::Terminal { json: false })));
        let sink = match log {
            Log::Terminal { json } => Sink::Terminal { json },
            Log::Captured => Sink::Captured(Mutex::default()),
        };
        Self(Arc::new(Inner { sink, prefixes }))
    }

    /// Has prefixes for these functions.
    pub(crate) fn replace<'a>(&self, functions: impl Iterator<Item = &'a str>) {
        let prefixes = Prefixes::new(functions, matches!(self.0.sink, Sink::Terminal { json: false }));
        *self.0.prefixes.write().unwrap_or_else(PoisonError::into_inner) = prefixes;
    }

    /// Logs a line that a function printed.
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

    /// Logs a line of this program. `source` is a service (`gateway`, `stream`, `bus`) or a function.
    pub(crate) fn say(&self, source: &str, message: &str) {
        if self.is_json() {
            write_json(source, &Value::from(message).to_string());
        } else {
            self.write(source, &render::printable(message));
        }
    }

    /// Logs a handled request, without query and body: either may be personal data.
    pub(crate) fn access(&self, method: &str, path: &str, status: u16, milliseconds: u128) {
        if self.is_json() {
            let record = json!({ "method": method, "path": path, "status": status, "milliseconds": milliseconds });
            write_json("gateway", &record.to_string());
        } else {
            let path = render::printable(path);
            self.write("gateway", &format!("{method} {path} {status} {milliseconds} ms"));
        }
    }

    /// The captured lines. Empty for a terminal.
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
                let prefixes = self.0.prefixes.read().unwrap_or_else(PoisonError::into_inner);
                let width = prefixes.width;
                match prefixes.colours.get(source) {
                    Some(colour) => print(&format!("\x1b[{colour}m{source:width$}\x1b[0m  {text}")),
                    None => print(&format!("{source:width$}  {text}")),
                }
            }
        }
    }
}

impl Prefixes {
    fn new<'a>(functions: impl Iterator<Item = &'a str>, terminal: bool) -> Self {
        let names: Vec<&str> = functions.collect();
        let width = names.iter().map(|name| name.len()).max().unwrap_or(0).clamp(8, 24);
        let coloured = terminal && std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let names = names.into_iter().filter(|_| coloured);
        let colours = names.zip(COLOURS.into_iter().cycle()).map(|(name, colour)| (name.to_owned(), colour));
        Self { width, colours: colours.collect() }
    }
}

/// A closed pipe (`cargo local | head`) does not stop the service.
fn print(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// `record` is JSON, and is written as it is.
fn write_json(source: &str, record: &str) {
    print(&format!(r#"{{"source":{},"record":{}}}"#, Value::from(source), record.trim()));
}
