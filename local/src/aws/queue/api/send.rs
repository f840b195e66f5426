//! `SendMessage` and `SendMessageBatch`:
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::request::Request;
use super::{batch, error};
use crate::aws::interface::json::Refusal;
use crate::aws::interface::message::{Attribute, AttributeValue};
use crate::aws::queue::sender::{Unordered, ordered};
use crate::aws::queue::{Message, Queues, digest};
use crate::project::template::{self, MOST_BYTES};

const MOST_ATTRIBUTES: usize = 10;
const LONGEST_DELAY: u64 = 900;
const GROUP: &str = "MessageGroupId";
const DEDUPLICATION: &str = "MessageDeduplicationId";

/// `trace` is the request's trace header. It is that of a message without one of its own:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-tracing.html>.
pub(super) fn one(queues: &Queues, request: Request<'_>, trace: Option<&str>) -> Result<Value, Refusal> {
    let queue = request.queue()?;
    let message = message(request, &queues.settings(queue)?, trace)?;
    let sent = queues.send(queue, vec![message])?;
    Ok(sent.first().map(|message| answer(message, request)).unwrap_or_default().into())
}

pub(super) fn batch(queues: &Queues, request: Request<'_>, trace: Option<&str>) -> Result<Value, Refusal> {
    let queue = request.queue()?;
    let settings = queues.settings(queue)?;
    let entries = batch::entries(request, "SendMessageBatchRequestEntry")?;
    let read: Vec<_> = entries.into_iter().map(|(id, entry)| (id, entry, message(entry, &settings, trace))).collect();
    let size = read.iter().filter_map(|(_, _, read)| read.as_ref().ok()).map(Message::size).sum::<usize>();
    if size as u64 > MOST_BYTES {
        return Err(error::batch_too_long(MOST_BYTES, size));
    }
    let (mut asked, mut messages, mut results) = (Vec::new(), Vec::new(), Vec::new());
    for (id, entry, read) in read {
        match read {
            Ok(message) => {
                asked.push((id, entry));
                messages.push(message);
            }
            Err(refusal) => results.push(Err(batch::failure(id, &refusal))),
        }
    }
    let sent = queues.send(queue, messages)?;
    results.extend(asked.into_iter().zip(&sent).map(|((id, entry), message)| {
        let mut answer = answer(message, entry);
        answer.insert("Id".to_owned(), id.into());
        Ok(Value::Object(answer))
    }));
    Ok(batch::answer(results))
}

fn message(request: Request<'_>, queue: &template::Queue, trace: Option<&str>) -> Result<Message, Refusal> {
    let body = request.needed("MessageBody")?;
    if let Some(bad) = body.chars().find(|character| !is_allowed(*character)) {
        return Err(error::invalid_contents(bad));
    }
    let (group, deduplication) = (id(request, GROUP)?, id(request, DEDUPLICATION)?);
    if queue.fifo.is_none() && deduplication.is_some() {
        return Err(error::wrong_queue_type(DEDUPLICATION, deduplication.unwrap_or_default()));
    }
    let asked = request.seconds("DelaySeconds", LONGEST_DELAY)?;
    if let Some(delay) = asked.filter(|delay| queue.fifo.is_some() && !delay.is_zero()) {
        return Err(error::wrong_queue_type("DelaySeconds", delay.as_secs()));
    }
    let delay = asked.filter(|_| queue.fifo.is_none()).unwrap_or(queue.delay);
    let message = Message::new(body.to_owned());
    let message = Message {
        visible: message.visible + i64::try_from(delay.as_millis()).unwrap_or_default(),
        attributes: attributes(request)?,
        trace: own_trace(request).or(trace).map(ToOwned::to_owned),
        group,
        ..message
    };
    let message = ordered(message, deduplication, queue).map_err(|fault| match fault {
        Unordered::NoGroup => error::missing(GROUP),
        Unordered::NoDeduplication => error::invalid(fault.words()),
    })?;
    if message.size() as u64 > queue.most_bytes {
        let most = queue.most_bytes;
        let reason = format!("One or more parameters are invalid. Reason: Message must be shorter than {most} bytes.");
        return Err(error::invalid(reason));
    }
    Ok(message)
}

/// A group's or a deduplication id: up to 128 letters, digits and punctuation marks.
fn id(request: Request<'_>, name: &str) -> Result<Option<String>, Refusal> {
    let Some(value) = request.0.get(name).filter(|value| !value.is_null()) else { return Ok(None) };
    let text = value.as_str().unwrap_or_default();
    if !(1..=128).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let reason = format!("{name} can only include alphanumeric and punctuation characters. 1 to 128 in length.");
        return Err(error::invalid_value(name, text, &reason));
    }
    Ok(Some(text.to_owned()))
}

/// <https://www.w3.org/TR/REC-xml/#charsets>
fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// The trace header among the message's system attributes.
fn own_trace(request: Request<'_>) -> Option<&str> {
    request.members("MessageSystemAttributes")?.get("AWSTraceHeader")?.get("StringValue")?.as_str()
}

fn answer(message: &Message, request: Request<'_>) -> Map<String, Value> {
    let mut answer = Map::new();
    answer.insert("MessageId".to_owned(), message.id.as_str().into());
    answer.insert("MD5OfMessageBody".to_owned(), digest::body(&message.body).into());
    if let Some(digest) = digest::attributes(&message.attributes) {
        answer.insert("MD5OfMessageAttributes".to_owned(), digest.into());
    }
    if let Some(sequence) = &message.sequence {
        answer.insert("SequenceNumber".to_owned(), sequence.as_str().into());
    }
    if let Some(trace) = own_trace(request) {
        let attribute = Attribute::text("String", trace);
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
