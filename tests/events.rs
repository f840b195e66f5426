//! Everything that happens to a booking, as events on the bus.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may fail")]

mod common;

use common::*;
use serde_json::{Value, json};

/// Waits until the booking has `count` events.
async fn told(world: &World, booking: &Value, count: usize) -> Vec<Value> {
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
    assert_eq!(ids.len(), 4, "each has an id of its own");
    world.stop().await;
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
