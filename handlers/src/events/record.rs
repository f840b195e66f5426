//! A record of the table's stream, as Lambda sends it (<https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>).

use serde::Deserialize;
use serde_dynamo::Item;
use serde_json::Value;

use crate::booking::Timestamp;

/// The parts of a record that are used.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    pub(super) event_name: String,
    pub(super) dynamodb: Change,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Change {
    #[serde(default)]
    pub(super) keys: Item,
    #[serde(default)]
    pub(super) old_image: Option<Item>,
    #[serde(default)]
    pub(super) new_image: Option<Item>,
}

/// The sequence number. A record that cannot be decoded should have one, too.
pub(super) fn sequence(record: &Value) -> Option<&str> {
    record.pointer("/dynamodb/SequenceNumber").and_then(Value::as_str).filter(|number| !number.is_empty())
}

/// The seconds between the change and `now`.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of four-digit years are exact")]
pub(super) fn age(record: &Value, now: Timestamp) -> Option<f64> {
    let made = record.pointer("/dynamodb/ApproximateCreationDateTime").and_then(Value::as_f64)?;
    Some(now.millis() as f64 / 1000.0 - made)
}
