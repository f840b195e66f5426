//! CloudWatch metrics, written to the log in the embedded metric format
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).
//!
//! All metrics are in the namespace of `METRICS_NAMESPACE` and have the dimension `Stage`.
//!
//! | further dimensions | metrics |
//! |---|---|
//! | `Function` | one named like the function (`CreateNote`), which counts its invocations; `Latency` (milliseconds), `ServerErrors` (responses of 500 and above, and failed events), `ColdStart` |
//! | `Function` | of a function behind a queue: `MessagesHandled`, `MessagesFailed`, and those of the latter that cannot be read, `MessagesUnreadable`. Of a function that a bus calls: `EventsUnreadable` |
//! | `Problem` | `Problems`: error responses, by the kind of problem (`time-taken`) |
//! | none | those of the service, each a [`Metric`]; `IdempotentReplays`: creates that were answered with the result of an earlier request |
//!
//! A cold start is a metric of its own, not a dimension of the others: a dimension would split each metric in two and
//! double the price.

use std::io::Write;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use ::metrics::{Counter, Histogram, Label, Unit};
use lambda_http::Context;
use metrics_cloudwatch_embedded::Collector;
use serde_json::Value;

use super::{Package, Timestamp};

/// Environment variable: the namespace of all metrics.
pub(super) const NAMESPACE: &str = "METRICS_NAMESPACE";
/// Environment variable: the stage, the value of the dimension `Stage`.
pub(super) const STAGE: &str = "STAGE";

/// A metric that the service itself records.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    name: &'static str,
    unit: Unit,
}

impl Metric {
    /// A count. `name` is the metric's name in CloudWatch.
    #[must_use]
    pub const fn count(name: &'static str) -> Self {
        Self { name, unit: Unit::Count }
    }

    /// A duration in seconds. `name` is the metric's name in CloudWatch.
    #[must_use]
    pub const fn seconds(name: &'static str) -> Self {
        Self { name, unit: Unit::Seconds }
    }
}

/// Adds to a count. Does nothing without a collector, as in a test of one function.
pub fn count(metric: Metric, how_many: usize) {
    ::metrics::counter!(metric.name).increment(how_many.try_into().unwrap_or(u64::MAX));
}

/// Records a value. At most 100 values of one metric are kept per invocation, the limit of one line.
pub fn measure(metric: Metric, value: f64) {
    ::metrics::describe_histogram!(metric.name, metric.unit, "");
    ::metrics::histogram!(metric.name).record(value);
}

/// The function's name, the value of the dimension `Function`.
static FUNCTION: OnceLock<&'static str> = OnceLock::new();

/// Adds to a count of this function. Does nothing where it would add 0.
pub(super) fn of_function(name: &'static str, how_many: usize) {
    if how_many > 0 {
        let function = FUNCTION.get().copied().unwrap_or_default();
        ::metrics::counter!(name, "Function" => function).increment(how_many.try_into().unwrap_or(u64::MAX));
    }
}

/// Counts a response with a problem of this `type`.
pub(super) fn problem(kind: &'static str) {
    let name = kind.rsplit(':').next().unwrap_or(kind);
    ::metrics::counter!("Problems", "Problem" => name).increment(1);
}

/// The collector that [`note`] adds properties to.
static COLLECTOR: OnceLock<&'static Collector> = OnceLock::new();
/// The names of the current invocation's properties.
static NOTED: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());

/// Adds a property to the metric lines of this invocation, such as the id of a note. A property is not a dimension:
/// it creates no metric series. Of several values of one name, as those of a batch's messages, the last is kept.
pub fn note(name: &'static str, value: impl Into<Value>) {
    if let Some(collector) = COLLECTOR.get() {
        collector.set_property(name, value);
        NOTED.lock().unwrap_or_else(PoisonError::into_inner).push(name);
    }
}

/// The metrics of one function, for the lifetime of its process.
#[derive(Clone)]
pub(super) struct Metrics {
    collector: &'static Collector,
    invocations: Counter,
    errors: Counter,
    latency: Histogram,
}

impl Metrics {
    /// Starts collecting. Logs an error and returns `None` if another collector is installed.
    pub(super) fn start(package: &Package, function: &'static str) -> Option<Self> {
        let namespace = std::env::var(NAMESPACE).ok().filter(|namespace| !namespace.is_empty());
        let namespace = namespace.unwrap_or_else(|| package.name.to_owned());
        let builder = metrics_cloudwatch_embedded::Builder::new().cloudwatch_namespace(namespace);
        let builder = match std::env::var(STAGE) {
            Ok(stage) if !stage.is_empty() => builder.with_dimension("Stage", stage),
            _ => builder,
        };
        let collector = match builder.init() {
            Ok(collector) => collector,
            Err(error) => {
                tracing::error!(%error, "there are no metrics");
                return None;
            }
        };
        ::metrics::describe_histogram!("Latency", Unit::Milliseconds, "");
        let _ = COLLECTOR.set(collector);
        let _ = FUNCTION.set(function);
        // The level of each line is the configured one: a log filter must not drop metrics.
        let level = std::env::var("AWS_LAMBDA_LOG_LEVEL").unwrap_or_else(|_| "INFO".to_owned());
        collector.set_property("level", level);
        let of_function = || vec![Label::from_static_parts("Function", function)];
        let counter = |name: &str| ::metrics::counter!(name.to_owned(), of_function());
        counter("ColdStart").increment(1);
        Some(Self {
            collector,
            invocations: counter(&upper_camel(function)),
            errors: counter("ServerErrors"),
            latency: ::metrics::histogram!("Latency", of_function()),
        })
    }

    /// Adds a property to every line.
    pub(super) fn always(&self, name: &'static str, value: impl Into<Value>) {
        self.collector.set_property(name, value);
    }

    /// Writes the metrics of one invocation: a line for each set of dimensions. Each has the ids of the request and of the
    /// trace, the noted properties, and `properties`.
    pub(super) fn flush<const N: usize>(
        &self,
        started: Instant,
        failed: bool,
        context: Option<&Context>,
        properties: [(&'static str, Value); N],
    ) {
        self.invocations.increment(1);
        self.errors.increment(failed.into());
        self.latency.record(milliseconds(started.elapsed()));
        if let Some(context) = context {
            self.collector.set_property("requestId", context.request_id.as_str());
            self.collector.set_property("xrayTraceId", context.xray_trace_id.clone());
        }
        for (name, value) in properties {
            self.collector.set_property(name, value);
        }
        // Without a `level` and a `timestamp` of RFC 3339, Lambda's log filter takes a line for `INFO`, and drops it where
        // the configured level is higher
        // (<https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>).
        self.collector.set_property("timestamp", Timestamp::now().sortable());
        // Writes all lines at once: standard output searches each write for a line end.
        let mut lines = Vec::with_capacity(1024);
        let _ = self.collector.flush(&mut lines);
        // If standard output is closed, there is no place to report it.
        let _ = std::io::stdout().lock().write_all(&lines);
        for name in NOTED.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            self.collector.remove_property(name);
        }
    }
}

/// Rounded to hundredths.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 100_000.0).round() / 100.0
}

/// `create_note` becomes `CreateNote`.
fn upper_camel(name: &str) -> String {
    name.split('_')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_gives_its_metric_the_name() {
        assert_eq!(upper_camel("create_note"), "CreateNote");
        assert_eq!(upper_camel("health"), "Health");
    }

    #[test]
    fn latency_is_told_to_the_hundredth_of_a_millisecond() {
        assert!((milliseconds(Duration::from_nanos(12_345_678)) - 12.35).abs() < 1e-9);
    }
}
