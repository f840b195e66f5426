//! `SendMessage` and `SendMessageBatch`:
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::request::Request;
use super::{batch, error};
use crate::aws::interface::json::Refusal;
use crate::aws::queue::{Attribute, AttributeValue, Message, Queues, digest};
use crate::project::template::{self, MOST_BYTES};

const MOST_ATTRIBUTES: usize = 10;
const LONGEST_DELAY: u64 = 900;

pub(super) fn one(queues: &Queues, request: Request<'_>) -> Result<Value, Refusal> {
    let queue = request.queue()?;
    let message = message(request, &queues.settings(queue)?)?;
    let answer = answer(&message);
    queues.send(queue, vec![message])?;
    Ok(Value::Object(answer))
}

pub(super) fn batch(queues: &Queues, request: Request<'_>) -> Result<Value, Refusal> {
    let queue = request.queue()?;
    let settings = queues.settings(queue)?;
    let entries = batch::entries(request, "SendMessageBatchRequestEntry")?;
    let read: Vec<_> = entries.into_iter().map(|(id, entry)| (id, message(entry, &settings))).collect();
    let size = read.iter().filter_map(|(_, read)| read.as_ref().ok()).map(Message::size).sum::<usize>();
    if size as u64 > MOST_BYTES {
        return Err(error::batch_too_long(MOST_BYTES, size));
    }
    let (mut messages, mut results) = (Vec::new(), Vec::new());
    for (id, read) in read {
        results.push(match read {
            Ok(message) => {
                let mut answer = answer(&message);
                answer.insert("Id".to_owned(), id.into());
                messages.push(message);
                Ok(Value::Object(answer))
            }
            Err(refusal) => Err(batch::failure(id, &refusal)),
        });
    }
    queues.send(queue, messages)?;
    Ok(batch::answer(results))
}

fn message(request: Request<'_>, queue: &template::Queue) -> Result<Message, Refusal> {
    let body = request.needed("MessageBody")?;
    if let Some(bad) = body.chars().find(|character| !is_allowed(*character)) {
        return Err(error::invalid_contents(bad));
    }
    let delay = request.seconds("DelaySeconds", LONGEST_DELAY)?.unwrap_or(queue.delay);
    let system = request.members("MessageSystemAttributes");
    let trace = system.and_then(|system| system.get("AWSTraceHeader")?.get("StringValue")?.as_str());
    let message = Message::new(body.to_owned());
    let message = Message {
        visible: message.visible + i64::try_from(delay.as_millis()).unwrap_or_default(),
        attributes: attributes(request)?,
        trace: trace.map(ToOwned::to_owned),
        ..message
    };
    if message.size() as u64 > queue.most_bytes {
        let most = queue.most_bytes;
        let reason = format!("One or more parameters are invalid. Reason: Message must be shorter than {most} bytes.");
        return Err(error::invalid(reason));
    }
    Ok(message)
}

/// <https://www.w3.org/TR/REC-xml/#charsets>
fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

fn answer(message: &Message) -> Map<String, Value> {
    let mut answer = Map::new();
    answer.insert("MessageId".to_owned(), message.id.as_str().into());
    answer.insert("MD5OfMessageBody".to_owned(), digest::body(&message.body).into());
    if let Some(digest) = digest::attributes(&message.attributes) {
        answer.insert("MD5OfMessageAttributes".to_owned(), digest.into());
    }
    if let Some(trace) = &message.trace {
        let value = AttributeValue::Text(trace.clone());
        let attribute = Attribute { data_type: "String".to_owned(), value };
        let digest = digest::attributes([(&"AWSTraceHeader".to_owned(), &attribute)]);
        answer.insert("MD5OfMessageSystemAttributes".to_owned(), json!(digest));
    }
    answer
}

fn attributes(request: Request<'_>) -> Result<BTreeMap<String, Attribute>, Refusal> {
    let Some(written) = request.members("MessageAttributes") else { return Ok(BTreeMap::new()) };
    if written.len() > MOST_ATTRIBUTES {
        let count = written.len();
        let reason = format!("Number of message attributes [{count}] exceeds the allowed maximum [{MOST_ATTRIBUTES}].");
        return Err(error::invalid(reason));
    }
    written.iter().map(|(name, value)| Ok((name.clone(), attribute(name, Request(value))?))).collect()
}

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-message-attributes>
fn attribute(name: &str, value: Request<'_>) -> Result<Attribute, Refusal> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if name.is_empty() || name.len() > 256 || !name.bytes().all(known) {
        let reason =
            "Message attribute name can only have up to 256 letters, digits, underscores, hyphens and periods.";
        return Err(error::invalid(format!("Message attribute name '{name}' is invalid. {reason}")));
    }
    let data_type = value.text("DataType").unwrap_or_default();
    let given = match data_type.split('.').next().unwrap_or_default() {
        "String" | "Number" => value.text("StringValue").map(|text| AttributeValue::Text(text.to_owned())),
        "Binary" => value.text("BinaryValue").map(|text| AttributeValue::Binary(text.to_owned())),
        _ => {
            return Err(error::invalid(format!(
                "The message attribute '{name}' has an invalid message attribute type, the set of supported type \
                 prefixes is Binary, Number, and String."
            )));
        }
    };
    let attribute = given.map(|value| Attribute { data_type: data_type.to_owned(), value });
    attribute.filter(|attribute| !attribute.bytes().is_empty()).ok_or_else(|| {
        error::invalid(format!(
            "The message attribute '{name}' must contain a non-empty message attribute value for message attribute \
             type '{data_type}'."
        ))
    })
}
