//! Logging: one line per event on standard output, which Lambda sends to CloudWatch Logs.

use std::fmt::Write;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use lambda_http::Context;
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::{self, FmtContext};
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry;
use tracing_subscriber::registry::LookupSpan;

use super::{Package, trace};

/// Starts logging as configured by Lambda's advanced logging controls
/// (<https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html>): `AWS_LAMBDA_LOG_FORMAT`
/// is `JSON` or text, `AWS_LAMBDA_LOG_LEVEL` the lowest level, by default INFO.
///
/// The level applies to the service's own package. Other libraries log at WARN and above, whatever the level: below
/// that they log requests and responses, and customers' data does not belong in a log.
pub(super) fn start(package: &Package, function: &'static str) {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL")
        .ok()
        .and_then(|level| LevelFilter::from_str(&level).ok())
        .unwrap_or(LevelFilter::INFO);
    let filter = Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target(package.library(), level)
        .with_target(function, level);
    let in_json = std::env::var("AWS_LAMBDA_LOG_FORMAT").is_ok_and(|format| format.eq_ignore_ascii_case("json"));
    let layer = fmt::layer().with_target(false);
    // Fails only if a subscriber is set already; then there is a log.
    let _ = if in_json {
        let layer = layer.json().flatten_event(true).with_current_span(false).with_span_list(false);
        registry().with(layer.map_event_format(|format| WithIds { format, add: json }).with_filter(filter)).try_init()
    } else {
        let layer = layer.without_time().with_ansi(false);
        registry().with(layer.map_event_format(|format| WithIds { format, add: text }).with_filter(filter)).try_init()
    };
}

/// The ids of one invocation.
#[derive(Clone)]
struct Ids {
    request: String,
    trace: Option<String>,
}

tokio::task_local! {
    /// The id of the message of a queue that the current task handles.
    static MESSAGE: String;
}

/// Runs `work`; its lines name the message.
pub(super) async fn of_message<F: Future>(id: String, work: F) -> F::Output {
    MESSAGE.scope(id, work).await
}

/// The ids of the current invocation, or of the last one. There is one invocation at a time.
///
/// The runtime would use a span, which is formatted for each invocation even if no line is logged.
static IDS: Mutex<Ids> = Mutex::new(Ids { request: String::new(), trace: None });

/// Sets the ids of the lines that follow.
pub(super) fn begin(invocation: &Context) {
    let mut ids = IDS.lock().unwrap_or_else(PoisonError::into_inner);
    ids.request.clone_from(&invocation.request_id);
    ids.trace.clone_from(&invocation.xray_trace_id);
}

/// A log format that appends the ids to each line with `add`.
struct WithIds<F> {
    format: F,
    add: fn(&str, &Ids, Option<&str>) -> String,
}

impl<S, N, F> FormatEvent<S, N> for WithIds<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> std::fmt::Result {
        let mut line = String::new();
        self.format.format_event(context, Writer::new(&mut line), event)?;
        let message = MESSAGE.try_with(Clone::clone).ok();
        let mut ids = IDS.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // A message of a queue has the trace of its producer.
        ids.trace = trace::header().or(ids.trace);
        writeln!(out, "{}", (self.add)(line.trim_end(), &ids, message.as_deref()))
    }
}

/// Appends the ids as the last members of a JSON line.
fn json(line: &str, ids: &Ids, message: Option<&str>) -> String {
    let Some(open) = line.strip_suffix('}').filter(|_| !ids.request.is_empty()) else { return line.to_owned() };
    let string = |text: &str| serde_json::Value::from(text).to_string();
    let mut line = format!("{open},\"requestId\":{}", string(&ids.request));
    if let Some(trace) = &ids.trace {
        let _ = write!(line, ",\"xrayTraceId\":{}", string(trace));
    }
    if let Some(message) = message {
        let _ = write!(line, ",\"messageId\":{}", string(message));
    }
    line.push('}');
    line
}

/// Appends the ids to a text line.
fn text(line: &str, ids: &Ids, message: Option<&str>) -> String {
    let mut line = line.to_owned();
    if !ids.request.is_empty() {
        let _ = write!(line, " requestId={}", ids.request);
    }
    if let Some(trace) = &ids.trace {
        let _ = write!(line, " xrayTraceId={trace}");
    }
    if let Some(message) = message {
        let _ = write!(line, " messageId={message:?}");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(request: &str, trace: Option<&str>) -> Ids {
        Ids { request: request.to_owned(), trace: trace.map(str::to_owned) }
    }

    #[test]
    fn a_line_ends_with_the_ids_of_its_invocation() {
        let line = r#"{"level":"WARN","message":"the time is up"}"#;
        assert_eq!(
            json(line, &ids("r-1", Some("Root=1-2;Sampled=0")), None),
            r#"{"level":"WARN","message":"the time is up","requestId":"r-1","xrayTraceId":"Root=1-2;Sampled=0"}"#
        );
        assert_eq!(
            json(line, &ids("\"r\"", None), None),
            format!(r#"{},"requestId":"\"r\""}}"#, line.trim_end_matches('}'))
        );
        assert_eq!(
            text("WARN the time is up", &ids("r-1", Some("Root=1")), None),
            "WARN the time is up requestId=r-1 xrayTraceId=Root=1"
        );
    }

    #[test]
    fn the_init_phase_has_no_ids() {
        let line = r#"{"level":"WARN","message":"no connection in the init phase"}"#;
        assert_eq!(json(line, &ids("", None), None), line);
        assert_eq!(text("WARN no connection", &ids("", None), None), "WARN no connection");
    }

    #[test]
    fn a_line_about_a_message_names_it() {
        let line = r#"{"level":"ERROR"}"#;
        assert_eq!(
            json(line, &ids("r-1", None), Some("m\"1")),
            r#"{"level":"ERROR","requestId":"r-1","messageId":"m\"1"}"#
        );
        assert_eq!(
            text("ERROR it failed", &ids("r-1", None), Some("m\n1")),
            r#"ERROR it failed requestId=r-1 messageId="m\n1""#
        );
    }
}
