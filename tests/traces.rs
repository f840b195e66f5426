//! Traces: each call of an AWS service is a subsegment of its request's trace, and events pass their trace on.

use crate::common::*;
use local::Options;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::UdpSocket;
use tokio::time::timeout;

/// The next document that the daemon receives.
async fn received(daemon: &UdpSocket) -> Value {
    let mut buffer = vec![0; 64 * 1024];
    let length = timeout(DEADLINE, daemon.recv(&mut buffer)).await.expect("a document").unwrap();
    let packet = std::str::from_utf8(&buffer[..length]).unwrap();
    let (header, document) = packet.split_once('\n').expect("a header");
    assert_eq!(serde_json::from_str::<Value>(header).unwrap(), json!({"format": "json", "version": 1}));
    serde_json::from_str(document).unwrap()
}

/// A daemon, and the options of a service whose functions send their calls to it.
async fn daemon() -> (UdpSocket, Options) {
    let daemon = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = daemon.local_addr().unwrap();
    let environment = [("AWS_XRAY_DAEMON_ADDRESS".to_owned(), format!("tcp:{address} udp:{address}"))].into();
    (daemon, Options { environment, ..options() })
}

/// A service whose functions send their calls to the daemon.
async fn traced() -> (World, UdpSocket) {
    let (daemon, options) = daemon().await;
    (World::with(options).await, daemon)
}

const ROOT: &str = "1-67891233-abcdef012345678912345678";

/// Checks that it is a complete, successful call of this service in the trace [`ROOT`].
#[track_caller]
fn is_a_call(call: &Value, service: &str, operation: &str) {
    assert_eq!((&call["type"], &call["namespace"]), (&json!("subsegment"), &json!("aws")), "{call}");
    assert_eq!((&call["trace_id"], &call["name"]), (&json!(ROOT), &json!(service)), "{call}");
    assert_eq!((&call["aws"]["operation"], &call["aws"]["retries"]), (&json!(operation), &json!(0)), "{call}");
    assert_eq!((&call["http"]["response"]["status"], &call["fault"]), (&json!(200), &json!(false)), "{call}");
    for id in ["id", "parent_id"] {
        let id = text(&call[id]);
        assert!(id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{call}");
    }
    assert!(call["start_time"].as_f64().unwrap() <= call["end_time"].as_f64().unwrap(), "{call}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sampled_request_tells_of_each_call_and_another_of_none() {
    let (world, daemon) = traced().await;
    let silent = world.book(&hour("room", DAY)).await;

    let request = world.request(Method::POST, "/bookings").header("x-amzn-trace-id", format!("Root={ROOT};Sampled=1"));
    let booking = send(request.json(&hour("hall", DAY))).await.body;
    for operation in ["BatchGetItem", "TransactWriteItems"] {
        is_a_call(&received(&daemon).await, "DynamoDB", operation);
    }

    for booking in [&silent, &booking] {
        let event = eventually("it is told", async || world.events(booking).await.into_iter().next()).await;
        assert!(text(&event["trace_header"]).starts_with("Root=1-"), "{event}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_and_what_is_parked_is_told_too() {
    let (world, daemon) = traced().await;
    let booking = world.book(&hour("room", DAY)).await;
    let item = world.item(&format!("BOOKING#{}", text(&booking["booking_id"])), "BOOKING").await.unwrap();
    let sound = inserted(&item, "100000000000000000001");
    let mut poison = inserted(&item, "100000000000000000002");
    poison["dynamodb"]["NewImage"]["start_time"] = json!({"S": "soon"});
    let header = format!("Root={ROOT};Sampled=1");
    for (record, calls) in
        [(sound, vec![("EventBridge", "PutEvents")]), (poison, vec![("SQS", "GetQueueUrl"), ("SQS", "SendMessage")])]
    {
        let batch = json!({ "Records": [record] });
        let answer = world.service.invoke_traced("publishEvents", batch, &header).await.unwrap();
        assert_eq!(answer, json!({"batchItemFailures": []}));
        for (service, operation) in calls {
            is_a_call(&received(&daemon).await, service, operation);
        }
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_work_on_a_message_is_below_its_producer_and_has_its_calls_below_it() {
    let (daemon, options) = daemon().await;
    let world = crate::consumer::consumed(options).await;
    let detail = json!({ "id": "1", "start_time": "2099-01-01T00:00:00Z" });
    let event = json!({
        "id": "1", "source": "booking.reminder", "detail-type": "ReminderDue", "time": "2098-12-31T23:45:00Z", "detail": detail,
    });
    let header = format!("Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1");
    let message = json!({ "messageId": "1", "body": event.to_string(), "attributes": { "AWSTraceHeader": header } });
    let batch = json!({ "Records": [message] });
    let answer = world.service.invoke_traced("consumeReminders", batch, "Root=1-5-6;Sampled=0").await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    let begun = received(&daemon).await;
    assert_eq!(begun["in_progress"], true, "{begun}");
    let mut calls = Vec::new();
    for operation in ["GetItem", "PutItem", "PutItem"] {
        let call = received(&daemon).await;
        is_a_call(&call, "DynamoDB", operation);
        calls.push(call);
    }
    let segment = received(&daemon).await;
    assert_eq!((&segment["trace_id"], &segment["parent_id"]), (&json!(ROOT), &json!("53995c3f42cd8ad8")), "{segment}");
    assert_eq!((segment.get("type"), &segment["fault"]), (None, &json!(false)), "a segment of its own: {segment}");
    assert_eq!((&segment["id"], segment.get("in_progress")), (&begun["id"], None), "{segment}");
    assert!(calls.iter().all(|call| call["parent_id"] == segment["id"]), "{calls:#?}");
    world.stop().await;
}
