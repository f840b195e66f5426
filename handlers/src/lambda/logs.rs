//! The log: one line an event on standard output, which Lambda hands to CloudWatch.

use std::str::FromStr;

use lambda_http::tracing::subscriber::filter::{LevelFilter, Targets};
use lambda_http::tracing::subscriber::{fmt, prelude::*, registry};

/// Starts logging as Lambda's advanced logging controls ask for
/// (<https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html>):
/// `AWS_LAMBDA_LOG_FORMAT` is `JSON` or text, `AWS_LAMBDA_LOG_LEVEL` the least level, by default INFO.
///
/// The level applies to this project's code. The libraries below it are held at WARN, whatever is asked for: at lower
/// levels they write out requests and answers, and what a customer typed does not belong in a log.
pub(super) fn start(function: &'static str) {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL")
        .ok()
        .and_then(|level| LevelFilter::from_str(&level).ok())
        .unwrap_or(LevelFilter::INFO);
    let filter = Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        // Its span carries the request's id.
        .with_target("lambda_runtime", level.min(LevelFilter::INFO))
        .with_target("handlers", level)
        .with_target(function, level);
    let json = std::env::var("AWS_LAMBDA_LOG_FORMAT").is_ok_and(|format| format.eq_ignore_ascii_case("json"));
    let layer = fmt::layer().with_target(false);
    // Fails only when a subscriber is set already, and then there is a log.
    let _ = if json {
        registry().with(layer.json().flatten_event(true).with_span_list(false).with_filter(filter)).try_init()
    } else {
        registry().with(layer.without_time().with_ansi(false).with_filter(filter)).try_init()
    };
}
