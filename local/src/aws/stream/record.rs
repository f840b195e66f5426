//! Converts a stream record to the event that Lambda passes on:
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html#events-sample-dynamodb>.

use serde_json::{Value, json};

use crate::aws::interface::digest;
use crate::aws::interface::invoke::Origin;

/// A record of a stream.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub sequence_number: String,
    /// Epoch seconds.
    pub created: f64,
    /// The record in a function's event.
    pub event: Value,
    /// Its length as JSON.
    pub size: usize,
    pub origin: Origin,
}

impl Record {
    /// `None` for an update that changes nothing: DynamoDB writes no record of it.
    pub(super) fn read(raw: &Value, region: &str, stream_arn: &str) -> Option<Self> {
        let source = &raw["dynamodb"];
        if let (Some(old), Some(new)) = (source.get("OldImage"), source.get("NewImage"))
            && old == new
        {
            return None;
        }
        let created = source["ApproximateCreationDateTime"].as_f64().unwrap_or_default();
        let mut dynamodb = source.clone();
        dynamodb["ApproximateCreationDateTime"] = whole(created);
        let mut event = json!({
            "eventID": raw["eventID"],
            "eventName": raw["eventName"],
            "eventVersion": raw["eventVersion"],
            "eventSource": "aws:dynamodb",
            "awsRegion": region,
            "dynamodb": dynamodb,
            "eventSourceARN": stream_arn,
        });
        if let Some(identity) = raw.get("userIdentity").filter(|identity| identity.is_object()) {
            // The Streams API capitalizes these two members, Lambda does not.
            let member = |lambda: &str, api: &str| identity.get(lambda).or_else(|| identity.get(api)).cloned();
            event["userIdentity"] =
                json!({ "type": member("type", "Type"), "principalId": member("principalId", "PrincipalId") });
        }
        let sequence_number = source["SequenceNumber"].as_str()?.to_owned();
        let size = event.to_string().len();
        Some(Self { sequence_number, created, event, size, origin: Origin::default() })
    }
}

/// The origin of a record of which the writer is known.
pub(super) fn origin(writer: Option<String>, raw: &Value) -> Origin {
    let source = &raw["dynamodb"];
    Origin { writer, texts: digest::texts([&source["Keys"], &source["NewImage"], &source["OldImage"]]) }
}

/// Whole seconds as an integer, as Lambda writes them.
fn whole(seconds: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "a time in seconds is far from the bounds")]
    if seconds.fract() == 0.0 { Value::from(seconds as i64) } else { Value::from(seconds) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(old: &Value, new: &Value) -> Value {
        json!({
            "eventID": "e", "eventName": "MODIFY", "eventVersion": "1.1", "awsRegion": "elsewhere",
            "dynamodb": {
                "Keys": { "pk": { "S": "a" } }, "OldImage": old, "NewImage": new, "SequenceNumber": "100000000000000000001",
                "SizeBytes": 10, "StreamViewType": "NEW_AND_OLD_IMAGES", "ApproximateCreationDateTime": 1_795_334_400.0,
            },
            "userIdentity": { "Type": "Service", "PrincipalId": "dynamodb.amazonaws.com" },
        })
    }

    #[test]
    fn the_shape_is_lambdas() {
        let raw = raw(&json!({ "a": { "N": "1" } }), &json!({ "a": { "N": "2" } }));
        let record = Record::read(&raw, "eu-central-1", "arn:x").unwrap();
        assert_eq!(record.event["userIdentity"], json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" }));
        assert_eq!(record.event["eventSourceARN"], "arn:x");
        assert_eq!(record.event["awsRegion"], "eu-central-1");
        assert_eq!(record.event["dynamodb"]["ApproximateCreationDateTime"].to_string(), "1795334400");
        assert_eq!(record.event["dynamodb"]["NewImage"], json!({ "a": { "N": "2" } }));
        assert_eq!(record.sequence_number, "100000000000000000001");
    }

    #[test]
    fn an_update_that_changed_nothing_is_no_record() {
        let image = json!({ "a": { "N": "1" } });
        assert!(Record::read(&raw(&image, &image), "r", "arn:x").is_none());
    }
}
