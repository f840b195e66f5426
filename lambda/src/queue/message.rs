//! One message of a queue, as a handler takes it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Queue;
use crate::{Failure, FromEvent, Timestamp, document};

/// A message of an SQS queue, with its body as `T`: the argument of a `#[handler(queue)]`.
///
/// A queue delivers at least once: a message can come again although it was handled.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message<T> {
    /// The body. Read from JSON, unless `T` is [`Text`].
    pub body: T,
    /// The id that SQS gave to the message, the same for every delivery. A message that was sent twice has two.
    pub id: String,
    /// The attributes that the sender gave to the message, by name.
    pub attributes: BTreeMap<String, MessageAttribute>,
    /// How often the message was received, this time included: 1 for the first time. SQS counts approximately.
    pub receives: u32,
    /// When the message was sent; the current time if the event does not say.
    pub sent: Timestamp,
    /// The `MessageGroupId`. Messages of one group are in order if the queue is a FIFO queue.
    pub group: Option<String>,
}

impl<T> Message<T> {
    /// A message that is received for the first time, for tests: without attributes and without a group, sent now.
    pub fn new(id: impl Into<String>, body: T) -> Self {
        Self { body, id: id.into(), attributes: BTreeMap::new(), receives: 1, sent: Timestamp::now(), group: None }
    }
}

/// An attribute that a sender gave to a message
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html>).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessageAttribute {
    /// `String`, `Number` or `Binary`; each may have a label of the sender's, such as `Number.cents`.
    pub data_type: String,
    /// The value.
    pub value: AttributeValue,
}

/// The value of a [`MessageAttribute`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeValue {
    /// Of a `String`, or of a `Number` as it is spelled.
    Text(String),
    /// Of a `Binary`.
    Binary(Vec<u8>),
}

impl MessageAttribute {
    /// An attribute of the type `String`.
    pub fn string(value: impl Into<String>) -> Self {
        Self { data_type: "String".to_owned(), value: AttributeValue::Text(value.into()) }
    }

    /// The value of a `String` or a `Number`.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            AttributeValue::Text(text) => Some(text),
            AttributeValue::Binary(_) => None,
        }
    }

    /// Reads it from SQS's event. `None` for one without a value, which SQS does not send.
    fn read(attribute: &Value) -> Option<Self> {
        let data_type = attribute["dataType"].as_str()?.to_owned();
        let value = match (attribute["stringValue"].as_str(), attribute["binaryValue"].as_str()) {
            (Some(text), _) => AttributeValue::Text(text.to_owned()),
            (None, Some(binary)) => AttributeValue::Binary(STANDARD.decode(binary).ok()?),
            (None, None) => return None,
        };
        Some(Self { data_type, value })
    }
}

/// A body that is taken as it is, and not read as JSON: `Message<Text>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(pub String);

/// A type that the body of a message can be read as: every `T: DeserializeOwned` from JSON, and [`Text`].
///
/// JSON is read as strictly as a request's body: a struct from an object only, and no member twice. A type with a
/// `serde_json::value::RawValue` gets that part of the text as it is, and is read by `serde_json`'s rules.
pub trait FromBody: Sized {
    /// Reads the body.
    ///
    /// # Errors
    /// When the body cannot be read, in words that do not contain any of it.
    fn from_body(body: String) -> Result<Self, Failure>;
}

impl<T: DeserializeOwned> FromBody for T {
    fn from_body(body: String) -> Result<Self, Failure> {
        document::read(&body).map_err(Failure::new)
    }
}

impl FromBody for Text {
    fn from_body(body: String) -> Result<Self, Failure> {
        Ok(Self(body))
    }
}

impl<T: FromBody> FromEvent<Queue> for Message<T> {
    /// Reads one of the event's records
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event>).
    fn from_event(mut record: Value) -> Result<Self, Failure> {
        let Some(Value::String(body)) = record.get_mut("body").map(Value::take) else {
            return Err(Failure::new("the message has no body"));
        };
        let attributes = record["messageAttributes"].as_object().into_iter().flatten();
        let attributes = attributes.filter_map(|(name, value)| Some((name.clone(), MessageAttribute::read(value)?)));
        let system = |name: &str| record["attributes"][name].as_str();
        let sent = system("SentTimestamp").and_then(|millis| Timestamp::from_millis(millis.parse().ok()?));
        Ok(Self {
            body: T::from_body(body)?,
            id: record["messageId"].as_str().unwrap_or_default().to_owned(),
            attributes: attributes.collect(),
            receives: system("ApproximateReceiveCount").map_or(1, count),
            sent: sent.unwrap_or_else(Timestamp::now),
            group: system("MessageGroupId").map(str::to_owned),
        })
    }
}

/// Reads a count of at least 1; one that is greater than all that fit is the greatest.
fn count(digits: &str) -> u32 {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { digits.parse().unwrap_or(u32::MAX).max(1) } else { 1 }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Order {
        seats: u8,
    }

    fn record(body: &str) -> Value {
        json!({
            "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
            "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...",
            "body": body,
            "attributes": {
                "ApproximateReceiveCount": "3",
                "SentTimestamp": "1795341600250",
                "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                "MessageGroupId": "room-1",
            },
            "messageAttributes": {
                "colour": { "stringValue": "blue", "dataType": "String", "stringListValues": [] },
                "price": { "stringValue": "1200", "dataType": "Number.cents" },
                "key": { "binaryValue": "AQI=", "dataType": "Binary" },
            },
            "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-2:123456789012:my-queue",
            "awsRegion": "us-east-2",
        })
    }

    #[test]
    fn a_message_has_all_that_its_record_has() {
        let message = Message::<Order>::from_event(record(r#"{"seats": 4}"#)).unwrap();
        assert_eq!(message.body, Order { seats: 4 });
        assert_eq!(message.id, "059f36b4-87a3-44ab-83d2-661975830a7d");
        assert_eq!((message.receives, message.sent.to_string().as_str()), (3, "2026-11-22T10:00:00.250Z"));
        assert_eq!(message.group.as_deref(), Some("room-1"));
        assert_eq!(message.attributes["colour"], MessageAttribute::string("blue"));
        assert_eq!(message.attributes["price"].as_str(), Some("1200"));
        assert_eq!(message.attributes["price"].data_type, "Number.cents");
        assert_eq!(message.attributes["key"].value, AttributeValue::Binary(vec![1, 2]));
    }

    #[test]
    fn a_body_of_text_is_taken_as_it_is() {
        for body in ["", "hello", "{\"seats\": 4", "\"a\""] {
            assert_eq!(Message::<Text>::from_event(record(body)).unwrap().body, Text(body.to_owned()));
        }
    }

    #[test]
    fn an_unreadable_body_is_told_by_its_place_alone() {
        for (body, fault) in [
            ("seats", "the body is not JSON: see line 1, byte 1"),
            (r#"{"seats": "secret"}"#, "/seats: must be an integer, not a string"),
            (r#"{"secret": 4}"#, "the whole value: lacks the member `seats`"),
            (r#"{"seats": 256}"#, "/seats: must be an integer from 0 to 255"),
            (r#"{"seats": 1, "seats": 2}"#, "/seats: is given twice"),
            ("[4]", "the whole value: must be an object, not an array"),
        ] {
            assert_eq!(Message::<Order>::from_event(record(body)).unwrap_err().to_string(), fault, "{body}");
        }
        for odd in [json!(null), json!(4), json!({ "seats": 4 })] {
            let mut record = record("");
            record["body"] = odd;
            assert_eq!(Message::<Order>::from_event(record).unwrap_err().to_string(), "the message has no body");
        }
    }

    #[test]
    fn a_receive_count_of_any_size_is_a_number() {
        for (written, receives) in [
            (json!("1"), 1),
            (json!("4294967296"), u32::MAX),
            (json!("99999999999999999999999999999999"), u32::MAX),
            (json!("0"), 1),
            (json!("-1"), 1),
            (json!(""), 1),
            (json!("many"), 1),
            (json!(1e300), 1),
            (json!(null), 1),
        ] {
            let mut record = record("{\"seats\": 1}");
            record["attributes"]["ApproximateReceiveCount"] = written.clone();
            assert_eq!(Message::<Order>::from_event(record).unwrap().receives, receives, "{written}");
        }
    }

    #[test]
    fn a_record_without_attributes_is_a_message_of_now() {
        let before = Timestamp::now();
        let message = Message::<Text>::from_event(json!({ "messageId": "1", "body": "a" })).unwrap();
        assert!(message.sent >= before);
        assert_eq!(message, Message { sent: message.sent, ..Message::new("1", Text("a".to_owned())) });
    }
}
