//! `PutEvents` from a function, and the list of events.

use crate::common::sqs::receive;
use crate::common::{Client, Scratch, start, stream};
use serde_json::{Value, json as value};

/// The endpoint in the function's environment.
async fn endpoint(service: &local::Service) -> String {
    let answer = service.invoke("watch", value!({ "rawPath": "/do/env" })).await.unwrap();
    let found = &crate::common::json(answer["body"].as_str().unwrap())["AWS_ENDPOINT_URL_EVENTBRIDGE"];
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
    let answer = Client::new(&url).request("POST", "/", "x-amz-target: AWSEvents.PutEvents\r\n", "not json").await;
    assert_eq!((answer.status, &answer.json()["__type"]), (400, &value!("SerializationException")));
    let answer = Client::new(&url).request("POST", "/", "", "{}").await;
    assert_eq!((answer.status, &answer.json()["__type"]), (400, &value!("UnknownOperationException")));
    assert!(service.events().is_empty());
    service.stop().await;
}

#[tokio::test]
async fn rules_bring_events_to_queues_as_eventbridge_sends_them() {
    let rules = "resources:
  Resources:
    Orders: { Type: AWS::SQS::Queue, Properties: { QueueName: orders } }
    Parts: { Type: AWS::SQS::Queue, Properties: { QueueName: parts } }
    Off:
      Type: AWS::Events::Rule
      Properties: { State: DISABLED, EventPattern: { source: [test] }, Targets: [{ Id: a, Arn: !GetAtt Orders.Arn }] }
    Matching:
      Type: AWS::Events::Rule
      Properties:
        Name: matching
        EventBusName: !Ref Bus
        EventPattern:
          source: [test]
          detail-type: [{ prefix: Order }]
          detail: { amount: [{ numeric: ['>', 10] }], $or: [{ kind: [{ anything-but: test }] }, { forced: [{ exists: true }] }] }
        Targets:
          - { Id: a, Arn: !GetAtt Orders.Arn }
          - { Id: b, Arn: !GetAtt Parts.Arn, InputPath: $.detail.amount }
          - { Id: c, Arn: !GetAtt Parts.Arn, Input: '{\"x\":1}' }
          - { Id: d, Arn: !GetAtt OtherLambdaFunction.Arn }
    Other:
      Type: AWS::Events::Rule
      Properties: { EventPattern: { source: [test] }, Targets: [{ Id: a, Arn: !GetAtt Orders.Arn }] }";
    let scratch = Scratch::new();
    let service = start(scratch.options(&stream("").replace("resources:\n  Resources:", rules))).await;
    let notice = "local the rule `matching` does not reach its target `d` on one machine: it is no queue and no function of the template";
    assert_eq!(service.log_lines(), [notice]);
    let entry = |kind: &str, detail: Value| value!({ "Source": "test", "DetailType": kind, "Detail": detail.to_string(), "EventBusName": "things-bus", "Resources": ["arn:x"], "TraceHeader": "Root=1" });
    let (_, answer) = put(
        &service.eventbridge_url(),
        value!([
            entry("OrderPaid", value!({ "amount": 11, "kind": "real" })),
            entry("OrderPaid", value!({ "amount": 10, "kind": "real" })),
            entry("OrderPaid", value!({ "amount": 11, "kind": "test" })),
            entry("OrderPaid", value!({ "amount": 12, "kind": "test", "forced": 1 })),
            entry("Sold", value!({ "amount": 11, "kind": "real" })),
        ]),
    )
    .await;
    let orders =
        receive(&service, "orders", value!({ "MaxNumberOfMessages": 10, "AttributeNames": ["AWSTraceHeader"] })).await;
    assert_eq!(orders.len(), 2, "{orders:?}");
    assert_eq!(orders[0]["Attributes"]["AWSTraceHeader"], "Root=1");
    let mut event = crate::common::json(orders[0]["Body"].as_str().unwrap());
    assert!(event["time"].take().as_str().unwrap().ends_with('Z'));
    assert_eq!(
        event,
        value!({
            "version": "0", "id": answer["Entries"][0]["EventId"], "detail-type": "OrderPaid", "source": "test",
            "account": "000000000000", "time": null, "region": "us-east-1", "resources": ["arn:x"],
            "detail": { "amount": 11, "kind": "real" },
        })
    );
    let parts = receive(&service, "parts", value!({ "MaxNumberOfMessages": 10 })).await;
    assert_eq!(crate::common::sqs::bodies(&parts), ["11", r#"{"x":1}"#, "12", r#"{"x":1}"#]);
    service.stop().await;
}
