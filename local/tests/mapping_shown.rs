//! Queues and their batches on the page: callers, readers and traces.

use crate::common::mapping::{options, queue, seen, template};
use crate::common::sqs::{call, url};
use crate::common::{Client, Scratch, eventually, start};
use local::Options;
use serde_json::json as value;

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

#[tokio::test]
async fn a_batch_is_below_the_event_that_a_rule_brought_to_its_queue() {
    let scratch = Scratch::new();
    let rule = "
    Rule:
      Type: AWS::Events::Rule
      Properties: { EventPattern: { source: [test] }, Targets: [{ Id: a, Arn: !GetAtt Jobs.Arn }] }
    Jobs:";
    let template = template(", batchSize: 2").replacen("\n    Jobs:", rule, 1);
    let service = start(Options { environment: options(&scratch, "").environment, ..scratch.options(&template) }).await;
    let put = async |trace: &str| {
        let headers = format!("x-amz-target: AWSEvents.PutEvents\r\nx-amzn-trace-id: {trace}\r\n");
        let entry = value!({ "Source": "test", "DetailType": "Told", "Detail": "{}" });
        let body = value!({ "Entries": [entry] }).to_string();
        let answer = Client::new(&service.eventbridge_url()).request("POST", "/", &headers, &body).await.json();
        answer["Entries"][0]["EventId"].clone()
    };
    let one = crate::common::traces::request(&service, "").await;
    let two = crate::common::traces::request(&service, "").await;
    let events = [put(&one.header).await, put(&two.header).await];
    for (request, event) in [(&one, &events[0]), (&two, &events[1])] {
        let spans = crate::common::traces::until(&service, request, "queue", 1).await;
        assert!(spans.iter().all(|span| span["parent"] == *event), "its own event alone: {spans:?}");
    }
    let record = eventually("a message", || seen(&scratch).into_iter().next()).await;
    let traces = [value!(one.header), value!(two.header)];
    assert!(traces.contains(&record["attributes"]["AWSTraceHeader"]), "the trace goes on: {record}");
    service.stop().await;
}

#[tokio::test]
async fn the_work_on_a_message_and_what_it_calls_are_parts_of_its_batch() {
    let scratch = Scratch::new();
    let service = start(options(&scratch, "")).await;
    let request = crate::common::traces::request(&service, "").await;
    let message = value!({
        "QueueUrl": url(&service, "jobs"), "MessageBody": "hello",
        "MessageSystemAttributes": { "AWSTraceHeader": { "DataType": "String", "StringValue": request.header } },
    });
    assert_eq!(call(&service, "SendMessage", message).await.status, 200);
    let batch = crate::common::traces::until(&service, &request, "queue", 1).await.remove(0);

    // The segment that a function sends about a message names the invocation, and the segment of the message's producer.
    let environment = Client::new(&service.url()).get("/do/env").await.json();
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let segment = "b1b1b1b1b1b1b1b1";
    let document = value!({
        "id": segment, "parent_id": request.segment(), "name": "shop-dev-work", "origin": "AWS::Lambda::Function",
        "start_time": 2.0, "end_time": 2.5, "aws": { "request_id": batch["detail"]["request_id"] },
    });
    let packet = format!("{{\"format\":\"json\",\"version\":1}}\n{document}");
    socket.send_to(packet.as_bytes(), environment["AWS_XRAY_DAEMON_ADDRESS"].as_str().unwrap()).await.unwrap();
    let work = crate::common::traces::until(&service, &request, "message", 1).await;
    assert_eq!((&work[0]["parent"], &work[0]["milliseconds"]), (&batch["id"], &value!(500.0)));

    let entry = value!({ "Source": "test", "DetailType": "Told", "Detail": "{}" });
    let trace = format!("Root=1-67891233-abcdef012345678912345678;Parent={segment};Sampled=1");
    let headers = format!("x-amz-target: AWSEvents.PutEvents\r\nx-amzn-trace-id: {trace}\r\n");
    let body = value!({ "Entries": [entry] }).to_string();
    Client::new(&service.eventbridge_url()).request("POST", "/", &headers, &body).await;
    let event = crate::common::traces::until(&service, &request, "event", 1).await;
    assert_eq!(event[0]["parent"], batch["id"]);
    let calls = crate::common::traces::until(&service, &request, "call", 1).await;
    assert!(calls.iter().any(|call| call["name"] == "PutEvents" && call["parent"] == batch["id"]), "{calls:?}");
    service.stop().await;
}
