//! A function that reads a queue, and what it did with the messages.

use std::collections::BTreeMap;

use local::{Options, Service};
use serde_json::{Value, json as value};

use super::sqs::{call, url};
use super::{Client, Scratch, eventually, eventually_async, json};

/// A function that reads the queue `jobs`. `settings` are further members of the event.
pub(crate) fn template(settings: &str) -> String {
    format!(
        "
service: shop
provider: {{ name: aws, timeout: 2 }}
functions:
  work:
    handler: misbehave
    events:
      - sqs: {{ arn: !GetAtt Jobs.Arn, functionResponseType: ReportBatchItemFailures{settings} }}
  do: {{ handler: misbehave, events: [httpApi: 'ANY /do/{{what}}'] }}
resources:
  Resources:
    Jobs:
      Type: AWS::SQS::Queue
      Properties:
        QueueName: jobs
        VisibilityTimeout: 2
        RedrivePolicy: {{ deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 2 }}
    Dead: {{ Type: AWS::SQS::Queue, Properties: {{ QueueName: dead }} }}
"
    )
}

pub(crate) fn options(scratch: &Scratch, settings: &str) -> Options {
    let text = |name: &str| scratch.path(name).to_str().unwrap().to_owned();
    let environment = BTreeMap::from([("NOTES".to_owned(), text("notes")), ("HEALED".to_owned(), text("healed"))]);
    Options { environment, ..scratch.options(&template(settings)) }
}

/// The messages that the function processed, in order.
pub(crate) fn seen(scratch: &Scratch) -> Vec<Value> {
    scratch.notes().iter().filter_map(|line| line.strip_prefix("seen ").map(json)).collect()
}

pub(crate) fn seen_bodies(scratch: &Scratch) -> Vec<String> {
    let mut bodies: Vec<String> =
        seen(scratch).iter().map(|record| record["body"].as_str().unwrap().to_owned()).collect();
    bodies.sort();
    bodies
}

pub(crate) async fn all_seen(scratch: &Scratch, expected: &[&str]) {
    eventually(&format!("{expected:?}"), || (seen_bodies(scratch) == expected).then_some(())).await;
}

pub(crate) fn batches(scratch: &Scratch) -> Vec<String> {
    scratch.notes().iter().filter_map(|line| line.strip_prefix("batch ").map(ToOwned::to_owned)).collect()
}

pub(crate) async fn queue(service: &Service, name: &str) -> Value {
    let queues = Client::new(&service.url()).get("/_local/queues").await.json();
    queues.as_array().unwrap().iter().find(|queue| queue["name"] == name).unwrap().clone()
}

/// Waits until the queue has no message.
pub(crate) async fn emptied(service: &Service, name: &str) {
    eventually_async("an empty queue", async || {
        queue(service, name).await["messages"].as_array().unwrap().is_empty().then_some(())
    })
    .await;
}

pub(crate) async fn send_all(service: &Service, bodies: &[&str]) {
    let entries: Vec<Value> = bodies
        .iter()
        .enumerate()
        .map(|(index, body)| value!({ "Id": index.to_string(), "MessageBody": body }))
        .collect();
    let answer =
        call(service, "SendMessageBatch", value!({ "QueueUrl": url(service, "jobs"), "Entries": entries })).await;
    assert_eq!(answer.json()["Failed"], value!([]), "{answer:?}");
}
