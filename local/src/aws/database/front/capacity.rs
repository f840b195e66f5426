//! Consumed units of calls that do not ask for them: the page shows what each call costs.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ConsumedCapacity.html>

use axum::http::{HeaderMap, HeaderName, header};
use bytes::Bytes;
use serde_json::Value;

/// The member of a request that asks for them.
const ASK: &str = "ReturnConsumedCapacity";
/// The member of an answer that has them.
const CONSUMED: &str = "ConsumedCapacity";
/// The operations that can be asked.
const OPERATIONS: [&str; 10] = [
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "Scan",
    "TransactGetItems",
    "TransactWriteItems",
    "UpdateItem",
];
/// A checksum of the body, which DynamoDB sends and some SDKs compare.
const CHECKSUM: HeaderName = HeaderName::from_static("x-amz-crc32");

/// The request with the question for its units. `None` where its client has decided, or where there is nothing to ask.
pub(super) fn asking(operation: &str, asked: &Value) -> Option<Value> {
    let mut members = asked.as_object().filter(|members| !members.contains_key(ASK))?.clone();
    OPERATIONS.contains(&operation).then_some(())?;
    members.insert(ASK.to_owned(), "TOTAL".into());
    Some(Value::Object(members))
}

/// The answer as its client expects it: without the units.
pub(super) fn without(headers: &mut HeaderMap, body: Bytes) -> Bytes {
    let Ok(Value::Object(mut members)) = serde_json::from_slice(&body) else { return body };
    if members.remove(CONSUMED).is_none() {
        return body;
    }
    changed(headers);
    Value::Object(members).to_string().into()
}

/// Removes what the headers say of the body before.
pub(super) fn changed(headers: &mut HeaderMap) {
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(CHECKSUM);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_call_that_says_nothing_of_its_units_is_asked_for_them() {
        let asked = json!({ "TableName": "t", "Key": {} });
        let expected = json!({ "TableName": "t", "Key": {}, "ReturnConsumedCapacity": "TOTAL" });
        assert_eq!(asking("GetItem", &asked), Some(expected));
        assert_eq!(asking("DescribeTable", &asked), None);
        assert_eq!(asking("GetItem", &json!([])), None);
        for decided in ["NONE", "TOTAL", "INDEXES"] {
            assert_eq!(asking("GetItem", &json!({ "ReturnConsumedCapacity": decided })), None, "{decided}");
        }
    }

    #[test]
    fn the_client_gets_the_answer_that_it_would_have_got() {
        let headers = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_LENGTH, text.len().into());
            headers.insert(CHECKSUM, 1.into());
            headers
        };
        let text = r#"{"ConsumedCapacity":{"TableName":"t","CapacityUnits":0.5},"Item":{"n":{"N":"1.50"}}}"#;
        let mut given = headers(text);
        assert_eq!(without(&mut given, text.into()), r#"{"Item":{"n":{"N":"1.50"}}}"#);
        assert!(given.is_empty(), "{given:?}");
        for other in ["{}", "[1]", "no json", ""] {
            let mut given = headers(other);
            assert_eq!(without(&mut given, other.into()), other);
            assert_eq!(given.len(), 2);
        }
    }
}
