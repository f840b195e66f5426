//! DynamoDB's protocol, without a valid signature.

use serde_json::{Value, json};

use super::{Answer, Client};

pub(crate) async fn call(url: &str, operation: &str, body: &Value) -> Answer {
    traced(url, operation, body, "").await
}

/// A call as an SDK sends it from an invocation with this trace header.
pub(crate) async fn traced(url: &str, operation: &str, body: &Value, trace: &str) -> Answer {
    let trace = if trace.is_empty() { String::new() } else { format!("x-amzn-trace-id: {trace}\r\n") };
    let headers = format!(
        "x-amz-target: DynamoDB_20120810.{operation}\r\ncontent-type: application/x-amz-json-1.0\r\n\
         x-amz-date: 20261122T080000Z\r\nauthorization: AWS4-HMAC-SHA256 Credential=a/20261122/r/dynamodb/aws4_request, \
         SignedHeaders=host, Signature=0\r\n{trace}"
    );
    Client::new(url).request("POST", "/", &headers, &body.to_string()).await
}

/// Puts an item that has a key and a number.
pub(crate) async fn put(url: &str, key: &str, number: i64) {
    let item = json!({ "pk": { "S": key }, "n": { "N": number.to_string() } });
    let answer = call(url, "PutItem", &json!({ "TableName": "things-dev-table", "Item": item })).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

pub(crate) async fn get(url: &str, key: &str) -> Value {
    let body = json!({ "TableName": "things-dev-table", "Key": { "pk": { "S": key } }, "ConsistentRead": true });
    call(url, "GetItem", &body).await.json()["Item"].take()
}
