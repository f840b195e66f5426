//! Requests with their traces, and calls that are part of one.

use local::Service;
use serde_json::{Value, json as value};

use super::{Answer, Client, dynamodb, eventually_async, stream};

/// A function behind HTTP beside one that reads the table's stream.
pub(crate) fn template() -> String {
    let route = "functions:\n  do: { handler: misbehave, events: [httpApi: 'ANY /do/{what}'] }";
    stream("").replace("functions:", route)
}

/// A request, and the trace header that its function received.
pub(crate) struct Traced {
    pub id: String,
    pub header: String,
}

impl Traced {
    pub(crate) fn segment(&self) -> &str {
        self.header.split(';').find_map(|part| part.strip_prefix("Parent=")).unwrap()
    }
}

pub(crate) async fn request(service: &Service, headers: &str) -> Traced {
    let answer = Client::new(&service.url()).request("GET", "/do/context", headers, "").await;
    let context: Vec<String> = serde_json::from_str(&answer.body).unwrap();
    let header = context.iter().find_map(|line| line.strip_prefix("lambda-runtime-trace-id: ")).unwrap();
    Traced { id: answer.headers["apigw-requestid"].clone(), header: header.to_owned() }
}

pub(crate) async fn spans(service: &Service, request: &Traced) -> Vec<Value> {
    let details = Client::new(&service.url()).get(&format!("/_local/requests/{}", request.id)).await.json();
    details["spans"].as_array().unwrap().clone()
}

pub(crate) fn of_kind<'a>(spans: &'a [Value], kind: &str) -> Vec<&'a Value> {
    spans.iter().filter(|span| span["kind"] == kind).collect()
}

/// Waits for the spans of this kind, at least so many.
pub(crate) async fn until(service: &Service, request: &Traced, kind: &str, count: usize) -> Vec<Value> {
    eventually_async(kind, async || {
        let spans = spans(service, request).await;
        let found: Vec<Value> = of_kind(&spans, kind).into_iter().cloned().collect();
        (found.len() >= count).then_some(found)
    })
    .await
}

pub(crate) async fn write(service: &Service, trace: &str, operation: &str, body: Value) -> Answer {
    dynamodb::traced(&service.dynamodb_url(), operation, &body, trace).await
}

pub(crate) fn item(key: &str, n: u64) -> Value {
    value!({ "TableName": "things-dev-table", "Item": { "pk": { "S": key }, "t": { "S": format!("text of {n}") } } })
}
