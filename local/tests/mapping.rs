//! Event source mappings of queues, from a message to the function.

use crate::common::mapping::{all_seen, batches, emptied, options, queue, seen, send_all, template};
use crate::common::sqs::{call, send, url};
use crate::common::{Scratch, eventually, eventually_async, start};
use local::Options;
use serde_json::json as value;

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
