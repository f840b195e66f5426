//! Event source mappings of queues, from a message to the function.

use std::collections::BTreeMap;

use crate::common::sqs::{bodies, call, receive, send, url};
use crate::common::{Client, Scratch, eventually, eventually_async, eventually_start, json, start};
use local::{Data, Options, Service};
use serde_json::{Value, json as value};

/// A function that reads the queue `jobs`. `settings` are further members of the event.
fn template(settings: &str) -> String {
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

fn options(scratch: &Scratch, settings: &str) -> Options {
    let text = |name: &str| scratch.path(name).to_str().unwrap().to_owned();
    let environment = BTreeMap::from([("NOTES".to_owned(), text("notes")), ("HEALED".to_owned(), text("healed"))]);
    Options { environment, ..scratch.options(&template(settings)) }
}

/// The messages that the function processed, in order.
fn seen(scratch: &Scratch) -> Vec<Value> {
    scratch.notes().iter().filter_map(|line| line.strip_prefix("seen ").map(json)).collect()
}

fn seen_bodies(scratch: &Scratch) -> Vec<String> {
    let mut bodies: Vec<String> =
        seen(scratch).iter().map(|record| record["body"].as_str().unwrap().to_owned()).collect();
    bodies.sort();
    bodies
}

async fn all_seen(scratch: &Scratch, expected: &[&str]) {
    eventually(&format!("{expected:?}"), || (seen_bodies(scratch) == expected).then_some(())).await;
}

fn batches(scratch: &Scratch) -> Vec<String> {
    scratch.notes().iter().filter_map(|line| line.strip_prefix("batch ").map(ToOwned::to_owned)).collect()
}

async fn queue(service: &Service, name: &str) -> Value {
    let queues = Client::new(&service.url()).get("/_local/queues").await.json();
    queues.as_array().unwrap().iter().find(|queue| queue["name"] == name).unwrap().clone()
}

/// Waits until the queue has no message.
async fn emptied(service: &Service, name: &str) {
    eventually_async("an empty queue", async || {
        queue(service, name).await["messages"].as_array().unwrap().is_empty().then_some(())
    })
    .await;
}

async fn send_all(service: &Service, bodies: &[&str]) {
    let entries: Vec<Value> = bodies
        .iter()
        .enumerate()
        .map(|(index, body)| value!({ "Id": index.to_string(), "MessageBody": body }))
        .collect();
    let answer =
        call(service, "SendMessageBatch", value!({ "QueueUrl": url(service, "jobs"), "Entries": entries })).await;
    assert_eq!(answer.json()["Failed"], value!([]), "{answer:?}");
}

#[tokio::test]
async fn a_message_arrives_in_lambdas_shape_and_is_deleted() {
    let scratch = Scratch::new();
    let service = start(options(&scratch, "")).await;
    let message = value!({
        "QueueUrl": url(&service, "jobs"), "MessageBody": "hello", "MessageGroupId": "tenant-1",
        "MessageAttributes": { "kind": { "DataType": "String", "StringValue": "a" } },
        "MessageSystemAttributes": { "AWSTraceHeader": { "DataType": "String", "StringValue": "Root=1" } },
    });
    let sent = call(&service, "SendMessage", message).await.json();
    all_seen(&scratch, &["hello"]).await;
    let record = &seen(&scratch)[0];
    assert_eq!((&record["messageId"], &record["md5OfBody"]), (&sent["MessageId"], &sent["MD5OfMessageBody"]));
    assert_eq!(record["md5OfMessageAttributes"], sent["MD5OfMessageAttributes"]);
    assert_eq!(record["eventSource"], "aws:sqs");
    assert_eq!(record["eventSourceARN"], "arn:aws:sqs:us-east-1:000000000000:jobs");
    assert_eq!(record["messageAttributes"]["kind"]["stringValue"], "a");
    let attributes = &record["attributes"];
    assert_eq!(
        (&attributes["ApproximateReceiveCount"], &attributes["AWSTraceHeader"]),
        (&value!("1"), &value!("Root=1"))
    );
    assert_eq!(attributes["MessageGroupId"], "tenant-1", "fair queues pass it on");
    assert!(attributes["SentTimestamp"].as_str().unwrap().parse::<i64>().is_ok());
    emptied(&service, "jobs").await;
    assert!(!service.log_lines().iter().any(|line| line.contains("hello")), "never the body");
    service.stop().await;
}

#[tokio::test]
async fn a_window_gathers_a_batch_and_its_size_ends_it() {
    let scratch = Scratch::new();
    let service = start(options(&scratch, ", batchSize: 3, maximumBatchingWindow: 300")).await;
    send(&service, "jobs", "a").await;
    send(&service, "jobs", "b").await;
    assert!(batches(&scratch).is_empty());
    send(&service, "jobs", "c").await;
    all_seen(&scratch, &["a", "b", "c"]).await;
    assert_eq!(batches(&scratch), ["a b c"]);
    service.stop().await;
}

#[tokio::test]
async fn only_the_messages_that_failed_come_again_and_then_are_dead_letters() {
    let scratch = Scratch::new();
    let service = start(options(&scratch, ", batchSize: 10, maximumBatchingWindow: 1")).await;
    send_all(&service, &["a", "fail-1", "b"]).await;
    all_seen(&scratch, &["a", "b"]).await;
    let dead = eventually_async("a dead letter", async || {
        let messages = queue(&service, "dead").await["messages"].as_array().unwrap().clone();
        (!messages.is_empty()).then_some(messages)
    })
    .await;
    assert_eq!((&dead[0]["body"], &dead[0]["source"]), (&value!("fail-1"), &value!("jobs")));
    let tries: Vec<String> = batches(&scratch).into_iter().filter(|batch| batch.contains("fail-1")).collect();
    assert_eq!(tries.len(), 2, "as often as the redrive policy says: {tries:?}");
    all_seen(&scratch, &["a", "b"]).await;
    emptied(&service, "jobs").await;
    service.stop().await;
}

#[tokio::test]
async fn an_invocation_that_fails_leaves_its_whole_batch() {
    for how in ["error", "crash", "answer:no json", r#"answer:{"batchItemFailures":[{"itemIdentifier":"unknown"}]}"#] {
        let scratch = Scratch::new();
        let service = start(options(&scratch, ", maximumBatchingWindow: 1")).await;
        send_all(&service, &["a", how]).await;
        eventually("a failure", || {
            let failed = |line: &String| line.contains("2 of 2 messages of jobs failed in work: ");
            service.log_lines().iter().any(failed).then_some(())
        })
        .await;
        assert!(seen(&scratch).is_empty(), "{how}");
        std::fs::write(scratch.path("healed"), "").unwrap();
        all_seen(&scratch, &["a", how]).await;
        emptied(&service, "jobs").await;
        service.stop().await;
    }
}

#[tokio::test]
async fn without_a_report_all_messages_of_an_answer_are_done() {
    let scratch = Scratch::new();
    let template =
        template(", maximumBatchingWindow: 1").replace(", functionResponseType: ReportBatchItemFailures", "");
    let service = start(Options { environment: options(&scratch, "").environment, ..scratch.options(&template) }).await;
    send_all(&service, &["a", "fail-1"]).await;
    all_seen(&scratch, &["a"]).await;
    emptied(&service, "jobs").await;
    assert!(queue(&service, "dead").await["messages"].as_array().unwrap().is_empty());
    service.stop().await;
}

#[tokio::test]
async fn a_message_that_its_function_hides_and_reports_stays_hidden() {
    let scratch = Scratch::new();
    let service = start(options(&scratch, "")).await;
    send(&service, "jobs", "hide").await;
    eventually("it is hidden", || scratch.notes().contains(&"hidden 200".to_owned()).then_some(())).await;
    eventually("its failure", || {
        service.log_lines().iter().any(|line| line.contains("1 of 1 messages of jobs failed")).then_some(())
    })
    .await;
    let message = &queue(&service, "jobs").await["messages"][0];
    let visible: chrono::DateTime<chrono::Utc> = message["visible_at"].as_str().unwrap().parse().unwrap();
    let sent: chrono::DateTime<chrono::Utc> = message["sent"].as_str().unwrap().parse().unwrap();
    assert!((visible - sent).num_seconds() >= 60, "{message}");
    service.stop().await;
}

#[tokio::test]
async fn messages_that_no_filter_matches_are_deleted_unseen() {
    let scratch = Scratch::new();
    let service = start(options(&scratch, ", filterPatterns: [{ body: { kind: [yes] } }]")).await;
    send_all(&service, &[r#"{"kind":"no"}"#, "plain", r#"{"kind":"yes"}"#]).await;
    all_seen(&scratch, &[r#"{"kind":"yes"}"#]).await;
    emptied(&service, "jobs").await;
    assert_eq!(batches(&scratch).len(), 1);
    service.stop().await;
}

#[tokio::test]
async fn no_more_batches_are_under_way_than_the_maximum_concurrency() {
    let scratch = Scratch::new();
    let settings = ", batchSize: 1, maximumConcurrency: 2";
    let template = template(settings)
        .replace("VisibilityTimeout: 2", "VisibilityTimeout: 60")
        .replace("timeout: 2", "timeout: 30");
    let service = start(Options { environment: options(&scratch, "").environment, ..scratch.options(&template) }).await;
    send_all(&service, &["wait-1", "wait-2", "wait-3"]).await;
    eventually("two batches", || (batches(&scratch).len() == 2).then_some(())).await;
    let counts = queue(&service, "jobs").await["counts"].clone();
    assert_eq!((&counts["in_flight"], &counts["visible"]), (&value!(2), &value!(1)));
    std::fs::write(scratch.path("healed"), "").unwrap();
    all_seen(&scratch, &["wait-1", "wait-2", "wait-3"]).await;
    service.stop().await;
}

#[tokio::test]
async fn a_batch_of_a_killed_function_comes_again() {
    let scratch = Scratch::new();
    let service = start(options(&scratch, "")).await;
    send(&service, "jobs", "wait").await;
    eventually("it is received", || (batches(&scratch).len() == 1).then_some(())).await;
    service.kill("work");
    std::fs::write(scratch.path("healed"), "").unwrap();
    all_seen(&scratch, &["wait"]).await;
    emptied(&service, "jobs").await;
    service.stop().await;
}

#[tokio::test]
async fn a_batch_that_the_end_of_the_service_interrupts_comes_again_at_the_next_start() {
    let scratch = Scratch::new();
    let data = Data::Directory(scratch.path("data"));
    let template =
        template("").replace("VisibilityTimeout: 2", "VisibilityTimeout: 3600").replace("timeout: 2", "timeout: 60");
    let environment = options(&scratch, "").environment;
    let options = Options { data, environment, ..scratch.options(&template) };
    let service = start(options.clone()).await;
    send(&service, "jobs", "wait").await;
    eventually("it is received", || (batches(&scratch).len() == 1).then_some(())).await;
    service.stop().await;
    std::fs::write(scratch.path("healed"), "").unwrap();
    let service = eventually_start(&options).await;
    all_seen(&scratch, &["wait"]).await;
    assert_eq!(seen(&scratch)[0]["attributes"]["ApproximateReceiveCount"], "2");
    emptied(&service, "jobs").await;
    service.stop().await;
}

#[tokio::test]
async fn a_template_that_changes_ends_and_begins_mappings_and_loses_no_message() {
    let scratch = Scratch::new();
    let service = start(Options { watch: true, ..options(&scratch, "") }).await;
    let serve = async |text: &str| {
        let lines = service.log_lines().len();
        std::fs::write(scratch.path("serverless.yml"), text).unwrap();
        eventually("it is served", || {
            service.log_lines().iter().skip(lines).any(|line| line.starts_with("local served after")).then_some(())
        })
        .await;
    };
    send(&service, "jobs", "a").await;
    all_seen(&scratch, &["a"]).await;
    serve(&template(", enabled: false")).await;
    send(&service, "jobs", "b").await;
    assert_eq!(queue(&service, "jobs").await["readers"], value!([]));
    assert_eq!(
        bodies(&receive(&service, "jobs", value!({ "VisibilityTimeout": 0 })).await),
        ["b"],
        "no function reads it"
    );
    serve(&template(", batchSize: 1")).await;
    all_seen(&scratch, &["a", "b"]).await;
    emptied(&service, "jobs").await;
    service.stop().await;
}

#[tokio::test]
async fn the_page_names_who_reads_a_queue_and_what_calls_a_function() {
    let scratch = Scratch::new();
    let service = start(options(&scratch, "")).await;
    assert_eq!(queue(&service, "jobs").await["readers"], value!(["work"]));
    let functions = Client::new(&service.url()).get("/_local/functions").await.json();
    let work = functions.as_array().unwrap().iter().find(|function| function["key"] == "work").unwrap();
    assert_eq!(work["callers"], value!(["queue jobs"]));
    service.stop().await;
}

#[tokio::test]
async fn a_batch_is_a_part_of_the_trace_of_the_request_that_sent_its_message() {
    let scratch = Scratch::new();
    let service = start(options(&scratch, "")).await;
    let request = crate::common::traces::request(&service, "").await;
    let message = value!({
        "QueueUrl": url(&service, "jobs"), "MessageBody": "hello",
        "MessageSystemAttributes": { "AWSTraceHeader": { "DataType": "String", "StringValue": request.header } },
    });
    assert_eq!(call(&service, "SendMessage", message).await.status, 200);
    let spans = crate::common::traces::until(&service, &request, "queue", 1).await;
    assert_eq!((&spans[0]["name"], &spans[0]["parent"]), (&value!("work"), &value!(request.segment())));
    assert_eq!((&spans[0]["detail"]["queue"], &spans[0]["detail"]["messages"]), (&value!("jobs"), &value!(1)));
    service.stop().await;
}
