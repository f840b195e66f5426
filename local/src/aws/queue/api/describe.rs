//! `GetQueueUrl`, `ListQueues` and `GetQueueAttributes`.

use serde_json::{Map, Value, json};

use super::error;
use super::request::Request;
use crate::aws::interface::json::Refusal;
use crate::aws::queue::Queues;
use crate::project::template::Fifo;

/// Attributes that a queue may have.
const ATTRIBUTES: [&str; 17] = [
    "QueueArn",
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "VisibilityTimeout",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "DelaySeconds",
    "ReceiveMessageWaitTimeSeconds",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "FifoQueue",
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "FifoThroughputLimit",
];
/// Further attributes that SQS knows. No queue has them here.
const OTHERS: [&str; 4] = ["Policy", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "RedriveAllowPolicy"];

pub(super) fn url(queues: &Queues, request: Request<'_>) -> Result<Value, Refusal> {
    let name = request.needed("QueueName")?;
    queues.settings(name)?;
    Ok(json!({ "QueueUrl": queues.url_of(name) }))
}

/// Lists all queues on one page.
pub(super) fn list(queues: &Queues, request: Request<'_>) -> Value {
    let beginning = request.text("QueueNamePrefix").unwrap_or_default();
    let names = queues.names().into_iter().filter(|name| name.starts_with(beginning));
    let urls: Vec<String> = names.map(|name| queues.url_of(&name)).collect();
    if urls.is_empty() { json!({}) } else { json!({ "QueueUrls": urls }) }
}

pub(super) fn attributes(queues: &Queues, request: Request<'_>) -> Result<Value, Refusal> {
    let queue = request.queue()?;
    queues.settings(queue)?;
    let asked = request.texts("AttributeNames");
    let known = |name: &str| name == "All" || ATTRIBUTES.contains(&name) || OTHERS.contains(&name);
    if let Some(unknown) = asked.iter().find(|name| !known(name)) {
        return Err(error::unknown_attribute(unknown));
    }
    let mut attributes = Map::new();
    for name in ATTRIBUTES.into_iter().filter(|name| asked.contains(name) || asked.contains(&"All")) {
        if let Some(value) = attribute(queues, queue, name)? {
            attributes.insert(name.to_owned(), value.into());
        }
    }
    Ok(if attributes.is_empty() { json!({}) } else { json!({ "Attributes": attributes }) })
}

fn attribute(queues: &Queues, queue: &str, name: &str) -> Result<Option<String>, Refusal> {
    let (counts, settings, created) = (queues.counts(queue)?, queues.settings(queue)?, queues.created(queue)?);
    Ok(Some(match name {
        "QueueArn" => queues.arn_of(queue),
        "ApproximateNumberOfMessages" => counts.visible.to_string(),
        "ApproximateNumberOfMessagesNotVisible" => counts.in_flight.to_string(),
        "ApproximateNumberOfMessagesDelayed" => counts.delayed.to_string(),
        "CreatedTimestamp" | "LastModifiedTimestamp" => created.to_string(),
        "VisibilityTimeout" => settings.visibility.as_secs().to_string(),
        "MaximumMessageSize" => settings.most_bytes.to_string(),
        "MessageRetentionPeriod" => settings.retention.as_secs().to_string(),
        "DelaySeconds" => settings.delay.as_secs().to_string(),
        "ReceiveMessageWaitTimeSeconds" => settings.wait.as_secs().to_string(),
        "RedrivePolicy" => {
            let Some(redrive) = settings.redrive else { return Ok(None) };
            let target = queues.arn_of(&redrive.queue);
            json!({ "deadLetterTargetArn": target, "maxReceiveCount": redrive.after }).to_string()
        }
        "SqsManagedSseEnabled" => "false".to_owned(),
        name => return Ok(settings.fifo.and_then(|fifo| of_fifo(fifo, name)).map(ToOwned::to_owned)),
    }))
}

/// An attribute of FIFO queues only.
fn of_fifo(fifo: Fifo, name: &str) -> Option<&'static str> {
    Some(match name {
        "FifoQueue" => "true",
        "ContentBasedDeduplication" if fifo.content_based => "true",
        "ContentBasedDeduplication" => "false",
        "DeduplicationScope" if fifo.by_group => "messageGroup",
        "DeduplicationScope" => "queue",
        "FifoThroughputLimit" if fifo.limit_by_group => "perMessageGroupId",
        "FifoThroughputLimit" => "perQueue",
        _ => return None,
    })
}
