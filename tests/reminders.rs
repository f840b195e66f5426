//! Reminders from the table through its stream to the bus.

use std::sync::Arc;
use std::time::Duration;

use crate::common::*;
use local::{ManualClock, Options};
use serde_json::{Value, json};

/// A booking in the next minutes with a longer lead, so that its reminder is due at once.
fn due_now(resource: &str) -> Value {
    with(hour(resource, 600), json!({"reminder_lead_seconds": 3600}))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_arrives_once_and_its_booking_stays() {
    let world = World::start().await;
    let booking = world.book(&due_now("room")).await;
    let event = world.reminded(&booking).await;
    assert_eq!((&event["source"], &event["detail-type"]), (&json!("booking.reminder"), &json!("ReminderDue")));
    let detail = event["detail"].as_object().unwrap();
    let mut members: Vec<_> = detail.keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(
        members,
        [
            "booking_id",
            "end_time",
            "id",
            "late_seconds",
            "lead_seconds",
            "resource_id",
            "start_time",
            "ttl",
            "type",
            "user_id",
            "version"
        ]
    );
    assert_eq!((&detail["version"], &detail["type"]), (&json!("1.0"), &json!("ReminderDue")));
    for name in ["booking_id", "user_id", "resource_id", "start_time", "end_time", "ttl"] {
        assert_eq!(detail[name], booking[name], "{name}");
    }
    assert!(detail["late_seconds"].as_i64().is_some_and(|late| (0..30).contains(&late)));
    assert_eq!(world.get(&path(&booking)).await.body, booking, "the booking outlives its reminder");

    // A later reminder has passed through the same stream. A second one of the first booking would be there, too.
    world.reminded(&world.book(&due_now("hall")).await).await;
    assert_eq!(world.reminders(&booking).await.len(), 1);
    world.stop().await;
}

/// A service whose database has a clock that the test controls. The functions use the machine's clock.
async fn world_with_clock() -> (World, ManualClock) {
    let clock = ManualClock::new(now());
    let world = World::with(Options { clock: Some(Arc::new(clock.clone())), ..quiet() }).await;
    (world, clock)
}

/// Options with one sweep only, at the start, when no reminder is due: TTL alone decides.
fn quiet() -> Options {
    Options { schedule_every: Some(Duration::from_hours(1)), ..options() }
}

fn now() -> u64 {
    u64::try_from(handlers::booking::Timestamp::now().seconds()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelled_and_deleted_bookings_never_remind() {
    let (world, clock) = world_with_clock().await;
    let cancelled = world.book(&hour("room", DAY)).await;
    let deleted = world.book(&hour("hall", DAY)).await;
    let silenced = world.book(&hour("roof", DAY)).await;
    let kept = world.book(&hour("barn", DAY)).await;
    world.cancel(&cancelled).await;
    world.delete(&path(&deleted)).await;
    world.put(&path(&silenced), &json!({"reminder_lead_seconds": null})).await;
    clock.set(now() + 2 * u64::try_from(DAY).unwrap());
    world.reminded(&kept).await;
    for booking in [&cancelled, &deleted, &silenced] {
        assert_eq!(world.reminders(booking).await, Vec::<Value>::new());
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescheduled_booking_reminds_once_at_its_new_time() {
    let (world, clock) = world_with_clock().await;
    let day = u64::try_from(DAY).unwrap();
    let moved = world.book(&hour("room", DAY)).await;
    let kept = world.book(&hour("hall", 2 * DAY)).await;
    let later = world.book(&hour("barn", 4 * DAY)).await;
    let times = json!({"start_time": soon(3 * DAY), "end_time": soon(3 * DAY + HOUR)});
    let moved = world.put(&path(&moved), &times).await.body;

    clock.set(now() + 2 * day);
    world.reminded(&kept).await;
    assert_eq!(world.reminders(&moved).await, Vec::<Value>::new(), "moved to a later due time");

    clock.set(now() + 3 * day);
    let event = world.reminded(&moved).await;
    assert_eq!(event["detail"]["ttl"], moved["ttl"]);
    assert_eq!(event["detail"]["start_time"], moved["start_time"]);
    clock.set(now() + 4 * day);
    world.reminded(&later).await;
    assert_eq!(world.reminders(&moved).await.len(), 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sweeper_alone_is_enough_and_publishes_once() {
    let options = Options { ttl_every: None, schedule_every: Some(Duration::from_millis(200)), ..options() };
    let world = World::with(options).await;
    let booking = world.book(&due_now("room")).await;
    world.reminded(&booking).await;
    assert_eq!(world.timer(&booking).await, None);
    world.reminded(&world.book(&due_now("hall")).await).await;
    assert_eq!(world.reminders(&booking).await.len(), 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ttl_alone_is_enough() {
    let world = World::with(quiet()).await;
    let booking = world.book(&due_now("room")).await;
    world.reminded(&booking).await;
    eventually("TTL deletes it", async || world.timer(&booking).await.is_none().then_some(())).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_after_the_reminder_does_not_remind_again() {
    let world = World::start().await;
    let booking = world.book(&due_now("room")).await;
    world.reminded(&booking).await;
    let longer = world.put(&path(&booking), &json!({"end_time": soon(2 * HOUR)})).await;
    assert_eq!(longer.status, 200);
    world.reminded(&world.book(&due_now("hall")).await).await;
    assert_eq!(world.reminders(&booking).await.len(), 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_that_ttl_has_overtaken_is_heeded() {
    // The publisher cannot be delayed here, so the test passes the record to it directly: a reminder that TTL has
    // deleted, of a booking that was cancelled before the batch was read.
    let world = World::with(quiet()).await;
    let booking = world.book(&hour("room", DAY)).await;
    let item = world.timer(&booking).await.unwrap();
    let removed = json!({"Records": [{
        "eventID": "1", "eventName": "REMOVE", "eventVersion": "1.1", "eventSource": "aws:dynamodb",
        "awsRegion": "eu-central-1", "userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"},
        "dynamodb": {
            "Keys": {"pk": item["pk"], "sk": item["sk"]}, "OldImage": item,
            "SequenceNumber": "100000000000000000001", "StreamViewType": "NEW_AND_OLD_IMAGES"
        }
    }]});
    world.cancel(&booking).await;
    let answer = world.service.invoke("publishEvents", removed.clone()).await.unwrap();
    assert_eq!(answer, json!({"batchItemFailures": []}));
    assert_eq!(world.reminders(&booking).await, Vec::<Value>::new());

    let kept = world.book(&hour("hall", DAY)).await;
    let item = world.timer(&kept).await.unwrap();
    let mut removed = removed;
    removed["Records"][0]["dynamodb"]["Keys"] = json!({"pk": item["pk"], "sk": item["sk"]});
    removed["Records"][0]["dynamodb"]["OldImage"] = item;
    world.service.invoke("publishEvents", removed).await.unwrap();
    assert_eq!(world.reminders(&kept).await.len(), 1, "the same record is published for an active booking");
    world.stop().await;
}
