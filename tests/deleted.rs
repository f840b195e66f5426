//! Deleted bookings: no late write, replay or reminder of one affects a later booking.

use std::sync::Arc;
use std::time::Duration;

use crate::common::proxy::Proxy;
use crate::common::*;
use local::{ManualClock, Options};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// The service behind a proxy that can hold a call to the table.
async fn world() -> (World, Proxy) {
    let proxy = Proxy::start(1).await;
    let environment = [("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), proxy.url.clone())].into();
    let world = World::with(Options { environment, ..options() }).await;
    proxy.target(world.service.dynamodb_url());
    (world, proxy)
}

async fn create(world: &World, key: &str, body: &Value) -> Answer {
    send(world.request(Method::POST, "/bookings").header("idempotency-key", key).json(body)).await
}

#[track_caller]
fn is_deleted(answer: &Answer) {
    assert_eq!(answer.is_problem(410).body["type"], "urn:problem:deleted", "{answer:?}");
}

/// A request that reads the booking before it is deleted, and writes afterwards.
async fn held_back(request: impl Fn(&World, &str) -> RequestBuilder, status: u16) {
    let (world, proxy) = world().await;
    let booking = create(&world, "k", &hour("room", DAY)).await.body;
    let mut held = proxy.hold_next("TransactWriteItems");
    let late = send(request(&world, &path(&booking)));
    let around = async {
        held.arrived().await;
        assert_eq!(world.delete(&path(&booking)).await.status, 204);
        is_deleted(&create(&world, "k", &hour("hall", 2 * DAY)).await);
        held.release();
    };
    let (late, ()) = tokio::join!(late, around);
    assert_eq!(late.status, status, "{late:?}");
    world.get(&path(&booking)).await.is_problem(404);
    assert_eq!(checker::faults(&world.items().await), Vec::<String>::new());
    for room in ["room", "hall"] {
        let other = world.post("/bookings", &with(hour(room, DAY), json!({"user_id": "bob"}))).await;
        assert_eq!(other.status, 201, "{room} is free");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_carried_out_late_finds_the_booking_gone() {
    let longer = json!({"end_time": soon(DAY + 2 * HOUR)});
    held_back(|world, at| world.request(Method::PUT, at).header("if-match", "\"1\"").json(&longer), 404).await;
    held_back(|world, at| world.request(Method::PUT, at).json(&json!({"resource_id": "hall"})), 404).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_that_is_carried_out_late_finds_the_booking_gone() {
    held_back(|world, at| world.request(Method::POST, &format!("{at}/cancel")), 404).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_is_carried_out_late_has_nothing_to_do() {
    held_back(|world, at| world.request(Method::DELETE, at), 204).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_that_is_carried_out_late_does_not_bring_the_booking_back() {
    let (world, proxy) = world().await;
    let body = hour("room", DAY);
    let mut held = proxy.hold_next("TransactWriteItems");
    let around = async {
        held.arrived().await;
        let again = create(&world, "k", &body).await;
        assert_eq!(again.status, 201);
        assert_eq!(world.delete(&path(&again.body)).await.status, 204);
        held.release();
    };
    let (late, ()) = tokio::join!(create(&world, "k", &body), around);
    is_deleted(&late);
    assert_eq!(checker::faults(&world.items().await), Vec::<String>::new());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_used_up_by_deleting_its_booking() {
    let world = World::start().await;
    let body = hour("room", DAY);
    let booking = create(&world, "k", &body).await.body;
    let cancelled = create(&world, "c", &hour("hall", DAY)).await.body;
    assert_eq!(world.cancel(&cancelled).await.status, 200);
    for booking in [&booking, &cancelled] {
        for _ in 0..2 {
            assert_eq!(world.delete(&path(booking)).await.status, 204);
        }
    }

    is_deleted(&create(&world, "k", &body).await);
    is_deleted(&create(&world, "c", &hour("hall", DAY)).await);
    let other_body = hour("roof", 3 * DAY);
    is_deleted(&create(&world, "k", &other_body).await);
    let in_the_past = with(body.clone(), json!({"start_time": soon(-DAY)}));
    is_deleted(&create(&world, "k", &in_the_past).await);
    world.book(&with(body.clone(), json!({"user_id": "bob"}))).await;
    is_deleted(&create(&world, "k", &body).await);

    let of_bob = create(&world, "k", &with(hour("roof", DAY), json!({"user_id": "bob"}))).await;
    assert_eq!(of_bob.status, 201, "the key of another user");
    assert_eq!(create(&world, "k-2", &hour("barn", DAY)).await.status, 201, "another key");
    let listed = world.get("/users/alice/bookings").await.body;
    assert_eq!(listed.as_array().unwrap().len(), 1, "a list contains no tombstone");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_bookings_tag_fits_nothing() {
    let world = World::start().await;
    let booking = create(&world, "k", &hour("room", DAY)).await.body;
    let at = path(&booking);
    world.delete(&at).await;
    is_deleted(&create(&world, "k", &hour("hall", 2 * DAY)).await);
    let tagged = |method, path: &str, name: &str, tag: &str| world.request(method, path).header(name, tag);
    for tag in ["\"1\"", "\"2\"", "*"] {
        send(tagged(Method::GET, &at, "if-none-match", tag)).await.is_problem(404);
        send(tagged(Method::PUT, &at, "if-match", tag).json(&json!({"resource_id": "barn"}))).await.is_problem(404);
        send(tagged(Method::POST, &format!("{at}/cancel"), "if-match", tag)).await.is_problem(404);
        assert_eq!(send(tagged(Method::DELETE, &at, "if-match", tag)).await.status, 204);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tombstone_holds_nothing_of_the_booking_and_lasts_31_days() {
    let now = || u64::try_from(handlers::booking::Timestamp::now().seconds()).unwrap();
    let clock = ManualClock::new(now());
    let world = World::with(Options { clock: Some(Arc::new(clock.clone())), ..options() }).await;
    let booking = create(&world, "k", &hour("room", DAY)).await.body;
    world.delete(&path(&booking)).await;
    let pk = format!("BOOKING#{}", text(&booking["booking_id"]));
    let item = world.item(&pk, "BOOKING").await.expect("a tombstone");
    let mut names: Vec<_> = item.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["deleted_at", "pk", "sk", "ttl", "version"]);
    assert_eq!(item["version"]["N"], "2");
    let kept = item["ttl"]["N"].as_str().unwrap().parse::<u64>().unwrap().abs_diff(now());
    assert!(kept.abs_diff(31 * 24 * 3600) < 60, "{kept}");

    let deleted = eventually("its deletion is told", async || {
        world.events(&booking).await.into_iter().find(|event| event["detail-type"] == "BookingDeleted")
    });
    let detail = deleted.await["detail"].clone();
    assert_eq!((&detail["before"], &detail["after"]), (&booking, &Value::Null));

    clock.set(now() + 32 * 24 * 3600);
    eventually("TTL removes it", async || world.item(&pk, "BOOKING").await.is_none().then_some(())).await;
    let silent = with(hour("hall", DAY), json!({"reminder_lead_seconds": null}));
    let again = create(&world, "k", &silent).await;
    assert_eq!((again.status, &again.body["booking_id"]), (201, &booking["booking_id"]));
    eventually("it is told", async || (world.events(&again.body).await.len() == 3).then_some(())).await;
    let kinds: Vec<_> = world.events(&booking).await.iter().map(|event| event["detail-type"].clone()).collect();
    assert_eq!(
        kinds,
        ["BookingCreated", "BookingDeleted", "BookingCreated"],
        "the deletion of the tombstone is no event"
    );
    world.stop().await;
}

/// The stream record of a reminder's deletion by TTL.
fn removal(item: &Value) -> Value {
    json!({"Records": [{
        "eventID": "1", "eventName": "REMOVE", "eventVersion": "1.1", "eventSource": "aws:dynamodb",
        "awsRegion": "eu-central-1", "userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"},
        "dynamodb": {
            "Keys": {"pk": item["pk"], "sk": item["sk"]}, "OldImage": item,
            "SequenceNumber": "100000000000000000001", "StreamViewType": "NEW_AND_OLD_IMAGES"
        }
    }]})
}

async fn publish(world: &World, reminder: &Value) {
    let answer = world.service.invoke("publishEvents", removal(reminder)).await.unwrap();
    assert_eq!(answer, json!({"batchItemFailures": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_bookings_reminder_that_is_told_late_reminds_of_nothing() {
    let now = || u64::try_from(handlers::booking::Timestamp::now().seconds()).unwrap();
    let clock = ManualClock::new(now());
    let world = World::with(Options { clock: Some(Arc::new(clock.clone())), ..options() }).await;
    let booking = create(&world, "k", &hour("room", DAY)).await.body;
    let late = world.timer(&booking).await.unwrap();
    world.delete(&path(&booking)).await;
    publish(&world, &late).await;
    assert_eq!(world.reminders(&booking).await, Vec::<Value>::new());

    // Once the key is free again, the new booking has the same id, the same version and the same number of reminder
    // settings.
    clock.set(now() + 32 * 24 * 3600);
    let again = eventually("the key is free", async || {
        let answer = create(&world, "k", &hour("hall", 2 * DAY)).await;
        (answer.status == 201).then_some(answer.body)
    });
    let again = again.await;
    publish(&world, &late).await;
    assert_eq!(world.reminders(&again).await, Vec::<Value>::new(), "the late reminder belongs to the deleted booking");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_due_time_of_a_booking_has_one_event_id() {
    let world = World::with(Options { ttl_every: None, ..options() }).await;
    let booking = world.book(&hour("room", DAY)).await;
    let at = path(&booking);
    let first = world.timer(&booking).await.unwrap();
    publish(&world, &first).await;

    // A change that keeps the due time keeps the reminder, so there is no second event.
    assert_eq!(world.put(&at, &json!({"end_time": soon(DAY + 2 * HOUR)})).await.status, 200);
    assert_eq!(world.timer(&booking).await.unwrap(), first);
    publish(&world, &first).await;

    // A reminder that is set to the same time again is another item, but the same event.
    assert_eq!(world.put(&at, &json!({"reminder_lead_seconds": 60})).await.status, 200);
    assert_eq!(world.put(&at, &json!({"reminder_lead_seconds": 900})).await.status, 200);
    let second = world.timer(&booking).await.unwrap();
    assert_eq!(second["ttl"], first["ttl"]);
    assert_ne!(second["token"], first["token"]);
    publish(&world, &second).await;
    publish(&world, &first).await;

    let reminders = world.reminders(&booking).await;
    assert_eq!(reminders.len(), 3, "the first setting is stale");
    assert!(reminders.iter().all(|event| event["detail"]["id"] == reminders[0]["detail"]["id"]), "{reminders:#?}");
    world.stop().await;
}

/// A day is deleted by TTL, and made again for the next booking: a number that starts again would let the late claim in.
#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_is_carried_out_late_does_not_fit_a_day_that_was_made_again() {
    let now = || u64::try_from(handlers::booking::Timestamp::now().seconds()).unwrap();
    let clock = ManualClock::new(now());
    let proxy = Proxy::start(1).await;
    let environment = [("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), proxy.url.clone())].into();
    let ttl_every = Some(Duration::from_millis(20));
    let options = Options { clock: Some(Arc::new(clock.clone())), environment, ttl_every, ..options() };
    let world = World::with(options).await;
    proxy.target(world.service.dynamodb_url());
    let silent =
        |user: &str, start: i64| with(hour("room", start), json!({"user_id": user, "reminder_lead_seconds": null}));
    // Two bookings of one day, and one that overlaps the second.
    let noon = DAY - i64::try_from(now()).unwrap() % DAY + DAY / 2;
    world.book(&silent("alice", noon)).await;
    let mut held = proxy.hold_next("TransactWriteItems");
    let late = silent("bob", noon + 2 * HOUR);
    let around = async {
        held.arrived().await;
        clock.set(now() + 40 * 24 * 3600);
        let day = format!("DAY#{}", &soon(noon)[..10]);
        let gone = async || world.item("RESOURCE#room", &day).await.is_none().then_some(());
        eventually("TTL deletes the day", gone).await;
        clock.set(now());
        world.book(&silent("carol", noon + 2 * HOUR)).await;
        held.release();
    };
    let (late, ()) = tokio::join!(world.post("/bookings", &late), around);
    late.is_problem(409);
    world.stop().await;
}
