//! `sqs` events: an event source mapping between a queue and a function.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html>

use std::time::Duration;

use serde_json::{Map, Value};

use super::event::Event;
use super::intrinsics::Intrinsics;
use super::members::Members;
use super::{Queue, TemplateError, queues};
use crate::base::pattern::Pattern;

/// Members of the event that the Serverless Framework knows.
pub(super) const KNOWN: [&str; 7] = [
    "arn",
    "batchSize",
    "enabled",
    "maximumBatchingWindow",
    "functionResponseType",
    "filterPatterns",
    "maximumConcurrency",
];
const DEFAULT_BATCH: usize = 10;
/// The largest batch of a FIFO queue, and the largest without a window.
const SMALL_BATCH: usize = 10;
/// Filters of a mapping; five until the quota is raised:
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>.
const MOST_PATTERNS: usize = 10;

/// An event source mapping of a queue.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct QueueMapping {
    pub queue: String,
    pub batch_size: usize,
    /// `MaximumBatchingWindowInSeconds`.
    pub batch_window: Duration,
    /// A message passes when one of them matches, or when there is none.
    pub patterns: Vec<Pattern>,
    /// `ReportBatchItemFailures`.
    pub report_failures: bool,
    /// `MaximumConcurrency`: the most batches at once.
    pub maximum_concurrency: Option<usize>,
}

/// `timeout` is that of the function.
pub(super) fn read(
    value: &Value,
    place: &str,
    intrinsics: &Intrinsics<'_>,
    queues: &[Queue],
    timeout: Duration,
) -> Result<Event, TemplateError> {
    let empty = Map::new();
    let (arn, members) = match value {
        Value::Object(members) => (members.get("arn").unwrap_or(&Value::Null), members),
        other => (other, &empty),
    };
    let members = Members { members, place };
    if !members.boolean("enabled", true)? {
        return Ok(Event::Off);
    }
    if arn.get("Fn::ImportValue").is_some() {
        return Ok(Event::Unsupported("a queue of another stack".to_owned()));
    }
    let arn = intrinsics.resolve(arn, &format!("{place}.arn"))?;
    let Some(name) = arn.as_str().and_then(|arn| arn.strip_prefix("arn:")?.split_once(":sqs:")?.1.rsplit(':').next())
    else {
        return Err(members.fault("arn", "is not the ARN of a queue; write `Fn::GetAtt: [Queue, Arn]`"));
    };
    let names: Vec<String> = queues.iter().map(|queue| queue.name.clone()).collect();
    let known = arn.as_str().and_then(|arn| queues::named_by(arn, &names));
    let Some(queue) = queues.iter().find(|queue| Some(queue.name.as_str()) == known) else {
        return Ok(Event::Unsupported(format!("the queue `{name}` of another stack")));
    };
    let mapping = QueueMapping {
        queue: queue.name.clone(),
        batch_size: size(members.number("batchSize", 1..=10_000, 10)?).unwrap_or(DEFAULT_BATCH),
        batch_window: Duration::from_secs(members.number("maximumBatchingWindow", 0..=300, 0)?.unsigned_abs()),
        patterns: members.patterns()?,
        report_failures: members.reports_failures()?,
        maximum_concurrency: match members.get("maximumConcurrency") {
            None => None,
            Some(_) => size(members.number("maximumConcurrency", 2..=1_000, 2)?),
        },
    };
    check(&mapping, queue, timeout, &members)?;
    Ok(Event::Queue(mapping))
}

/// The rules by which Lambda refuses to create a mapping.
fn check(mapping: &QueueMapping, queue: &Queue, timeout: Duration, members: &Members<'_>) -> Result<(), TemplateError> {
    let (size, name) = (mapping.batch_size, &queue.name);
    if queue.fifo.is_some() && size > SMALL_BATCH {
        let reason = format!("is {size}; a batch of the FIFO queue `{name}` has at most {SMALL_BATCH} messages");
        return Err(members.fault("batchSize", &reason));
    }
    if queue.fifo.is_some() && !mapping.batch_window.is_zero() {
        let reason = format!("is for standard queues only, and `{name}` is a FIFO queue");
        return Err(members.fault("maximumBatchingWindow", &reason));
    }
    if size > SMALL_BATCH && mapping.batch_window.is_zero() {
        let reason = format!(
            "is {size}; a batch of more than {SMALL_BATCH} messages needs a `maximumBatchingWindow` of at least 1 second"
        );
        return Err(members.fault("batchSize", &reason));
    }
    if mapping.patterns.len() > MOST_PATTERNS {
        let count = mapping.patterns.len();
        return Err(
            members.fault("filterPatterns", &format!("has {count} patterns; at most {MOST_PATTERNS} are allowed"))
        );
    }
    if queue.visibility < timeout {
        let reason = format!(
            "is the queue `{name}`, whose `VisibilityTimeout` of {} seconds is shorter than the function's timeout of {} \
             seconds; Lambda refuses such a mapping, and recommends six times the timeout",
            queue.visibility.as_secs(),
            timeout.as_secs()
        );
        return Err(members.fault("arn", &reason));
    }
    Ok(())
}

fn size(number: i64) -> Option<usize> {
    usize::try_from(number).ok()
}
