//! A message in a function's event: <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event>.

use serde_json::{Map, Value, json};

use crate::aws::interface::message::{Attribute, AttributeValue, Received};
use crate::project::template::ACCOUNT;

pub(super) fn of(message: &Received, queue: &str, region: &str) -> Value {
    let attributes: Map<String, Value> =
        message.attributes.iter().map(|(name, attribute)| (name.clone(), shown(attribute))).collect();
    let mut record = json!({
        "messageId": message.id,
        "receiptHandle": message.receipt,
        "body": message.body,
        "attributes": message.system,
        "messageAttributes": attributes,
        "md5OfBody": message.digest,
        "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:{region}:{ACCOUNT}:{queue}"),
        "awsRegion": region,
    });
    if let Some(digest) = &message.attributes_digest {
        record["md5OfMessageAttributes"] = digest.as_str().into();
    }
    record
}

/// An attribute as Lambda spells it: not as SQS does.
fn shown(attribute: &Attribute) -> Value {
    let (name, value) = match &attribute.value {
        AttributeValue::Text(text) => ("stringValue", text),
        AttributeValue::Binary(text) => ("binaryValue", text),
    };
    json!({ name: value, "stringListValues": [], "binaryListValues": [], "dataType": attribute.data_type })
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use super::*;

    pub(in crate::aws::mapping) fn message(body: &str) -> Received {
        Received {
            id: "m-1".into(),
            receipt: "r-1".into(),
            body: body.into(),
            digest: "d".into(),
            system: [("ApproximateReceiveCount".to_owned(), "1".to_owned())].into(),
            attributes: BTreeMap::new(),
            attributes_digest: None,
            event: None,
            visible: i64::MAX,
            size: body.len(),
        }
    }

    #[test]
    fn the_shape_is_lambdas() {
        let binary = Attribute { data_type: "Binary".into(), value: AttributeValue::Binary("AAEC".into()) };
        let attributes = [("n".to_owned(), Attribute::text("Number", "7")), ("raw".to_owned(), binary)].into();
        let message = Received { attributes, attributes_digest: Some("x".into()), ..message("hello") };
        assert_eq!(
            of(&message, "jobs", "eu-central-1"),
            json!({
                "messageId": "m-1", "receiptHandle": "r-1", "body": "hello",
                "attributes": { "ApproximateReceiveCount": "1" },
                "messageAttributes": {
                    "n": { "stringValue": "7", "stringListValues": [], "binaryListValues": [], "dataType": "Number" },
                    "raw": { "binaryValue": "AAEC", "stringListValues": [], "binaryListValues": [], "dataType": "Binary" },
                },
                "md5OfMessageAttributes": "x", "md5OfBody": "d", "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:000000000000:jobs", "awsRegion": "eu-central-1",
            })
        );
    }
}
