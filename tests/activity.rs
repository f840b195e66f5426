//! The trace of a request on the page `/_local/`: from the gateway to the event that follows from it.

use std::collections::BTreeSet;

use crate::common::*;
use handlers::booking::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

/// The spans of a kind.
fn of_kind<'a>(spans: &'a Value, kind: &str) -> Vec<&'a Value> {
    spans.as_array().unwrap().iter().filter(|span| span["kind"] == kind).collect()
}

/// The ids of the bookings that events in the trace of a request are about.
fn told(details: &Value, events: &Value) -> Vec<String> {
    let about = |span: &Value| {
        let event = events.as_array().unwrap().iter().find(|event| event["id"] == span["detail"]["id"]).unwrap();
        text(&event["detail"]["booking_id"]).to_owned()
    };
    of_kind(&details["spans"], "event").into_iter().map(about).collect()
}

/// Books, and returns the booking with the request's id.
async fn booked(world: &World, resource: &str) -> (String, String) {
    let answer = world.post("/bookings", &hour(resource, DAY)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    (text(&answer.body["booking_id"]).to_owned(), answer.header("apigw-requestid").unwrap().to_owned())
}

/// The details of a request, once an event is in its trace.
async fn traced(world: &World, id: &str) -> Value {
    let path = format!("/_local/requests/{id}");
    eventually("an event is in the trace", async || {
        let details = world.get(&path).await.body;
        (!of_kind(&details["spans"], "event").is_empty()).then_some(details)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bookings_trace_has_its_cold_start_its_calls_its_batch_and_its_event() {
    let world = World::start().await;
    let (booking, id) = booked(&world, "room").await;
    let details = traced(&world, &id).await;
    let spans = &details["spans"];

    let [gateway] = of_kind(spans, "gateway")[..] else { panic!("{spans:#}") };
    assert_eq!((&gateway["id"], &gateway["parent"], &gateway["start"]), (&details["id"], &Value::Null, &0.0.into()));
    let [invocation] = of_kind(spans, "invocation")[..] else { panic!("{spans:#}") };
    assert_eq!((&invocation["parent"], &invocation["name"]), (&gateway["id"], &"createBooking".into()));
    let init = of_kind(spans, "init");
    assert!(init.iter().any(|init| init["parent"] == gateway["id"] && init["name"] == "createBooking"), "{spans:#}");

    let calls = eventually("the calls are reported", async || {
        let spans = world.get(&format!("/_local/requests/{id}")).await.body["spans"].take();
        let calls = of_kind(&spans, "call").into_iter().filter(|call| call["parent"] == invocation["id"]);
        let calls: Vec<Value> = calls.cloned().collect();
        (calls.len() >= 2 && calls.iter().all(|call| call["detail"]["bytes"].is_number())).then_some(calls)
    })
    .await;
    let names: Vec<&str> = calls.iter().map(|call| text(&call["name"])).collect();
    assert_eq!(names, ["BatchGetItem", "TransactWriteItems"], "{spans:#}");
    for call in &calls {
        let detail = &call["detail"];
        assert_eq!(
            (&detail["service"], &detail["status"], &detail["attempts"]),
            (&"DynamoDB".into(), &200.into(), &1.into())
        );
        assert_eq!(detail["resource"], world.table.as_str());
        let (start, end) = (call["start"].as_f64().unwrap(), invocation["start"].as_f64().unwrap());
        assert!(
            start >= end && start + call["milliseconds"].as_f64().unwrap() <= details["milliseconds"].as_f64().unwrap(),
            "{call}"
        );
    }

    let [stream] = of_kind(spans, "stream")[..] else { panic!("{spans:#}") };
    assert_eq!((&stream["parent"], &stream["name"]), (&invocation["id"], &"publishEvents".into()));
    let [event] = of_kind(spans, "event")[..] else { panic!("{spans:#}") };
    assert_eq!((&event["parent"], &event["name"]), (&stream["id"], &"BookingCreated".into()));
    let put = of_kind(spans, "call").into_iter().find(|call| call["parent"] == stream["id"]).unwrap();
    assert_eq!((&put["name"], &put["detail"]["service"]), (&"PutEvents".into(), &"EventBridge".into()));
    assert_eq!(told(&details, &world.get("/_local/events").await.body), [booking]);
    let functions: Vec<&Value> = details["logs"].as_array().unwrap().iter().map(|line| &line["function"]).collect();
    assert!(functions.contains(&&Value::from("createBooking")), "{details:#}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_bookings_at_the_same_time_each_trace_has_its_own_event_only() {
    let world = World::start().await;
    // Warm processes, so that the records of several requests are in one batch.
    booked(&world, "warm").await;
    let rooms: Vec<String> = (0..12).map(|number| format!("room-{number}")).collect();
    let made = futures_util::future::join_all(rooms.iter().map(|room| booked(&world, room))).await;
    for (booking, id) in made {
        let details = traced(&world, &id).await;
        assert_eq!(told(&details, &world.get("/_local/events").await.body), [booking], "{details:#}");
        assert!(!of_kind(&details["spans"], "stream").is_empty(), "{details:#}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_item_of_the_table_is_of_a_kind_that_the_template_describes() {
    let world = World::start().await;
    world.rules("hall", &json!({ "capacity": 2 })).await;
    let booking = world.book(&hour("room", DAY)).await;
    let keyed = world.request(Method::POST, "/bookings").header("idempotency-key", "k-1");
    let deleted = send(keyed.json(&hour("garden", DAY))).await.body;
    assert_eq!(world.delete(&path(&deleted)).await.status, 204);
    world.timer(&booking).await.expect("a timer");
    world.sweep(Timestamp::now().seconds()).await;

    let items = world.get(&format!("/_local/tables/{}/items", world.table)).await.body["items"].take();
    let items = items.as_array().unwrap();
    let kinds: BTreeSet<&str> =
        items.iter().map(|item| item["kind"].as_str().unwrap_or_else(|| panic!("{item}"))).collect();
    let tables = world.get("/_local/tables").await.body;
    let described: BTreeSet<&str> =
        tables[0]["kinds"].as_array().unwrap().iter().map(|kind| text(&kind["says"])).collect();
    assert_eq!(kinds, described);
    world.stop().await;
}
