//! Calls of DynamoDB by each operation, which determine the latency, and their user agent.

use crate::common::proxy::Proxy;
use crate::common::resources::{at, span};
use crate::common::*;
use local::Options;
use reqwest::Method;
use serde_json::json;

/// The service behind a proxy that records its calls of DynamoDB.
async fn watched() -> (Proxy, World) {
    let proxy = Proxy::start(1).await;
    let environment = [("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), proxy.url.clone())].into();
    let world = World::with(Options { environment, ..options() }).await;
    proxy.target(world.service.dynamodb_url());
    (proxy, world)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_operation_asks_more_often_than_it_must() {
    let (proxy, world) = watched().await;

    assert_eq!(world.get("/health").await.status, 200);
    assert_eq!(proxy.take_calls(), [""; 0]);

    let create = world.request(Method::POST, "/bookings").header("idempotency-key", "key");
    let booking = send(create.json(&hour("room", DAY))).await.body;
    assert_eq!(proxy.take_calls(), ["BatchGetItem", "TransactWriteItems"]);

    let at = path(&booking);
    assert_eq!(world.get(&at).await.status, 200);
    assert_eq!(proxy.take_calls(), ["GetItem"]);

    assert_eq!(world.get("/users/alice/bookings").await.body, json!([booking]));
    assert_eq!(proxy.take_calls(), ["Query"]);

    let busy = format!("/resources/room/busy?from={}&to={}", soon(0), soon(30 * DAY));
    assert_eq!(world.get(&busy).await.status, 200);
    assert_eq!(proxy.take_calls(), ["BatchGetItem"]);

    assert_eq!(world.put(&at, &json!({})).await.status, 200);
    assert_eq!(proxy.take_calls(), ["GetItem"]);

    assert_eq!(world.put(&at, &json!({"reminder_lead_seconds": 60})).await.status, 200);
    assert_eq!(proxy.take_calls(), ["GetItem", "TransactWriteItems"]);

    let moved = json!({"start_time": soon(2 * DAY), "end_time": soon(2 * DAY + HOUR)});
    assert_eq!(world.put(&at, &moved).await.status, 200);
    assert_eq!(proxy.take_calls(), ["GetItem", "BatchGetItem", "TransactWriteItems"]);

    assert_eq!(world.cancel(&booking).await.status, 200);
    assert_eq!(proxy.take_calls(), ["GetItem", "TransactWriteItems"]);

    assert_eq!(world.delete(&at).await.status, 204);
    assert_eq!(proxy.take_calls(), ["GetItem", "TransactWriteItems"]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_buffers_and_holds_cost_no_further_round_trip() {
    let (proxy, world) = watched().await;
    let day = format!("from={}&to={}", at(3, "00:00"), at(4, "00:00"));

    let rules = json!({"slot_minutes": 30, "capacity": 5, "buffer_before_minutes": 90, "buffer_after_minutes": 90});
    assert_eq!(world.put("/resources/room", &rules).await.status, 200);
    assert_eq!(proxy.take_calls(), ["GetItem", "TransactWriteItems"]);

    assert_eq!(world.get("/resources/room").await.status, 200);
    assert_eq!(proxy.take_calls(), ["GetItem"]);

    assert_eq!(world.get(&format!("/resources/room/slots?{day}")).await.status, 200);
    assert_eq!(proxy.take_calls(), ["BatchGetItem"]);

    // Its buffers touch the day before.
    let body = with(span("room", &at(3, "00:30"), &at(3, "01:00")), json!({"hold_seconds": 600}));
    let held = world.book(&body).await;
    assert_eq!(proxy.take_calls(), ["BatchGetItem", "TransactWriteItems"]);

    // From there to the day after.
    let moved = json!({"start_time": at(3, "23:30"), "end_time": at(4, "00:30"), "seats": 2});
    assert_eq!(world.put(&path(&held), &moved).await.status, 200);
    assert_eq!(proxy.take_calls(), ["GetItem", "BatchGetItem", "TransactWriteItems"]);

    assert_eq!(world.confirm(&held).await.status, 200);
    assert_eq!(proxy.take_calls(), ["GetItem", "TransactWriteItems"]);
    assert_eq!(world.confirm(&held).await.status, 200);
    assert_eq!(proxy.take_calls(), ["GetItem"]);

    let list = world.get(&format!("/resources/room/bookings?{day}")).await;
    assert_eq!(list.body.as_array().map(Vec::len), Some(1));
    assert_eq!(proxy.take_calls(), ["BatchGetItem", "BatchGetItem"]);

    assert_eq!(world.put(&path(&held), &json!({"metadata": {"note": "x"}})).await.status, 200);
    assert_eq!(proxy.take_calls(), ["GetItem", "TransactWriteItems"]);

    assert_eq!(world.cancel(&held).await.status, 200);
    assert_eq!(proxy.take_calls(), ["GetItem", "TransactWriteItems"]);

    assert_eq!(world.delete("/resources/room").await.status, 204);
    assert_eq!(proxy.take_calls(), ["GetItem", "TransactWriteItems"]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_name_this_service_once() {
    let (proxy, world) = watched().await;

    assert_eq!(world.get("/users/alice/bookings").await.status, 200);
    let head = proxy.last_head();
    let named: Vec<_> = head.lines().filter(|line| line.contains("user-agent")).collect();
    assert_eq!(named, [concat!("user-agent: bookings/", env!("CARGO_PKG_VERSION"))], "{head}");
    world.stop().await;
}
