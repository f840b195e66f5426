//! Timers: what they cost, and how the sweeper removes them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::common::proxy::Proxy;
use crate::common::*;
use futures_util::future::join_all;
use handlers::booking::{Booking, BookingPatch, Caller, NewBooking, Timestamp};
use handlers::store::Bookings;
use handlers::surroundings::{Machine, Surroundings};
use local::Options;
use serde_json::{Value, json};
use uuid::Uuid;

/// Options with one sweep only, at the start, and without TTL.
fn quiet() -> Options {
    Options { schedule_every: Some(Duration::from_hours(24)), ttl_every: None, ..options() }
}

fn now() -> i64 {
    Timestamp::now().seconds()
}

/// A clock that is some seconds behind.
#[derive(Debug)]
struct Behind(i64);

impl Surroundings for Behind {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(Timestamp::now().millis() - self.0 * 1000).unwrap()
    }

    fn uuid(&self) -> Uuid {
        Machine.uuid()
    }
}

/// Books an hour whose reminder is due at `due`, by a clock that shows a minute before.
async fn due_at(store: &Bookings, resource: &str, due: i64) -> Value {
    let at = |seconds: i64| Timestamp::from_millis(seconds * 1000).unwrap();
    let new: NewBooking = serde_json::from_value(json!({
        "user_id": "alice", "resource_id": resource, "start_time": at(due + 60), "end_time": at(due + HOUR),
        "reminder_lead_seconds": 60,
    }))
    .unwrap();
    let store = store.clone().within(Arc::new(Behind(now() - due + 60)));
    let booking = store.create(new, None, &Caller::Unchecked).await.unwrap().value;
    assert_eq!(booking.ttl, Some(due));
    serde_json::to_value(booking).unwrap()
}

fn document(name: &str) -> String {
    std::fs::read_to_string(template().with_file_name("docs").join(name)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_writes_seven_units_and_its_reminder_one_more() {
    let proxy = Proxy::start(1).await;
    let environment = [("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), proxy.url.clone())].into();
    let world = World::with(Options { environment, ..quiet() }).await;
    proxy.target(world.service.dynamodb_url());
    // A booking with the longest identifiers is still stored in one unit.
    let user = "u".repeat(128);
    // The day after tomorrow at noon: a booking over midnight would be on two days.
    let noon = (now() / DAY + 2) * DAY + 12 * HOUR - now();
    world.book(&with(hour("warm", noon), json!({ "user_id": user }))).await;

    proxy.meter();
    let body = json!({"user_id": user, "resource_id": "r".repeat(128), "reminder_lead_seconds": 2_592_000});
    let booking = world.book(&with(hour("room", noon), body)).await;
    let made = BTreeMap::from([("BatchGetItem".to_owned(), 4.0), ("TransactWriteItems".to_owned(), 7.0)]);
    assert_eq!(proxy.meter(), made);

    world.sweep(now() + 60).await;
    world.reminded(&booking).await;
    let mut told = proxy.meter();
    // The sweep's queries and its watermark cost the same without a timer.
    told.retain(|operation, _| ["BatchWriteItem", "TransactGetItems"].contains(&operation.as_str()));
    let removed = BTreeMap::from([("BatchWriteItem".to_owned(), 1.0), ("TransactGetItems".to_owned(), 2.0)]);
    assert_eq!(told, removed);
    assert!(document("costs.md").contains("8 M: $5.00"), "the documented sum is that of this test");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_that_commits_after_its_minute_was_swept_is_reminded_by_the_next_sweep() {
    let proxy = Proxy::start(1).await;
    let environment = [("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), proxy.url.clone())].into();
    let world = World::with(Options { environment, ..quiet() }).await;
    proxy.target(world.service.dynamodb_url());
    // The sweep at the start is slow, and would find the timer itself.
    watermark(&world).await;
    let mut held = proxy.hold_next("TransactWriteItems");
    let body = with(hour("room", 600), json!({"reminder_lead_seconds": HOUR}));
    let between = async {
        held.arrived().await;
        for minute in 1..=4 {
            world.sweep(now() + minute * 60).await;
        }
        held.release();
    };
    let (booking, ()) = tokio::join!(world.book(&body), between);
    world.sweep(now() + 5 * 60).await;
    world.reminded(&booking).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_sweep_of_a_stage_goes_an_hour_back_and_leaves_the_rest_to_ttl() {
    let world = World::with(quiet()).await;
    // The sweep at the start has set the watermark: as if there had been none.
    remove_watermark(&world).await;
    let store = world.store(SHARDS);
    let old = due_at(&store, "old", now() - 3 * HOUR).await;
    let recent = due_at(&store, "recent", now() - 50 * 60).await;
    world.sweep(now()).await;
    world.reminded(&recent).await;
    assert!(world.timer(&old).await.is_some());
    world.stop().await;
}

/// Waits until the sweep at the start has stored its watermark.
async fn watermark(world: &World) -> Value {
    eventually("the first sweep has ended", async || {
        let item = world.item("SWEEP", "WATERMARK").await?;
        (text(&item["next"]["N"]) != world.unswept.to_string()).then_some(item)
    })
    .await
}

async fn remove_watermark(world: &World) {
    watermark(world).await;
    let key = json!({"pk": {"S": "SWEEP"}, "sk": {"S": "WATERMARK"}});
    world.database("DynamoDB_20120810.DeleteItem", &json!({"TableName": world.table, "Key": key})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_standstill_everything_is_told_once() {
    /// In minutes.
    const LONG: i64 = 135;
    let world = World::with(quiet()).await;
    watermark(&world).await;
    let store = world.store(SHARDS);
    let begin = now();
    let at = |minutes: i64| begin + minutes * 60;
    let due = (0..45).map(|place| at(place * 3));
    let bookings: Vec<_> = join_all(due.enumerate().map(async |(place, due)| {
        let times = with(hour("", due + HOUR - begin), json!({"resource_id": format!("room-{place}")}));
        let new = serde_json::from_value(with(times, json!({"reminder_lead_seconds": HOUR}))).unwrap();
        serde_json::to_value(store.create(new, None, &Caller::Unchecked).await.unwrap().value).unwrap()
    }))
    .await;
    // More than two hours without a sweep, which is more than two steps. Then two sweeps begin at once.
    tokio::join!(world.sweep(at(LONG)), world.sweep(at(LONG)));
    world.sweep(at(LONG + 1)).await;
    for booking in &bookings {
        world.reminded(booking).await;
    }
    // A later reminder has passed through the same stream. A second one of another booking would be there, too.
    let last = due_at(&store, "last", at(LONG + 1) + 30).await;
    world.sweep(at(LONG + 2)).await;
    world.reminded(&last).await;
    for booking in &bookings {
        assert_eq!(world.reminders(booking).await.len(), 1);
    }
    let next = text(&watermark(&world).await["next"]["N"]).parse::<i64>().unwrap();
    assert_eq!(next, at(LONG + 2) / 60 - 4, "only the last minutes are swept again");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_waits_for_what_is_due_in_the_next_seconds_and_for_no_more() {
    let world = World::with(quiet()).await;
    watermark(&world).await;
    // A time at which the last of them are due in the next minute.
    let time = (now() / 60 + 30) * 60 - 2;
    let store = world.store(SHARDS);
    let [due, soon, later] = [0, 4, 6].map(|seconds| time + seconds);
    let due = due_at(&store, "due", due).await;
    let soon = due_at(&store, "soon", soon).await;
    due_at(&store, "later", later).await;
    let began = std::time::Instant::now();
    let sweep = world.sweep(time);
    let told = async {
        world.reminded(&due).await;
        assert_eq!(timers(&world).await, 2, "what is not due is there while the sweep waits");
    };
    tokio::join!(sweep, told);
    assert!(began.elapsed() >= Duration::from_secs(4), "it is not removed before its time");
    world.reminded(&soon).await;
    assert_eq!(timers(&world).await, 1, "six seconds are the next sweep's");
    world.stop().await;
}

async fn timers(world: &World) -> usize {
    world.items().await.iter().filter(|item| text(&item["pk"]["S"]).starts_with("TIMER#")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_ahead_does_not_leave_a_gap() {
    let world = World::with(quiet()).await;
    watermark(&world).await;
    world.sweep(now() + 2 * HOUR).await;
    world.sweep(now()).await;
    let store = world.store(SHARDS);
    let booking = due_at(&store, "room", now() + 30 * 60).await;
    world.sweep(now() + HOUR).await;
    world.reminded(&booking).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fewer_shards_than_before_leave_no_timer_behind() {
    let world = World::with(quiet()).await;
    let (many, few) = (world.store(60), world.store(1));
    many.sweep(Timestamp::now()).await.unwrap();
    let mut bookings = Vec::new();
    for place in 0..10 {
        bookings.push(due_at(&many, &format!("room-{place}"), now() + 5).await);
    }
    assert!(bookings.iter().any(|booking| shard(booking, 60) >= 16));
    few.sweep(Timestamp::from_millis((now() + 60) * 1000).unwrap()).await.unwrap();
    for booking in &bookings {
        world.reminded(booking).await;
    }
    world.stop().await;
}

/// While a deployment shifts gradually, creates may have the new number of shards long before the first sweep has it, and a
/// rollback may come before that.
#[tokio::test(flavor = "multi_thread")]
async fn a_timer_is_in_no_shard_that_a_sweep_of_the_version_before_would_pass_over() {
    let world = World::with(quiet()).await;
    let (many, few) = (world.store(60), world.store(1));
    let ids = async |first: usize| {
        let mut bookings = Vec::new();
        for place in first..first + 10 {
            bookings.push(due_at(&many, &format!("room-{place}"), now() + 5).await);
        }
        assert!(bookings.iter().any(|booking| shard(booking, 60) >= 16));
        bookings
    };
    let before = ids(0).await;
    few.sweep(Timestamp::from_millis((now() + 60) * 1000).unwrap()).await.unwrap();
    for booking in &before {
        world.reminded(booking).await;
    }
    let shards = async |bookings: &[Value]| {
        let mut shards = Vec::new();
        for booking in bookings {
            let item = world.item(&format!("BOOKING#{}", text(&booking["booking_id"])), "BOOKING").await.unwrap();
            shards.push(text(&item["timer_shard"]["N"]).parse::<u32>().unwrap());
        }
        shards
    };
    assert!(shards(&before).await.iter().all(|shard| *shard < 16));
    // As soon as every sweep looks at them, all shards are used.
    many.sweep(Timestamp::now()).await.unwrap();
    let after = ids(10).await;
    let expected: Vec<_> = after.iter().map(|booking| shard(booking, 60)).collect();
    assert_eq!(shards(&after).await, expected);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_of_fewer_shards_at_the_same_time_does_not_hide_the_others() {
    let world = World::with(quiet()).await;
    watermark(&world).await;
    let proxy = Proxy::start(1).await;
    proxy.target(world.service.dynamodb_url());
    let (many, few) = (world.store(60), world.store_at(&proxy.url, 1));
    let mut held = proxy.hold_next("PutItem");
    let between = async {
        held.arrived().await;
        many.sweep(Timestamp::now()).await.unwrap();
        held.release();
    };
    let (swept, ()) = tokio::join!(few.sweep(Timestamp::now()), between);
    swept.unwrap();
    assert_eq!(world.item("SWEEP", "WATERMARK").await.unwrap()["shards"], json!({"N": "60"}));
    // The next one knows, and goes on.
    let before = watermark(&world).await;
    few.sweep(Timestamp::from_millis((now() + 120) * 1000).unwrap()).await.unwrap();
    let after = watermark(&world).await;
    assert_eq!(after["shards"], json!({"N": "60"}));
    assert_ne!(after["next"], before["next"]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watermark_that_cannot_be_read_is_replaced() {
    let world = World::with(quiet()).await;
    watermark(&world).await;
    for broken in [
        json!({"shards": {"S": "many"}}),
        json!({"next": {"N": "1"}}),
        json!({"next": {"N": "1"}, "shards": {"S": "x"}}),
    ] {
        let item = with(json!({"pk": {"S": "SWEEP"}, "sk": {"S": "WATERMARK"}}), broken);
        world.database("DynamoDB_20120810.PutItem", &json!({"TableName": world.table, "Item": item})).await;
        world.store(1).sweep(Timestamp::now()).await.unwrap();
        let stored = world.item("SWEEP", "WATERMARK").await.unwrap();
        assert_eq!(stored["shards"], json!({"N": "16"}));
        assert!(text(&stored["next"]["N"]).parse::<i64>().unwrap() >= now() / 60 - 5);
    }
    world.stop().await;
}

fn shard(booking: &Value, shards: u32) -> u32 {
    handlers::booking::BookingId::parse(text(&booking["booking_id"])).unwrap().bucket(shards)
}

/// Each way in which a booking loses its reminder or gets another one, by a function that has another number of shards.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_removes_the_timer_that_was_set_whatever_the_shards_are_now() {
    let world = World::with(quiet()).await;
    let (many, few) = (world.store(60), world.store(1));
    many.sweep(Timestamp::now()).await.unwrap();
    let lead = |lead: Option<i64>| BookingPatch { reminder_lead_seconds: Some(lead), ..BookingPatch::default() };
    let caller = &Caller::Unchecked;
    let mut ended = Vec::new();
    for place in 0..5 {
        let body = hour(&format!("room-{place}"), DAY);
        let made = many.create(serde_json::from_value(body).unwrap(), None, caller).await.unwrap().value;
        ended.push(made);
    }
    let [moved, longer, silent, cancelled, deleted] = &ended[..] else { panic!() };
    let later = |booking: &Booking| {
        let at = |time: Timestamp| Timestamp::from_millis(time.millis() + 3_600_000);
        BookingPatch {
            start_time: at(booking.span.start()),
            end_time: at(booking.span.end()),
            ..BookingPatch::default()
        }
    };
    let due = few.update(moved.booking_id, later(moved), None, caller).await.unwrap().ttl;
    assert_eq!(due, moved.ttl.map(|due| due + HOUR));
    few.update(longer.booking_id, lead(Some(HOUR)), None, caller).await.unwrap();
    few.update(silent.booking_id, lead(None), None, caller).await.unwrap();
    few.cancel(cancelled.booking_id, None, caller).await.unwrap();
    few.delete(deleted.booking_id, None, caller).await.unwrap();
    let items = world.items().await;
    assert_eq!(checker::faults(&items), Vec::<String>::new());
    let timers = items.iter().filter(|item| text(&item["pk"]["S"]).starts_with("TIMER#")).count();
    assert_eq!(timers, 2);
    world.stop().await;
}
