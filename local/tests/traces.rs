//! Traces of requests: segments from the X-Ray daemon, calls as the services see them, and what follows from a write.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{Client, Scratch, dynamodb, eventually_async, start, stream};
use local::{Options, Service};
use serde_json::{Value, json as value};
use tokio::net::UdpSocket;

/// A function behind HTTP beside one that reads the table's stream.
fn template() -> String {
    let route = "functions:\n  do: { handler: misbehave, events: [httpApi: 'ANY /do/{what}'] }";
    stream("").replace("functions:", route)
}

/// A request, and the trace header that its function received.
struct Traced {
    id: String,
    header: String,
}

impl Traced {
    fn segment(&self) -> &str {
        self.header.split(';').find_map(|part| part.strip_prefix("Parent=")).unwrap()
    }
}

async fn request(service: &Service, headers: &str) -> Traced {
    let answer = Client::new(&service.url()).request("GET", "/do/context", headers, "").await;
    let context: Vec<String> = serde_json::from_str(&answer.body).unwrap();
    let header = context.iter().find_map(|line| line.strip_prefix("lambda-runtime-trace-id: ")).unwrap();
    Traced { id: answer.headers["apigw-requestid"].clone(), header: header.to_owned() }
}

async fn spans(service: &Service, request: &Traced) -> Vec<Value> {
    let details = Client::new(&service.url()).get(&format!("/_local/requests/{}", request.id)).await.json();
    details["spans"].as_array().unwrap().clone()
}

fn of_kind<'a>(spans: &'a [Value], kind: &str) -> Vec<&'a Value> {
    spans.iter().filter(|span| span["kind"] == kind).collect()
}

/// Waits for the spans of this kind, at least so many.
async fn until(service: &Service, request: &Traced, kind: &str, count: usize) -> Vec<Value> {
    eventually_async(kind, async || {
        let spans = spans(service, request).await;
        let found: Vec<Value> = of_kind(&spans, kind).into_iter().cloned().collect();
        (found.len() >= count).then_some(found)
    })
    .await
}

async fn write(service: &Service, trace: &str, operation: &str, body: Value) -> common::Answer {
    dynamodb::traced(&service.dynamodb_url(), operation, &body, trace).await
}

fn item(key: &str, n: u64) -> Value {
    value!({ "TableName": "things-dev-table", "Item": { "pk": { "S": key }, "t": { "S": format!("text of {n}") } } })
}

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
    service.stop().await;
}

#[tokio::test]
async fn a_batch_follows_from_the_requests_that_wrote_its_records_and_from_no_other() {
    let scratch = Scratch::new();
    let service = start(scratch.options(&template())).await;
    let mut made = Vec::new();
    for _ in 0..6 {
        made.push(request(&service, "").await);
    }
    let [put, change, refused, batch, transaction, none] = &made[..] else { panic!() };
    assert_eq!(write(&service, &put.header, "PutItem", item("a", 1)).await.status, 200);
    let update = value!({
        "TableName": "things-dev-table", "Key": { "pk": { "S": "a" } }, "UpdateExpression": "SET n = :n",
        "ExpressionAttributeValues": { ":n": { "N": "2" } },
    });
    assert_eq!(write(&service, &change.header, "UpdateItem", update).await.status, 200);
    let mut conditional = item("a", 3);
    conditional["ConditionExpression"] = "attribute_not_exists(pk)".into();
    assert_eq!(write(&service, &refused.header, "PutItem", conditional).await.status, 400);
    let requests = value!({ "things-dev-table": [{ "PutRequest": { "Item": item("b", 4)["Item"] } }, { "DeleteRequest": { "Key": { "pk": { "S": "a" } } } }] });
    assert_eq!(
        write(&service, &batch.header, "BatchWriteItem", value!({ "RequestItems": requests })).await.status,
        200
    );
    let actions = value!({ "ClientRequestToken": "t-1", "TransactItems": [{ "Put": item("c", 5) }] });
    for _ in 0..2 {
        assert_eq!(write(&service, &transaction.header, "TransactWriteItems", actions.clone()).await.status, 200);
    }
    assert_eq!(write(&service, "", "PutItem", item("c", 5)).await.status, 200);
    dynamodb::put(&service.dynamodb_url(), "last", 1).await;
    common::eventually("the last record is seen", || {
        scratch.notes().iter().any(|note| note.starts_with("batch") && note.contains("last")).then_some(())
    })
    .await;

    for writer in [put, change, batch, transaction] {
        let spans = spans(&service, writer).await;
        let streams = of_kind(&spans, "stream");
        assert!(!streams.is_empty(), "{spans:#?}");
        for stream in streams {
            assert_eq!((&stream["name"], &stream["parent"]), (&value!("watch"), &value!(writer.segment())));
            assert_eq!(stream["detail"]["table"], "things-dev-table");
        }
    }
    for other in [refused, none] {
        let spans = spans(&service, other).await;
        assert!(of_kind(&spans, "stream").is_empty(), "{spans:#?}");
    }
    service.stop().await;
}

#[tokio::test]
async fn an_event_follows_from_the_invocation_that_sent_it() {
    let scratch = Scratch::new();
    let service = start(scratch.options(&template())).await;
    let (by_entry, by_header) = (request(&service, "").await, request(&service, "").await);
    let entry =
        |kind: &str| value!({ "Source": "test", "DetailType": kind, "Detail": "{}", "EventBusName": "things-bus" });
    let mut first = entry("First");
    first["TraceHeader"] = by_entry.header.as_str().into();
    let put = async |entry: Value, trace: &str| {
        let headers = format!("x-amz-target: AWSEvents.PutEvents\r\nx-amzn-trace-id: {trace}\r\n");
        let body = value!({ "Entries": [entry] }).to_string();
        Client::new(&service.eventbridge_url()).request("POST", "/", &headers, &body).await.json()
    };
    let answer = put(first, "Root=1").await;
    put(entry("Second"), &by_header.header).await;
    let events = until(&service, &by_entry, "event", 1).await;
    let [event] = &events[..] else { panic!("{events:?}") };
    let detail = value!({
        "id": answer["Entries"][0]["EventId"], "source": "test", "detail-type": "First", "bus": "things-bus",
    });
    assert_eq!(
        (&event["name"], &event["detail"], &event["parent"]),
        (&value!("First"), &detail, &value!(by_entry.segment()))
    );
    let events = until(&service, &by_header, "event", 1).await;
    assert_eq!((events.len(), &events[0]["name"]), (1, &value!("Second")));
    service.stop().await;
}

#[tokio::test]
async fn lines_are_of_the_invocation_that_printed_them() {
    let scratch = Scratch::new();
    let service = start(Options { max_processes: 1, ..scratch.options(&template()) }).await;
    let client = Client::new(&service.url());
    let lines = async |answer: &common::Answer| {
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
