//! Traces: each call of a service is a subsegment of its request's trace, and events carry theirs on.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may fail")]

mod common;

use common::*;
use local::Options;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::UdpSocket;
use tokio::time::timeout;

/// The next document that reaches the daemon.
async fn received(daemon: &UdpSocket) -> Value {
    let mut buffer = vec![0; 64 * 1024];
    let length = timeout(DEADLINE, daemon.recv(&mut buffer)).await.expect("a document").unwrap();
    let packet = std::str::from_utf8(&buffer[..length]).unwrap();
    let (header, document) = packet.split_once('\n').expect("a header");
    assert_eq!(serde_json::from_str::<Value>(header).unwrap(), json!({"format": "json", "version": 1}));
    serde_json::from_str(document).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sampled_request_tells_of_each_call_and_another_of_none() {
    let daemon = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = daemon.local_addr().unwrap();
    let environment = [("AWS_XRAY_DAEMON_ADDRESS".to_owned(), format!("tcp:{address} udp:{address}"))].into();
    let world = World::with(Options { environment, ..options() }).await;
    let silent = world.book(&hour("room", DAY)).await;

    let root = "1-67891233-abcdef012345678912345678";
    let request = world.request(Method::POST, "/bookings").header("x-amzn-trace-id", format!("Root={root};Sampled=1"));
    let booking = send(request.json(&hour("hall", DAY))).await.body;
    for operation in ["BatchGetItem", "TransactWriteItems"] {
        let call = received(&daemon).await;
        assert_eq!((&call["type"], &call["namespace"]), (&json!("subsegment"), &json!("aws")), "{call}");
        assert_eq!((&call["trace_id"], &call["name"]), (&json!(root), &json!("DynamoDB")), "{call}");
        assert_eq!((&call["aws"]["operation"], &call["aws"]["retries"]), (&json!(operation), &json!(0)), "{call}");
        assert_eq!((&call["http"]["response"]["status"], &call["fault"]), (&json!(200), &json!(false)), "{call}");
        for id in ["id", "parent_id"] {
            let id = text(&call[id]);
            assert!(id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{call}");
        }
        assert!(call["start_time"].as_f64().unwrap() <= call["end_time"].as_f64().unwrap(), "{call}");
    }

    for booking in [&silent, &booking] {
        let event = eventually("it is told", async || world.events(booking).await.into_iter().next()).await;
        assert!(text(&event["trace_header"]).starts_with("Root=1-"), "{event}");
    }
    world.stop().await;
}
