//! `PutEvents` as a function calls it, and what the developer sees of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{Client, Scratch, start, stream};
use serde_json::{Value, json as value};

/// The endpoint as functions find it.
async fn endpoint(service: &local::Service) -> String {
    let answer = service.invoke("watch", value!({ "rawPath": "/do/env" })).await.unwrap();
    let found = &common::json(answer["body"].as_str().unwrap())["AWS_ENDPOINT_URL_EVENTBRIDGE"];
    assert_eq!(*found, service.eventbridge_url());
    service.eventbridge_url()
}

async fn put(url: &str, entries: Value) -> (u16, Value) {
    let headers = "x-amz-target: AWSEvents.PutEvents\r\ncontent-type: application/x-amz-json-1.1\r\n";
    let answer = Client::new(url).request("POST", "/", headers, &value!({ "Entries": entries }).to_string()).await;
    assert_eq!(answer.headers["content-type"], "application/x-amz-json-1.1");
    (answer.status, answer.json())
}

fn entry(kind: &str) -> Value {
    value!({ "Source": "test", "DetailType": kind, "Detail": r#"{"secret":"s"}"#, "EventBusName": "things-bus" })
}

#[tokio::test]
async fn events_are_listed_newest_first_and_logged_without_their_detail() {
    let scratch = Scratch::new();
    let service = start(scratch.options(&stream(""))).await;
    let url = endpoint(&service).await;
    let bad = value!({ "Source": "test", "DetailType": "Bad", "Detail": "{" });
    let (status, answer) = put(&url, value!([entry("One"), bad, entry("Two")])).await;
    assert_eq!((status, &answer["FailedEntryCount"]), (200, &value!(1)));
    assert_eq!(answer["Entries"][1]["ErrorCode"], "MalformedDetail");

    let client = Client::new(&service.url());
    let listed = client.get("/_local/events").await.json();
    let kinds: Vec<&Value> = listed.as_array().unwrap().iter().map(|event| &event["detail-type"]).collect();
    assert_eq!(kinds, ["Two", "One"]);
    assert_eq!(listed[0]["detail"], value!({ "secret": "s" }));
    assert_eq!(
        (&listed[0]["id"], &listed[0]["event_bus_name"]),
        (&answer["Entries"][2]["EventId"], &value!("things-bus"))
    );
    for (query, count) in [("detail-type=One", 1), ("source=test", 2), ("source=other", 0), ("limit=1", 1)] {
        assert_eq!(
            client.get(&format!("/_local/events?{query}")).await.json().as_array().unwrap().len(),
            count,
            "{query}"
        );
    }
    assert_eq!(service.events().len(), 2);
    let lines = service.log_lines();
    assert!(
        lines.iter().any(|line| line.starts_with("bus One ")) && !lines.iter().any(|line| line.contains("secret")),
        "{lines:?}"
    );
    service.stop().await;
}

#[tokio::test]
async fn limits_and_unknown_operations_are_eventbridges_errors() {
    let scratch = Scratch::new();
    let service = start(scratch.options(&stream(""))).await;
    let url = endpoint(&service).await;
    let (status, answer) = put(&url, value!(vec![entry("x"); 11])).await;
    assert_eq!((status, &answer["__type"]), (400, &value!("ValidationException")));
    let mut large = entry("x");
    large["Detail"] = value!({ "a": "x".repeat(1024 * 1024) }).to_string().into();
    let (status, answer) = put(&url, value!([large])).await;
    assert_eq!(
        (status, &answer["message"]),
        (400, &value!("Total size of the entries in the request is over the limit."))
    );
    let answer = Client::new(&url).request("POST", "/", "x-amz-target: AWSEvents.PutRule\r\n", "{}").await;
    assert_eq!((answer.status, &answer.json()["__type"]), (400, &value!("UnknownOperationException")));
    assert!(service.events().is_empty());
    service.stop().await;
}
