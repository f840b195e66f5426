//! Traces of requests: segments from the X-Ray daemon, calls as the services see them, and log lines.

use crate::common::traces::{item, of_kind, request, spans, template, until, write};
use crate::common::{Client, Scratch, eventually_async, start};
use local::Options;
use serde_json::{Value, json as value};
use tokio::net::UdpSocket;

#[tokio::test]
async fn new_traces_are_sampled_and_a_client_decides_on_its_own() {
    let scratch = Scratch::new();
    let service = start(scratch.options(&template())).await;
    assert!(request(&service, "").await.header.ends_with(";Sampled=1"));
    let root = "1-67891233-abcdef012345678912345678";
    for (header, expected) in [(format!("Root={root};Sampled=0"), '0'), (format!("Root={root}"), '1')] {
        let traced = request(&service, &format!("x-amzn-trace-id: {header}\r\n")).await;
        assert_eq!(traced.header, format!("Root={root};Parent={};Sampled={expected}", traced.segment()));
    }
    service.stop().await;

    // Functions that report to another daemon are sampled by their clients only.
    let environment = [("AWS_XRAY_DAEMON_ADDRESS".to_owned(), "127.0.0.1:9".to_owned())].into();
    let service = start(Options { environment, ..scratch.options(&template()) }).await;
    assert!(request(&service, "").await.header.ends_with(";Sampled=0"));
    service.stop().await;
}

#[tokio::test]
async fn a_segment_is_a_call_of_the_invocation_that_sent_it() {
    let scratch = Scratch::new();
    let service = start(scratch.options(&template())).await;
    let (first, second) = (request(&service, "").await, request(&service, "").await);
    let environment = Client::new(&service.url()).get("/do/env").await.json();
    let daemon = environment["AWS_XRAY_DAEMON_ADDRESS"].as_str().unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let send = async |document: &str| {
        let packet = format!("{{\"format\":\"json\",\"version\":1}}\n{document}");
        socket.send_to(packet.as_bytes(), daemon).await.unwrap();
    };
    send("not json").await;
    send(r#"{"id":"1","parent_id":"0000000000000000","name":"SQS","start_time":1}"#).await;
    let call = value!({
        "id": "a1", "parent_id": first.segment(), "name": "SQS", "namespace": "aws", "start_time": 2.0, "end_time": 2.5,
        "error": true, "http": { "response": { "status": 400 } }, "aws": { "operation": "SendMessage", "retries": 1 },
    });
    send(&call.to_string()).await;
    let calls = until(&service, &first, "call", 1).await;
    let [call] = &calls[..] else { panic!("{calls:?}") };
    assert_eq!(
        (&call["name"], &call["error"], &call["milliseconds"]),
        (&value!("SendMessage"), &value!(true), &value!(500.0))
    );
    assert_eq!((&call["parent"], &call["detail"]["attempts"]), (&value!(first.segment()), &value!(2)));
    assert!(of_kind(&spans(&service, &second).await, "call").is_empty());
    // A part that arrives on its own, and a call that was in progress.
    send(&value!({ "id": "a2", "parent_id": "a1", "name": "x", "start_time": 2, "in_progress": true }).to_string())
        .await;
    until(&service, &first, "call", 2).await;
    send(&value!({ "id": "a2", "parent_id": "a1", "name": "x", "start_time": 2, "end_time": 3 }).to_string()).await;
    eventually_async("the part has ended", async || {
        let spans = spans(&service, &first).await;
        let part = spans.iter().find(|span| span["id"] == "a2").unwrap();
        (part["milliseconds"] == 1000.0).then_some(())
    })
    .await;
    service.stop().await;
}

/// A message of a queue has a segment in the trace of its producer.
#[tokio::test]
async fn the_segment_of_a_message_is_shown_in_the_invocation_that_handles_it() {
    let scratch = Scratch::new();
    let service = start(scratch.options(&template())).await;
    let (producer, consumer) = (request(&service, "").await, request(&service, "").await);
    let environment = Client::new(&service.url()).get("/do/env").await.json();
    let daemon = environment["AWS_XRAY_DAEMON_ADDRESS"].as_str().unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let send = async |document: Value| {
        let packet = format!("{{\"format\":\"json\",\"version\":1}}\n{document}");
        socket.send_to(packet.as_bytes(), daemon).await.unwrap();
    };
    let invocation = of_kind(&spans(&service, &consumer).await, "invocation")[0].clone();
    let mut segment = value!({
        "id": "m1", "parent_id": producer.segment(), "name": "consume", "origin": "AWS::Lambda::Function",
        "start_time": 2.0, "in_progress": true, "aws": { "request_id": invocation["detail"]["request_id"] },
    });
    send(segment.clone()).await;
    send(value!({
        "type": "subsegment", "id": "m2", "parent_id": "m1", "name": "SQS", "namespace": "aws", "start_time": 2.0,
        "end_time": 2.5, "aws": { "operation": "SendMessage", "request_id": "r" },
    }))
    .await;
    (segment["in_progress"], segment["end_time"], segment["fault"]) = (value!(false), value!(3.0), value!(true));
    send(segment).await;
    let message = eventually_async("the message has failed", async || {
        let message = until(&service, &consumer, "message", 1).await.remove(0);
        message["error"].as_bool()?.then_some(message)
    })
    .await;
    let call = &until(&service, &consumer, "call", 1).await[0];
    assert_eq!((&message["name"], &message["parent"]), (&value!("consume"), &invocation["id"]));
    assert_eq!((&call["name"], &call["parent"]), (&value!("SendMessage"), &value!("m1")));
    assert!(of_kind(&spans(&service, &producer).await, "call").is_empty());
    service.stop().await;
}

#[tokio::test]
async fn a_call_without_a_segment_is_shown_as_its_service_saw_it_with_what_it_cost() {
    let scratch = Scratch::new();
    let service = start(scratch.options(&template())).await;
    let traced = request(&service, "").await;
    let mut put = item("a", 1);
    put["ReturnConsumedCapacity"] = "TOTAL".into();
    let answer = write(&service, &traced.header, "PutItem", put).await;
    assert!(answer.json()["ConsumedCapacity"]["CapacityUnits"].is_number(), "the client has its answer: {answer:?}");
    let refused = write(&service, &traced.header, "GetItem", value!({ "TableName": "none" })).await;
    assert_eq!(refused.status, 400);
    let calls = until(&service, &traced, "call", 2).await;
    let detail = &calls[0]["detail"];
    assert_eq!(
        (&calls[0]["name"], &detail["service"], &detail["resource"]),
        (&value!("PutItem"), &value!("DynamoDB"), &value!("things-dev-table"))
    );
    assert_eq!(detail["consumed"], value!({ "read": 0.0, "write": 1.0 }));
    assert!(detail["bytes"].as_u64().unwrap() > 100 && detail["request_id"].is_string(), "{detail}");
    assert_eq!((&calls[1]["error"], &calls[1]["detail"]["status"]), (&value!(true), &value!(400)));
    assert_eq!(calls[1]["detail"].get("consumed"), None);
    // A client that does not ask has no units in its answer, and the page has them.
    let plain = write(&service, &traced.header, "PutItem", item("b", 1)).await;
    assert_eq!((plain.status, plain.json()), (200, value!({})));
    let calls = until(&service, &traced, "call", 3).await;
    assert_eq!(calls[2]["detail"]["consumed"], value!({ "read": 0.0, "write": 1.0 }));
    service.stop().await;
}

#[tokio::test]
async fn lines_are_of_the_invocation_that_printed_them() {
    let scratch = Scratch::new();
    let service = start(Options { max_processes: 1, ..scratch.options(&template()) }).await;
    let client = Client::new(&service.url());
    let lines = async |answer: &crate::common::Answer| {
        let details = client.get(&format!("/_local/requests/{}", answer.headers["apigw-requestid"])).await.json();
        details["logs"].as_array().unwrap().len()
    };
    // One process, one invocation directly after the other.
    client.get("/do/echo").await;
    let answers = [
        client.get("/do/chatter").await,
        client.get("/do/echo").await,
        client.get("/do/chatter").await,
        client.get("/do/echo").await,
    ];
    for (answer, expected) in answers.iter().zip([1_000, 0, 1_000, 0]) {
        eventually_async("all lines are read", async || (lines(answer).await == expected).then_some(())).await;
    }
    service.stop().await;
}
