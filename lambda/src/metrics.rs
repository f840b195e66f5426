//! Metrics: lines of the log that CloudWatch reads as metrics, in its embedded metric format
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).
//!
//! All are in the namespace that `METRICS_NAMESPACE` names, and carry the dimension `Stage`.
//!
//! | dimensions beside it | metrics |
//! |---|---|
//! | `Function` | one named like the function (`CreateNote`), that counts its invocations; `Latency` (milliseconds), `ServerErrors` (answers of 500 and above, and events that failed), `ColdStart` |
//! | `Problem` | `Problems`: answers with an error, by its kind (`time-taken`) |
//! | none | those of the service, each a [`Metric`]; `IdempotentReplays`: creates that were answered with what an earlier request made |
//!
//! A cold start is a metric and no dimension of the others: that would make two series of each, and double the price.

use std::io::Write;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use ::metrics::{Counter, Histogram, Label, Unit};
use lambda_http::{Context, tracing};
use metrics_cloudwatch_embedded::Collector;
use serde_json::Value;

use super::Package;

/// Names the namespace of all metrics.
pub(super) const NAMESPACE: &str = "METRICS_NAMESPACE";
/// Names the deployment that a metric is of.
pub(super) const STAGE: &str = "STAGE";

/// A metric that the service itself counts or measures.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    name: &'static str,
    unit: Unit,
}

impl Metric {
    /// Counts something; `name` is its name in CloudWatch.
    #[must_use]
    pub const fn count(name: &'static str) -> Self {
        Self { name, unit: Unit::Count }
    }

    /// Measures something in seconds.
    #[must_use]
    pub const fn seconds(name: &'static str) -> Self {
        Self { name, unit: Unit::Seconds }
    }
}

/// Adds to a count. Where no collector runs, as in a test of one function, it does nothing.
pub fn count(metric: Metric, how_many: usize) {
    ::metrics::counter!(metric.name).increment(how_many.try_into().unwrap_or(u64::MAX));
}

/// Records a value. At most 100 values of one metric are kept in an invocation, which is as many as a line takes.
pub fn measure(metric: Metric, value: f64) {
    ::metrics::describe_histogram!(metric.name, metric.unit, "");
    ::metrics::histogram!(metric.name).record(value);
}

/// Counts an answer with a problem of this `type`.
pub(super) fn problem(kind: &'static str) {
    let name = kind.rsplit(':').next().unwrap_or(kind);
    ::metrics::counter!("Problems", "Problem" => name).increment(1);
}

/// Where [`note`] puts its properties.
static COLLECTOR: OnceLock<&'static Collector> = OnceLock::new();
/// The names of the invocation's properties.
static NOTED: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());

/// Adds a property to the lines that this invocation ends with, such as the id of what it is about. It is not a
/// dimension: it makes no series of its own.
pub fn note(name: &'static str, value: impl Into<Value>) {
    if let Some(collector) = COLLECTOR.get() {
        collector.set_property(name, value);
        NOTED.lock().unwrap_or_else(PoisonError::into_inner).push(name);
    }
}

/// The metrics of one function, for as long as its process lives.
#[derive(Clone)]
pub(super) struct Metrics {
    collector: &'static Collector,
    invocations: Counter,
    errors: Counter,
    latency: Histogram,
}

impl Metrics {
    /// Begins to collect. `None`, said in the log, where something else does already.
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
        // A filter that drops lower levels does not mean metrics, so each line has the level that passes.
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

    /// Says `value` in every line.
    pub(super) fn always(&self, name: &'static str, value: impl Into<Value>) {
        self.collector.set_property(name, value);
    }

    /// Writes what one invocation has come to: a line for each set of dimensions, each with the ids of request and trace,
    /// what was noted, and what `properties` say.
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
        // In one piece: standard output looks at every piece for the end of a line.
        let mut lines = Vec::with_capacity(1024);
        let _ = self.collector.flush(&mut lines);
        // Nobody could be told that it is closed.
        let _ = std::io::stdout().lock().write_all(&lines);
        for name in NOTED.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            self.collector.remove_property(name);
        }
    }
}

/// To the hundredth.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 100_000.0).round() / 100.0
}

/// `create_note` as `CreateNote`.
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
        assert_eq!(upper_camel("create_booking"), "CreateBooking");
        assert_eq!(upper_camel("health"), "Health");
    }

    #[test]
    fn latency_is_told_to_the_hundredth_of_a_millisecond() {
        assert!((milliseconds(Duration::from_nanos(12_345_678)) - 12.35).abs() < 1e-9);
    }
}
