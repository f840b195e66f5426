//! `ReceiveMessage`:
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html>.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::error;
use super::request::Request;
use crate::aws::interface::json::Refusal;
use crate::aws::interface::message::{Attribute, AttributeValue, Limits};
use crate::aws::queue::{Message, Queues, digest};
use crate::project::template::ACCOUNT;

const MOST: u64 = 10;
const LONGEST_WAIT: u64 = 20;
pub(super) const LONGEST_VISIBILITY: u64 = 43_200;

/// System attributes of a message.
const SYSTEM: [&str; 9] = [
    "SenderId",
    "SentTimestamp",
    "ApproximateReceiveCount",
    "ApproximateFirstReceiveTimestamp",
    "AWSTraceHeader",
    "DeadLetterQueueSourceArn",
    "MessageGroupId",
    // In FIFO queues.
    "MessageDeduplicationId",
    "SequenceNumber",
];

pub(super) async fn receive(queues: &Queues, request: Request<'_>) -> Result<Value, Refusal> {
    let queue = request.queue()?;
    let settings = queues.settings(queue)?;
    let most = request.number("MaxNumberOfMessages", 1..=MOST)?.unwrap_or(1);
    let hidden = request.seconds("VisibilityTimeout", LONGEST_VISIBILITY)?.unwrap_or(settings.visibility);
    let wait = request.seconds("WaitTimeSeconds", LONGEST_WAIT)?.unwrap_or(settings.wait);
    let mut system = request.texts("MessageSystemAttributeNames");
    // Older name of the same parameter.
    system.extend(request.texts("AttributeNames"));
    if let Some(unknown) = system.iter().find(|name| !is_system(name)) {
        return Err(error::unknown_attribute(unknown));
    }
    let own = request.texts("MessageAttributeNames");
    let most = usize::try_from(most).unwrap_or(1);
    let limits = Limits { messages: most, bytes: usize::MAX, first: true };
    let messages = queues.receive(queue, limits, hidden, wait).await?;
    let messages: Vec<Value> = messages.iter().map(|message| show(message, &system, &own)).collect();
    Ok(if messages.is_empty() { json!({}) } else { json!({ "Messages": messages }) })
}

fn is_system(name: &str) -> bool {
    name == "All" || SYSTEM.contains(&name)
}

fn show(message: &Message, system: &[&str], own: &[&str]) -> Value {
    let mut shown = json!({
        "MessageId": message.id,
        "ReceiptHandle": message.receipt(),
        "MD5OfBody": digest::body(&message.body),
        "Body": message.body,
    });
    let attributes = system_attributes(message, system);
    if !attributes.is_empty() {
        shown["Attributes"] = Value::Object(attributes);
    }
    let attributes: BTreeMap<_, _> = message.attributes.iter().filter(|(name, _)| is_asked_for(name, own)).collect();
    // The digest covers the returned attributes only.
    if let Some(digest) = digest::attributes(attributes.iter().map(|(name, attribute)| (*name, *attribute))) {
        shown["MD5OfMessageAttributes"] = digest.into();
        let attributes = attributes.iter().map(|(name, attribute)| ((*name).clone(), show_attribute(attribute)));
        shown["MessageAttributes"] = Value::Object(attributes.collect());
    }
    shown
}

/// The system attributes that are asked for, and exist.
pub(in crate::aws::queue) fn system_attributes(message: &Message, asked: &[&str]) -> Map<String, Value> {
    let value = |name: &str| match name {
        "SenderId" => Some(ACCOUNT.to_owned()),
        "SentTimestamp" => Some(message.sent.to_string()),
        "ApproximateReceiveCount" => Some(message.receives.to_string()),
        "ApproximateFirstReceiveTimestamp" => message.first_received.map(|at| at.to_string()),
        "AWSTraceHeader" => message.trace.clone(),
        "DeadLetterQueueSourceArn" => message.source.clone(),
        "MessageGroupId" => message.group.clone(),
        "MessageDeduplicationId" => message.deduplication.clone(),
        "SequenceNumber" => message.sequence.clone(),
        _ => None,
    };
    let asked = SYSTEM.into_iter().filter(|name| asked.iter().any(|asked| asked == name || *asked == "All"));
    asked.filter_map(|name| Some((name.to_owned(), value(name)?.into()))).collect()
}

/// `All`, `.*`, a name, or a prefix as `name.*`.
fn is_asked_for(name: &str, asked: &[&str]) -> bool {
    asked.iter().any(|asked| match asked.strip_suffix(".*") {
        Some(beginning) => name.starts_with(beginning),
        None => *asked == "All" || *asked == name,
    })
}

fn show_attribute(attribute: &Attribute) -> Value {
    let data_type = &attribute.data_type;
    match &attribute.value {
        AttributeValue::Text(text) => json!({ "DataType": data_type, "StringValue": text }),
        AttributeValue::Binary(text) => json!({ "DataType": data_type, "BinaryValue": text }),
    }
}
