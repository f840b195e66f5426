//! `AWS::SQS::Queue`:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html>.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde_json::{Map, Value};

use super::intrinsics::Intrinsics;
use super::resources::{FIFO, QUEUE, Resources, is_fifo, is_true};
use super::variables::Variables;
use super::{ACCOUNT, TemplateError};

/// Limit of a message; 256 KiB until August 2025:
/// <https://aws.amazon.com/about-aws/whats-new/2025/08/amazon-sqs-max-payload-size-1mib/>.
pub(crate) const MOST_BYTES: u64 = 1024 * 1024;

/// A queue of the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Queue {
    pub name: String,
    /// `DelaySeconds`.
    pub delay: Duration,
    /// `VisibilityTimeout`.
    pub visibility: Duration,
    /// `MessageRetentionPeriod`.
    pub retention: Duration,
    /// `ReceiveMessageWaitTimeSeconds`.
    pub wait: Duration,
    pub most_bytes: u64,
    /// Of a FIFO queue.
    pub fifo: Option<Fifo>,
    /// The keys of the functions that read it.
    pub readers: Vec<String>,
    /// The dead-letter queue.
    pub redrive: Option<Redrive>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Redrive {
    pub queue: String,
    /// `maxReceiveCount`.
    pub after: u64,
}

/// Settings of a FIFO queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Fifo {
    /// `ContentBasedDeduplication`.
    pub content_based: bool,
    /// `DeduplicationScope` is `messageGroup`.
    pub by_group: bool,
    /// `FifoThroughputLimit` is `perMessageGroupId`. There is no limit here.
    pub limit_by_group: bool,
}

impl Queue {
    /// A queue with SQS's defaults.
    pub(crate) fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            delay: Duration::ZERO,
            visibility: Duration::from_secs(30),
            retention: Duration::from_hours(4 * 24),
            wait: Duration::ZERO,
            most_bytes: MOST_BYTES,
            fifo: None,
            readers: Vec::new(),
            redrive: None,
        }
    }
}

/// The URL of a queue at an endpoint.
pub(crate) fn queue_url(endpoint: &str, name: &str) -> String {
    format!("{endpoint}/{ACCOUNT}/{name}")
}

pub(super) fn read(
    resources: &Resources,
    intrinsics: &Intrinsics<'_>,
    variables: &Variables,
) -> Result<Vec<Queue>, TemplateError> {
    let names = intrinsics.names(QUEUE)?;
    let mut queues = Vec::new();
    for (id, resource) in resources.of_kind(QUEUE) {
        let place = format!("resources.Resources.{id}.Properties");
        let name = intrinsics.name_of(id, resource)?;
        let properties = intrinsics.resolve(&Value::Object(resource.properties.clone()), &place)?;
        let properties = variables.map(properties, &place)?;
        if !is_name(&name) {
            let reason = format!("names the queue `{name}`; a name has up to 80 letters, digits, `-` and `_`");
            return Err(TemplateError::at(place, reason));
        }
        if queues.iter().any(|queue: &Queue| queue.name == name) {
            return Err(TemplateError::at(place, format!("names the queue `{name}`, as another resource does")));
        }
        queues.push(queue(&name, &properties, &place, &names)?);
    }
    Ok(queues)
}

fn queue(name: &str, properties: &Map<String, Value>, place: &str, names: &[String]) -> Result<Queue, TemplateError> {
    let default = Queue::named(name);
    let number = |property: &str, range: RangeInclusive<u64>, default: u64| {
        let value = properties.get(property).filter(|value| !value.is_null());
        value.map_or(Ok(default), |value| bounded(value, range, &format!("{place}.{property}")))
    };
    let seconds = |property: &str, range: RangeInclusive<u64>, default: Duration| {
        number(property, range, default.as_secs()).map(Duration::from_secs)
    };
    if is_fifo(properties) != name.ends_with(FIFO) {
        let reason =
            format!("names the queue `{name}`; `FifoQueue: true` and a name that ends with `{FIFO}` go together");
        return Err(TemplateError::at(place, reason));
    }
    Ok(Queue {
        fifo: is_fifo(properties).then(|| fifo(properties, place)).transpose()?,
        readers: Vec::new(),
        name: name.to_owned(),
        delay: seconds("DelaySeconds", 0..=900, default.delay)?,
        visibility: seconds("VisibilityTimeout", 0..=43_200, default.visibility)?,
        retention: seconds("MessageRetentionPeriod", 60..=1_209_600, default.retention)?,
        wait: seconds("ReceiveMessageWaitTimeSeconds", 0..=20, default.wait)?,
        most_bytes: number("MaximumMessageSize", 1_024..=MOST_BYTES, default.most_bytes)?,
        redrive: match properties.get("RedrivePolicy").filter(|policy| !policy.is_null()) {
            None => None,
            Some(policy) => Some(redrive(name, policy, &format!("{place}.RedrivePolicy"), names)?),
        },
    })
}

fn redrive(of: &str, policy: &Value, place: &str, names: &[String]) -> Result<Redrive, TemplateError> {
    let arn = policy.get("deadLetterTargetArn").and_then(Value::as_str).unwrap_or_default();
    let queue = named_by(arn, names).ok_or_else(|| {
        let reason = "is not the ARN of a queue among the resources; write `Fn::GetAtt: [Queue, Arn]`";
        TemplateError::at(format!("{place}.deadLetterTargetArn"), reason)
    })?;
    if queue.ends_with(FIFO) != of.ends_with(FIFO) {
        let reason =
            "is a queue of the other type; the dead letters of a FIFO queue go to a FIFO queue, and only theirs";
        return Err(TemplateError::at(format!("{place}.deadLetterTargetArn"), reason));
    }
    if queue == of {
        return Err(TemplateError::at(format!("{place}.deadLetterTargetArn"), "is the queue itself; name another one"));
    }
    let times = policy.get("maxReceiveCount").unwrap_or(&Value::Null);
    let after = bounded(times, 1..=1_000, &format!("{place}.maxReceiveCount"))?;
    Ok(Redrive { queue: queue.to_owned(), after })
}

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/high-throughput-fifo.html>
fn fifo(properties: &Map<String, Value>, place: &str) -> Result<Fifo, TemplateError> {
    let one_of = |property: &str, names: [&str; 2]| match properties.get(property).filter(|value| !value.is_null()) {
        None => Ok(false),
        Some(Value::String(text)) if names.contains(&text.as_str()) => Ok(text == names[1]),
        Some(other) => {
            let reason = format!("is {other}; it is {} or {}", names[0], names[1]);
            Err(TemplateError::at(format!("{place}.{property}"), reason))
        }
    };
    let fifo = Fifo {
        content_based: properties.get("ContentBasedDeduplication").is_some_and(is_true),
        by_group: one_of("DeduplicationScope", ["queue", "messageGroup"])?,
        limit_by_group: one_of("FifoThroughputLimit", ["perQueue", "perMessageGroupId"])?,
    };
    if fifo.limit_by_group && !fifo.by_group {
        let reason = "is perMessageGroupId, which needs `DeduplicationScope: messageGroup`";
        return Err(TemplateError::at(format!("{place}.FifoThroughputLimit"), reason));
    }
    Ok(fifo)
}

/// The name in a queue's ARN, if it is one of `names`.
pub(super) fn named_by<'a>(arn: &'a str, names: &[String]) -> Option<&'a str> {
    let name = arn.strip_prefix("arn:aws:sqs:")?.rsplit(':').next()?;
    names.iter().any(|known| known == name).then_some(name)
}

fn bounded(value: &Value, range: RangeInclusive<u64>, place: &str) -> Result<u64, TemplateError> {
    let number = value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
    number.filter(|number| range.contains(number)).ok_or_else(|| {
        let reason = format!("is {value}; it must be a number from {} to {}", range.start(), range.end());
        TemplateError::at(place, reason)
    })
}

fn is_name(name: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    // The ending of a FIFO queue counts towards the 80 characters.
    (1..=80).contains(&name.len()) && name.strip_suffix(FIFO).unwrap_or(name).bytes().all(known)
}
