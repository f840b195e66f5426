//! Events of bookings on the bus, and the dead-letter queue.

use crate::common::*;
use serde_json::{Value, json};

/// Waits until the booking has `count` events.
pub(crate) async fn told(world: &World, booking: &Value, count: usize) -> Vec<Value> {
    eventually("the events reach the bus", async || {
        let events = world.events(booking).await;
        (events.len() >= count).then_some(events)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bookings_life_is_told_in_order_with_all_that_changed() {
    let world = World::start().await;
    let made = world.book(&hour("room", DAY)).await;
    let moved = world.put(&path(&made), &json!({"resource_id": "hall"})).await.body;
    let cancelled = world.cancel(&made).await.body;
    world.delete(&path(&made)).await;

    let events = told(&world, &made, 4).await;
    let expected = [
        ("BookingCreated", &Value::Null, &made),
        ("BookingRescheduled", &made, &moved),
        ("BookingCancelled", &moved, &cancelled),
        ("BookingDeleted", &cancelled, &Value::Null),
    ];
    assert_eq!(events.len(), expected.len(), "{events:#?}");
    for (event, (kind, before, after)) in events.iter().zip(expected) {
        let detail = &event["detail"];
        assert_eq!((&event["source"], &event["detail-type"]), (&json!("booking.lifecycle"), &json!(kind)));
        assert_eq!((&detail["type"], &detail["version"]), (&json!(kind), &json!("1.0")));
        assert_eq!((&detail["before"], &detail["after"]), (before, after), "{kind}");
        let current = if after.is_null() { before } else { after };
        for name in ["booking_id", "user_id", "resource_id", "start_time", "end_time"] {
            assert_eq!(detail[name], current[name], "{kind} {name}");
        }
    }
    let mut ids: Vec<_> = events.iter().map(|event| text(&event["detail"]["id"])).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4, "each event has its own id");
    world.stop().await;
}

pub(crate) fn document(name: &str) -> String {
    std::fs::read_to_string(template().with_file_name("docs").join(name)).unwrap()
}

/// The documented schema, with no member allowed that it does not list. Consumers get the schema without that, since new
/// members come without a new version.
fn strict() -> Value {
    let mut schema: Value = serde_json::from_str(&document("events.schema.json")).unwrap();
    for of_kind in schema["$defs"].as_object_mut().unwrap().values_mut() {
        of_kind["additionalProperties"] = json!(false);
    }
    schema
}

/// Checks that `detail` has the documented schema of its type.
fn is_documented(detail: &Value) {
    let schema = strict();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    assert!(validator.is_valid(detail), "{detail:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_has_its_documented_shape() {
    let world = World::start().await;
    let due = world.book(&with(hour("room", 600), json!({"reminder_lead_seconds": HOUR}))).await;
    let silent = world.book(&with(hour("hall", DAY), json!({"reminder_lead_seconds": null}))).await;
    world.reminded(&due).await;
    world.put(&path(&silent), &json!({"resource_id": "roof"})).await;
    world.cancel(&silent).await;
    world.delete(&path(&silent)).await;
    let mut events = told(&world, &silent, 4).await;
    events.append(&mut told(&world, &due, 2).await);
    for event in &events {
        is_documented(&event["detail"]);
    }
    let mut stray = events[0]["detail"].clone();
    stray["colour"] = json!("red");
    assert!(!jsonschema::is_valid(&strict(), &stray), "an undocumented member is found");
    world.stop().await;
}

/// `tests/released` has the schema of the version in which it was last changed. A change that breaks consumers needs another
/// version, and a file of its own.
#[test]
fn a_version_of_the_events_keeps_what_it_promises() {
    let current: Value = serde_json::from_str(&document("events.schema.json")).unwrap();
    let version = text(&current["$defs"]["ReminderDue"]["properties"]["version"]["const"]).to_owned();
    let file = template().with_file_name("tests").join(format!("released/events-{version}.schema.json"));
    let released: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let answered = |schema: &Value| {
        let content = json!({ "application/json": { "schema": { "oneOf": schema["oneOf"] } } });
        json!({ "$defs": schema["$defs"], "paths": { "events": { "get": { "responses": { "200": { "content": content } } } } } })
    };
    // Another kind of event is new to a consumer, who ignores it.
    let kinds = |schema: &Value| schema["oneOf"].as_array().unwrap().clone();
    let known = kinds(&released);
    let mut same = current.clone();
    same["oneOf"] = kinds(&current).into_iter().filter(|kind| known.contains(kind)).collect();
    let broken = local::breaking_changes(&answered(&released), &answered(&same));
    assert_eq!(broken, Vec::<String>::new(), "raise the version in handlers/src/events/outgoing.rs");
    assert_eq!(kinds(&same), known, "no kind of event is gone");
    for kind in kinds(&current) {
        let name = text(&kind["$ref"]).rsplit('/').next().unwrap().to_owned();
        assert_eq!(current["$defs"][&name]["properties"]["version"]["const"], json!(version), "{name}");
    }
}

#[test]
fn the_documented_examples_have_their_documented_shape() {
    let document = document("events.md");
    let examples: Vec<Value> = document
        .split("```json\n")
        .skip(1)
        .map(|rest| serde_json::from_str(rest.split("```").next().unwrap()).unwrap())
        .collect();
    let kinds: Vec<_> = examples.iter().map(|example| text(&example["type"])).collect();
    let all = [
        "ReminderDue",
        "BookingCreated",
        "BookingConfirmed",
        "BookingRescheduled",
        "BookingCancelled",
        "BookingExpired",
        "BookingDeleted",
    ];
    assert_eq!(kinds, all);
    examples.iter().for_each(is_documented);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_or_changed_nothing_is_not_told() {
    let world = World::start().await;
    let made = world.book(&hour("room", DAY)).await;
    world.post("/bookings", &hour("room", DAY)).await.is_problem(409);
    world.put(&path(&made), &json!({})).await;
    world.cancel(&made).await;
    world.cancel(&made).await;
    world.delete(&path(&made)).await;
    world.delete(&path(&made)).await;
    told(&world, &made, 3).await;
    let last = world.book(&hour("hall", DAY)).await;
    told(&world, &last, 1).await;
    let kinds: Vec<_> = world.events(&made).await.iter().map(|event| event["detail-type"].clone()).collect();
    assert_eq!(kinds, ["BookingCreated", "BookingCancelled", "BookingDeleted"]);
    world.stop().await;
}
