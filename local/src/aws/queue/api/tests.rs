use serde_json::json;

use super::*;

async fn ask(queues: &Queues, operation: &str, request: Value) -> Value {
    queues.call(operation, &request, None).await.unwrap()
}

#[tokio::test]
async fn only_the_attributes_that_are_asked_for_are_shown_and_digested() {
    let queues = Queues::for_tests(&["q"]);
    let text = |value: &str| json!({ "DataType": "String", "StringValue": value });
    let attributes = json!({ "app.a": text("1"), "app.b": text("2"), "other": text("3") });
    let message = json!({ "QueueUrl": "q", "MessageBody": "x", "MessageAttributes": attributes });
    ask(&queues, "SendMessage", message).await;
    for (asked, expected) in [
        (json!(["app.*"]), vec!["app.a", "app.b"]),
        (json!(["other", "none"]), vec!["other"]),
        (json!(["All"]), vec!["app.a", "app.b", "other"]),
        (json!([".*"]), vec!["app.a", "app.b", "other"]),
    ] {
        let request = json!({ "QueueUrl": "q", "VisibilityTimeout": 0, "MessageAttributeNames": asked });
        let message = ask(&queues, "ReceiveMessage", request).await["Messages"][0].take();
        let names: Vec<_> = message["MessageAttributes"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, expected);
        assert!(message["MD5OfMessageAttributes"].is_string() && message.get("Attributes").is_none());
    }
    let none = ask(&queues, "ReceiveMessage", json!({ "QueueUrl": "q" })).await["Messages"][0].take();
    assert!(none.get("MessageAttributes").is_none() && none.get("MD5OfMessageAttributes").is_none());
}

#[tokio::test]
async fn who_waits_is_let_go_when_the_service_stops() {
    let queues = Queues::for_tests(&["q"]);
    let mut waiting = Box::pin(ask(&queues, "ReceiveMessage", json!({ "QueueUrl": "q", "WaitTimeSeconds": 20 })));
    tokio::select! {
        biased;
        answer = &mut waiting => panic!("it does not wait: {answer}"),
        () = std::future::ready(()) => {}
    }
    queues.0.stop.cancel();
    let answer = tokio::time::timeout(std::time::Duration::from_secs(10), waiting).await;
    assert_eq!(answer.expect("it is let go"), json!({}));
}

#[tokio::test]
async fn a_trace_goes_with_its_message() {
    let queues = Queues::for_tests(&["q"]);
    let trace = json!({ "AWSTraceHeader": { "DataType": "String", "StringValue": "Root=1" } });
    let message = json!({ "QueueUrl": "q", "MessageBody": "x", "MessageSystemAttributes": trace });
    let sent = ask(&queues, "SendMessage", message).await;
    assert!(sent["MD5OfMessageSystemAttributes"].is_string() && sent.get("MD5OfMessageAttributes").is_none());
    let request = json!({ "QueueUrl": "q", "MessageSystemAttributeNames": ["All"] });
    let attributes = ask(&queues, "ReceiveMessage", request).await["Messages"][0]["Attributes"].take();
    assert_eq!((&attributes["AWSTraceHeader"], &attributes["SenderId"]), (&json!("Root=1"), &json!("000000000000")));
}
