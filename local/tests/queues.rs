//! SQS, as clients and functions use it, and the list of messages.

use std::time::{Duration, Instant};

use crate::common::sqs::{QUEUES, bodies, call, receive, send, url, waiting};
use crate::common::{Answer, Client, Scratch, start};
use local::{Data, Options, Service};
use serde_json::{Value, json as value};

fn kind(answer: &Answer) -> (u16, String, String) {
    let kind = answer.json()["__type"].as_str().unwrap().rsplit('#').next().unwrap().to_owned();
    (answer.status, kind, answer.headers.get("x-amzn-query-error").cloned().unwrap_or_default())
}

#[tokio::test]
async fn functions_find_queues_and_their_messages_arrive() {
    let scratch = Scratch::new();
    let service = start(scratch.options(QUEUES)).await;
    let answer = service.invoke("do", value!({ "rawPath": "/do/env" })).await.unwrap();
    let environment = crate::common::json(answer["body"].as_str().unwrap());
    assert_eq!(environment["AWS_ENDPOINT_URL_SQS"], service.sqs_url());
    assert_eq!(environment["QUEUE"], url(&service, "jobs"), "what a `Ref` is");

    let found = call(&service, "GetQueueUrl", value!({ "QueueName": "jobs" })).await.json();
    assert_eq!(found["QueueUrl"], url(&service, "jobs"));
    let all = call(&service, "ListQueues", value!({})).await.json();
    assert_eq!(all["QueueUrls"], value!([url(&service, "dead"), url(&service, "jobs"), url(&service, "late")]));
    let some = call(&service, "ListQueues", value!({ "QueueNamePrefix": "x" })).await;
    assert_eq!(some.body, "{}");

    let attributes = value!({
        "kind": { "DataType": "String", "StringValue": "a" }, "size": { "DataType": "Number", "StringValue": "7" },
        "raw": { "DataType": "Binary", "BinaryValue": "AAEC" },
    });
    let message =
        value!({ "QueueUrl": url(&service, "jobs"), "MessageBody": "hello", "MessageAttributes": attributes });
    let sent = call(&service, "SendMessage", message).await;
    assert_eq!((sent.status, sent.headers["content-type"].as_str()), (200, "application/x-amz-json-1.0"));
    let sent = sent.json();
    assert_eq!(sent["MD5OfMessageBody"], "5d41402abc4b2a76b9719d911017c592");
    let asked = value!({ "MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"] });
    let received = receive(&service, "jobs", asked).await;
    assert_eq!((&received[0]["MessageId"], &received[0]["Body"]), (&sent["MessageId"], &value!("hello")));
    assert_eq!(received[0]["MD5OfMessageAttributes"], sent["MD5OfMessageAttributes"]);
    assert_eq!(received[0]["MessageAttributes"], attributes);
    assert_eq!(received[0]["Attributes"]["ApproximateReceiveCount"], "1");

    let line = format!("queue message {} to jobs", sent["MessageId"].as_str().unwrap());
    assert_eq!(service.log_lines().iter().filter(|seen| **seen == line).count(), 1);
    assert!(!service.log_lines().iter().any(|line| line.contains("hello")), "never the body");
    service.stop().await;
}

#[tokio::test]
async fn what_is_received_is_hidden_until_it_is_deleted_or_shown_again() {
    let scratch = Scratch::new();
    let service = start(scratch.options(QUEUES)).await;
    let entries = value!([{ "Id": "1", "MessageBody": "a" }, { "Id": "2", "MessageBody": "b" }, { "Id": "3", "MessageBody": "\u{1}" }]);
    let batch = value!({ "QueueUrl": url(&service, "jobs"), "Entries": entries });
    let answer = call(&service, "SendMessageBatch", batch).await.json();
    assert_eq!(answer["Successful"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&answer["Failed"][0]["Id"], &answer["Failed"][0]["Code"]),
        (&value!("3"), &value!("InvalidMessageContents"))
    );

    let received = receive(&service, "jobs", value!({ "MaxNumberOfMessages": 10 })).await;
    assert_eq!(bodies(&received), ["a", "b"]);
    assert!(receive(&service, "jobs", value!({})).await.is_empty());
    let counts = |answer: Value| {
        let count = |name: &str| answer["Attributes"][name].as_str().unwrap().to_owned();
        [count("ApproximateNumberOfMessages"), count("ApproximateNumberOfMessagesNotVisible")]
    };
    let all = value!({ "QueueUrl": url(&service, "jobs"), "AttributeNames": ["All"] });
    let answer = call(&service, "GetQueueAttributes", all.clone()).await.json();
    assert_eq!(answer["Attributes"]["QueueArn"], "arn:aws:sqs:us-east-1:000000000000:jobs");
    assert_eq!(counts(answer), ["0", "2"]);

    let [a, b] = [&received[0]["ReceiptHandle"], &received[1]["ReceiptHandle"]];
    let show = value!({ "QueueUrl": url(&service, "jobs"), "ReceiptHandle": a, "VisibilityTimeout": 0 });
    assert_eq!(call(&service, "ChangeMessageVisibility", show.clone()).await.status, 200);
    let (_, error, query) = kind(&call(&service, "ChangeMessageVisibility", show).await);
    assert_eq!(
        (error.as_str(), query.as_str()),
        ("MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight;Sender")
    );
    let entries = value!([{ "Id": "1", "ReceiptHandle": b }, { "Id": "2", "ReceiptHandle": "nonsense" }]);
    let batch = value!({ "QueueUrl": url(&service, "jobs"), "Entries": entries });
    let answer = call(&service, "DeleteMessageBatch", batch).await.json();
    assert_eq!(
        (&answer["Successful"][0]["Id"], &answer["Failed"][0]["Code"]),
        (&value!("1"), &value!("ReceiptHandleIsInvalid"))
    );
    let again = receive(&service, "jobs", value!({ "AttributeNames": ["ApproximateReceiveCount"] })).await;
    assert_eq!(
        (bodies(&again), &again[0]["Attributes"]),
        (vec!["a".to_owned()], &value!({ "ApproximateReceiveCount": "2" }))
    );
    let delete = value!({ "QueueUrl": url(&service, "jobs"), "ReceiptHandle": again[0]["ReceiptHandle"] });
    for _ in 0..2 {
        assert_eq!(call(&service, "DeleteMessage", delete.clone()).await.status, 200, "as often as one likes");
    }
    assert_eq!(counts(call(&service, "GetQueueAttributes", all).await.json()), ["0", "0"]);
    service.stop().await;
}

#[tokio::test]
async fn who_waits_is_served_when_something_comes() {
    let scratch = Scratch::new();
    let service = start(scratch.options(QUEUES)).await;
    let started = Instant::now();
    let answer = waiting(&service, "jobs").await;
    send(&service, "jobs", "now").await;
    assert_eq!(bodies(answer.await.json()["Messages"].as_array().unwrap()), ["now"]);
    // The queue's delay ends before its wait time.
    send(&service, "late", "later").await;
    assert_eq!(bodies(&receive(&service, "late", value!({})).await), ["later"]);
    assert!(started.elapsed() > Duration::from_secs(1) && started.elapsed() < Duration::from_secs(15));

    let answer = waiting(&service, "jobs").await;
    service.stop().await;
    assert_eq!(answer.await.body, "{}");
    assert!(started.elapsed() < Duration::from_secs(15), "a stop ends the wait");
}

#[tokio::test]
async fn poison_goes_to_the_queue_for_it() {
    let scratch = Scratch::new();
    let service = start(scratch.options(QUEUES)).await;
    send(&service, "jobs", "poison").await;
    for _ in 0..2 {
        assert_eq!(bodies(&receive(&service, "jobs", value!({ "VisibilityTimeout": 0 })).await), ["poison"]);
    }
    assert!(receive(&service, "jobs", value!({})).await.is_empty());
    let dead = receive(&service, "dead", value!({ "AttributeNames": ["All"] })).await;
    assert_eq!(bodies(&dead), ["poison"]);
    assert_eq!(dead[0]["Attributes"]["DeadLetterQueueSourceArn"], "arn:aws:sqs:us-east-1:000000000000:jobs");
    service.stop().await;
}

#[tokio::test]
async fn a_restart_loses_no_message() {
    let scratch = Scratch::new();
    let options = Options { data: Data::Directory(scratch.path(".local")), ..scratch.options(QUEUES) };
    let service = start(options.clone()).await;
    for body in ["a", "b", "c"] {
        send(&service, "jobs", body).await;
    }
    let received = receive(&service, "jobs", value!({})).await;
    let delete = value!({ "QueueUrl": url(&service, "jobs"), "ReceiptHandle": received[0]["ReceiptHandle"] });
    call(&service, "DeleteMessage", delete).await;
    // Dropped without `stop`, like a crash.
    drop(service);
    let service = crate::common::eventually_start(&options).await;
    let received = receive(&service, "jobs", value!({ "MaxNumberOfMessages": 10 })).await;
    assert_eq!(bodies(&received), ["b", "c"]);
    assert_eq!(call(&service, "PurgeQueue", value!({ "QueueUrl": url(&service, "jobs") })).await.status, 200);
    service.stop().await;

    let service = start(options.clone()).await;
    assert_eq!(Client::new(&service.url()).get("/_local/queues").await.json()[1]["messages"], value!([]));
    service.stop().await;
    std::fs::write(scratch.path(".local/queues/jobs.jsonl"), "nonsense\n").unwrap();
    let error = local::Service::start(options).await.map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("jobs.jsonl cannot be used to keep data"), "{error}");
}

#[tokio::test]
async fn people_see_what_is_in_the_queues_newest_first() {
    let scratch = Scratch::new();
    let service = start(scratch.options(QUEUES)).await;
    send(&service, "jobs", "plain").await;
    let attributes = value!({ "n": { "DataType": "Number", "StringValue": "7" } });
    let message = value!({ "QueueUrl": "jobs", "MessageBody": r#"{"a":1}"#, "MessageAttributes": attributes });
    call(&service, "SendMessage", message).await;
    let shown = Client::new(&service.url()).get("/_local/queues").await.json();
    assert_eq!((&shown[1]["name"], &shown[1]["url"]), (&value!("jobs"), &value!(url(&service, "jobs"))));
    let messages = shown[1]["messages"].as_array().unwrap();
    assert_eq!((&messages[0]["body"], &messages[1]["body"]), (&value!({ "a": 1 }), &value!("plain")));
    assert_eq!((&messages[0]["attributes"], &messages[0]["receives"]), (&value!({ "n": 7 }), &value!(0)));
    let sent: chrono::DateTime<chrono::Utc> = messages[0]["sent"].as_str().unwrap().parse().unwrap();
    assert!((chrono::Utc::now() - sent).num_seconds() < 60);
    service.stop().await;
}

/// Each request with its error, in the JSON and in the query protocol.
async fn refused(service: &Service, requests: Vec<(&str, Value, &str, &str)>) {
    for (operation, mut body, error, query) in requests {
        if body.get("QueueUrl").is_none() {
            body["QueueUrl"] = url(service, "jobs").into();
        }
        let answer = call(service, operation, body).await;
        assert_eq!(kind(&answer), (400, error.to_owned(), format!("{query};Sender")), "{operation} {answer:?}");
    }
}

const INVALID: (&str, &str) = ("InvalidParameterValueException", "InvalidParameterValue");
const NO_QUEUE: (&str, &str) = ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue");

#[tokio::test]
async fn what_cannot_be_sent_is_refused_as_sqs_refuses_it() {
    let scratch = Scratch::new();
    let service = start(scratch.options(QUEUES)).await;
    let (error, query) = INVALID;
    let long = value!({ "MessageBody": "x".repeat(1024 * 1024 + 1) });
    let with = |attribute: Value| value!({ "MessageBody": "x", "MessageAttributes": { "a": attribute } });
    let attributes: Value =
        (0..11).map(|n| (n.to_string(), value!({ "DataType": "String", "StringValue": "x" }))).collect();
    let missing = ("MissingRequiredParameterException", "MissingParameter");
    refused(
        &service,
        vec![
            ("SendMessage", value!({ "QueueUrl": "http://x/1/nobody", "MessageBody": "x" }), NO_QUEUE.0, NO_QUEUE.1),
            ("SendMessage", value!({}), missing.0, missing.1),
            ("SendMessage", value!({ "MessageBody": "" }), missing.0, missing.1),
            ("SendMessage", long, error, query),
            ("SendMessage", value!({ "MessageBody": "\u{0}" }), "InvalidMessageContents", "InvalidMessageContents"),
            ("SendMessage", value!({ "MessageBody": "x", "DelaySeconds": 901 }), error, query),
            ("SendMessage", with(value!({ "DataType": "Map", "StringValue": "x" })), error, query),
            ("SendMessage", with(value!({ "DataType": "String" })), error, query),
            ("SendMessage", value!({ "MessageBody": "x", "MessageAttributes": attributes }), error, query),
        ],
    )
    .await;
    assert!(receive(&service, "jobs", value!({})).await.is_empty());
    let longest = "x".repeat(1024 * 1024);
    send(&service, "jobs", &longest).await;
    assert_eq!(bodies(&receive(&service, "jobs", value!({})).await), [longest]);
    service.stop().await;
}

#[tokio::test]
async fn a_batch_that_is_none_is_refused_as_a_whole() {
    let scratch = Scratch::new();
    let service = start(scratch.options(QUEUES)).await;
    let entry = |id: &str, body: &str| value!({ "Id": id, "MessageBody": body });
    let eleven: Vec<Value> = (0..11).map(|id| entry(&id.to_string(), "x")).collect();
    let half = "x".repeat(600 * 1024);
    for (entries, error) in [
        (value!([]), "EmptyBatchRequest"),
        (value!(eleven), "TooManyEntriesInBatchRequest"),
        (value!([entry("a", "x"), entry("a", "x")]), "BatchEntryIdsNotDistinct"),
        (value!([entry("a.b", "x")]), "InvalidBatchEntryId"),
        (value!([entry("a", &half), entry("b", &half)]), "BatchRequestTooLong"),
    ] {
        let query = format!("AWS.SimpleQueueService.{error}");
        refused(&service, vec![("SendMessageBatch", value!({ "Entries": entries }), error, &query)]).await;
    }
    assert!(receive(&service, "jobs", value!({})).await.is_empty());
    service.stop().await;
}

#[tokio::test]
async fn other_mistakes_are_sqss_errors_too() {
    let scratch = Scratch::new();
    let service = start(scratch.options(QUEUES)).await;
    let (error, query) = INVALID;
    let (attribute, receipt) = ("InvalidAttributeName", "ReceiptHandleIsInvalid");
    refused(
        &service,
        vec![
            ("GetQueueUrl", value!({ "QueueName": "nobody" }), NO_QUEUE.0, NO_QUEUE.1),
            ("PurgeQueue", value!({ "QueueUrl": "http://x/1/nobody" }), NO_QUEUE.0, NO_QUEUE.1),
            ("ReceiveMessage", value!({ "MaxNumberOfMessages": 11 }), error, query),
            ("ReceiveMessage", value!({ "WaitTimeSeconds": 21 }), error, query),
            ("ReceiveMessage", value!({ "VisibilityTimeout": 43_201 }), error, query),
            ("ReceiveMessage", value!({ "AttributeNames": ["Nonsense"] }), attribute, attribute),
            ("GetQueueAttributes", value!({ "AttributeNames": ["Nonsense"] }), attribute, attribute),
            ("DeleteMessage", value!({ "ReceiptHandle": "nonsense" }), receipt, receipt),
            ("DeleteQueue", value!({}), "UnknownOperationException", "InvalidAction"),
        ],
    )
    .await;
    service.stop().await;
}

#[tokio::test]
async fn dead_letters_are_moved_back_all_at_once() {
    let scratch = Scratch::new();
    let service = start(scratch.options(QUEUES)).await;
    for body in ["a", "b"] {
        send(&service, "jobs", body).await;
    }
    send(&service, "dead", "of no queue").await;
    for _ in 0..3 {
        receive(&service, "jobs", value!({ "MaxNumberOfMessages": 10, "VisibilityTimeout": 0 })).await;
    }
    let arn = |name: &str| format!("arn:aws:sqs:us-east-1:000000000000:{name}");
    let start_task = async |source: &str, destination: Option<&str>| {
        let destination = destination.map(arn);
        call(&service, "StartMessageMoveTask", value!({ "SourceArn": arn(source), "DestinationArn": destination }))
            .await
    };
    let moved = start_task("dead", None).await;
    assert!(moved.json()["TaskHandle"].is_string(), "{moved:?}");
    let back = receive(&service, "jobs", value!({ "MaxNumberOfMessages": 10, "AttributeNames": ["All"] })).await;
    assert_eq!(bodies(&back), ["a", "b"]);
    assert_eq!(back[0]["Attributes"]["ApproximateReceiveCount"], "1", "they begin anew");
    let listed = call(&service, "ListMessageMoveTasks", value!({ "SourceArn": arn("dead") })).await.json();
    let task = &listed["Results"][0];
    assert_eq!((&task["Status"], &task["ApproximateNumberOfMessagesMoved"]), (&value!("COMPLETED"), &value!(2)));

    assert_eq!(start_task("dead", Some("late")).await.status, 200);
    assert_eq!(bodies(&receive(&service, "late", value!({})).await), ["of no queue"]);
    for (source, destination, expected) in [
        ("jobs", None, "must be configured as a Dead Letter Queue"),
        ("dead", Some("dead"), "cannot be the same"),
        ("none", None, "doesn't exist"),
    ] {
        let answer = start_task(source, destination).await;
        assert!(answer.status == 400 && answer.body.contains(expected), "{answer:?}");
    }
    service.stop().await;
}
