//! Rules of buses that call functions.

use std::collections::BTreeMap;

use crate::common::sqs::receive;
use crate::common::{Client, Scratch, eventually, eventually_async, json, start};
use local::{Options, Service};
use serde_json::{Value, json as value};

/// A function with `eventBridge` events, and one that a rule among the resources calls.
const TEMPLATE: &str = "
service: shop
provider: { name: aws }
functions:
  greet:
    handler: misbehave
    maximumRetryAttempts: 0
    destinations: { onSuccess: !GetAtt Done.Arn, onFailure: { type: sqs, arn: !GetAtt Failed.Arn } }
    environment: { NOTE_EVENTS: \"1\" }
    events:
      - eventBridge: { eventBus: !Ref Bus, pattern: { source: [test], detail-type: [Greeting] } }
      - eventBridge: { eventBus: own-bus, pattern: { source: [test] }, inputPath: $.detail }
      - eventBridge:
          pattern: { source: [test] }
          inputTransformer:
            inputPathsMap: { who: $.detail.who, n: '$.detail.list[1]' }
            inputTemplate: '{\"hello\": \"<who>!\", \"n\": <n>, \"rule\": <aws.events.rule-name>}'
      - eventBridge: { pattern: { source: [constant] }, input: { fixed: true } }
      - eventBridge: { pattern: { source: [test] }, enabled: false }
  listen:
    handler: misbehave
    onError: !GetAtt Failed.Arn
    maximumRetryAttempts: 0
    environment: { NOTE_EVENTS: \"1\" }
resources:
  Resources:
    Bus: { Type: AWS::Events::EventBus, Properties: { Name: shop-bus } }
    Done: { Type: AWS::SQS::Queue, Properties: { QueueName: done } }
    Failed: { Type: AWS::SQS::Queue, Properties: { QueueName: failed } }
    Rule:
      Type: AWS::Events::Rule
      Properties:
        Name: to-listen
        EventBusName: !Ref Bus
        EventPattern: { source: [other] }
        Targets: [{ Id: a, Arn: !GetAtt ListenLambdaFunction.Arn }]
";

fn options(scratch: &Scratch) -> Options {
    let text = |name: &str| scratch.path(name).to_str().unwrap().to_owned();
    let environment = BTreeMap::from([("NOTES".to_owned(), text("notes")), ("HEALED".to_owned(), text("healed"))]);
    Options { environment, ..scratch.options(TEMPLATE) }
}

async fn put(service: &Service, bus: &str, source: &str, detail: Value) -> String {
    let entry =
        value!({ "Source": source, "DetailType": "Greeting", "Detail": detail.to_string(), "EventBusName": bus });
    let headers = "x-amz-target: AWSEvents.PutEvents\r\ncontent-type: application/x-amz-json-1.1\r\n";
    let body = value!({ "Entries": [entry] }).to_string();
    let answer = Client::new(&service.eventbridge_url()).request("POST", "/", headers, &body).await.json();
    assert_eq!(answer["FailedEntryCount"], 0, "{answer}");
    answer["Entries"][0]["EventId"].as_str().unwrap().to_owned()
}

async fn event(scratch: &Scratch) -> Value {
    eventually("an event", || scratch.notes().iter().find_map(|line| line.strip_prefix("event ").map(json))).await
}

async fn message(service: &Service, queue: &str) -> Value {
    let asked = value!({ "MessageAttributeNames": ["All"] });
    eventually_async(queue, async || receive(service, queue, asked.clone()).await.pop()).await
}

#[tokio::test]
async fn a_rule_calls_its_function_with_the_event() {
    let scratch = Scratch::new();
    let service = start(options(&scratch)).await;
    assert_eq!(service.log_lines(), [""; 0], "all of the template runs");
    let id = put(&service, "shop-bus", "test", value!({ "who": "Ada" })).await;
    let mut seen = event(&scratch).await;
    assert!(seen["time"].take().is_string());
    assert_eq!(
        seen,
        value!({
            "version": "0", "id": id, "detail-type": "Greeting", "source": "test", "account": "000000000000",
            "time": null, "region": "us-east-1", "resources": [], "detail": { "who": "Ada" },
        })
    );
    let listed = Client::new(&service.url()).get("/_local/events").await.json();
    let target = value!({ "rule": "shop-dev-greet-rule-1", "function": "greet", "delivered": true, "error": null });
    assert_eq!(listed[0]["targets"], value!([target]));
    let record = json(message(&service, "done").await["Body"].as_str().unwrap());
    assert_eq!((&record["requestPayload"]["id"], &record["responsePayload"]), (&value!(id), &value!(true)));
    service.stop().await;
}

#[tokio::test]
async fn the_input_of_a_target_is_a_part_of_the_event_a_template_or_a_constant() {
    for (bus, source, expected) in [
        ("own-bus", "test", value!({ "who": "Ada", "list": [1, 2] })),
        ("default", "test", value!({ "hello": "Ada!", "n": 2, "rule": "shop-dev-greet-rule-3" })),
        ("default", "constant", value!({ "fixed": true })),
    ] {
        let scratch = Scratch::new();
        let service = start(options(&scratch)).await;
        put(&service, bus, source, value!({ "who": "Ada", "list": [1, 2] })).await;
        assert_eq!(event(&scratch).await, expected);
        service.stop().await;
    }
}

#[tokio::test]
async fn a_rule_among_the_resources_calls_a_function_by_its_logical_id() {
    let scratch = Scratch::new();
    let service = start(options(&scratch)).await;
    put(&service, "shop-bus", "other", value!({ "who": "Ada" })).await;
    assert_eq!(event(&scratch).await["detail"]["who"], "Ada");
    let functions = Client::new(&service.url()).get("/_local/functions").await.json();
    let callers = |key: &str| {
        functions.as_array().unwrap().iter().find(|function| function["key"] == key).unwrap()["callers"].clone()
    };
    assert_eq!(callers("listen"), value!(["events of bus shop-bus"]));
    assert_eq!(callers("greet"), value!(["events of bus default", "events of bus own-bus", "events of bus shop-bus"]));
    let triggers: BTreeMap<String, Vec<String>> = local::functions(&scratch.path("serverless.yml"), None)
        .unwrap()
        .into_iter()
        .map(|function| (function.name, function.triggers))
        .collect();
    assert_eq!((triggers["listen"].clone(), triggers["greet"].len()), (vec!["event".to_owned()], 4));
    service.stop().await;
}

#[tokio::test]
async fn an_event_that_is_given_up_goes_to_the_destination_or_the_dead_letters() {
    let scratch = Scratch::new();
    let service = start(options(&scratch)).await;
    let id = put(&service, "shop-bus", "test", value!({ "fail": true, "who": "Ada" })).await;
    let record = json(message(&service, "failed").await["Body"].as_str().unwrap());
    assert_eq!(record["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(
        record["requestContext"]["functionArn"],
        "arn:aws:lambda:us-east-1:000000000000:function:shop-dev-greet:$LATEST"
    );
    assert_eq!(
        (&record["requestPayload"]["id"], &record["responsePayload"]["errorType"]),
        (&value!(id), &value!("Sorry"))
    );
    service.stop().await;

    let scratch = Scratch::new();
    let service = start(options(&scratch)).await;
    let id = put(&service, "shop-bus", "other", value!({ "fail": true })).await;
    let letter = message(&service, "failed").await;
    assert_eq!(json(letter["Body"].as_str().unwrap())["id"], value!(id), "the event itself");
    assert_eq!(letter["MessageAttributes"]["ErrorMessage"]["StringValue"], "on purpose");
    let lines = service.log_lines();
    assert!(lines.iter().any(|line| line.contains("is given up: it has no attempt left")), "{lines:?}");
    service.stop().await;
}

#[tokio::test]
async fn what_a_rule_calls_is_a_part_of_the_trace_below_its_event() {
    let scratch = Scratch::new();
    let route = "  do: { handler: misbehave, events: [httpApi: 'ANY /do/{what}'] }\nresources:";
    let template = TEMPLATE.replacen("resources:", route, 1);
    let service = start(Options { environment: options(&scratch).environment, ..scratch.options(&template) }).await;
    let request = crate::common::traces::request(&service, "").await;
    let entry = value!({ "Source": "test", "DetailType": "Greeting", "Detail": "{}", "EventBusName": "shop-bus" });
    let headers = format!("x-amz-target: AWSEvents.PutEvents\r\nx-amzn-trace-id: {}\r\n", request.header);
    let body = value!({ "Entries": [entry] }).to_string();
    let answer = Client::new(&service.eventbridge_url()).request("POST", "/", &headers, &body).await.json();
    let spans = crate::common::traces::until(&service, &request, "rule", 1).await;
    assert_eq!((&spans[0]["name"], &spans[0]["parent"]), (&value!("greet"), &answer["Entries"][0]["EventId"]));
    service.stop().await;
}
