//! Holds through the whole service: they take their time until they lapse, and are confirmed or told to have expired.
//!
//! `tests/lapsed_holds.rs` has the last millisecond of a hold, and functions whose clocks differ.

use crate::common::clock::{at_time, create};
use crate::common::resources::{at, span};
use crate::common::*;
use futures_util::future::join_all;
use handlers::booking::{Caller, IdempotencyKey, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

/// A hold of the shortest time.
fn hold(resource: &str) -> Value {
    with(span(resource, &at(3, "10:00"), &at(3, "11:00")), json!({ "hold_seconds": 10 }))
}

fn kind(answer: &Answer) -> &str {
    text(&answer.body["type"])
}

fn time(value: &Value) -> Timestamp {
    text(value).parse().expect("a time")
}

/// A hold that was made by a clock that is behind, and lapses in so many milliseconds.
async fn lapsing(world: &World, resource: &str, millis: i64) -> Value {
    let store = at_time(&world.store(SHARDS), Timestamp::now(), millis - 10_000);
    json!(create(&store, &hold(resource)).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_lasts_as_long_as_it_was_asked_for_and_no_change_prolongs_it() {
    let world = World::start().await;
    let held = world.book(&with(hold("room"), json!({ "hold_seconds": 86_400 }))).await;
    assert_eq!((&held["status"], &held["ttl"]), (&json!("held"), &Value::Null));
    assert_eq!(time(&held["expires_at"]).millis() - time(&held["created_at"]).millis(), DAY * 1000);
    let moved = json!({ "start_time": at(4, "10:00"), "end_time": at(4, "11:00"), "reminder_lead_seconds": 60 });
    let moved = world.put(&path(&held), &moved).await.body;
    assert_eq!((&moved["expires_at"], &moved["status"]), (&held["expires_at"], &json!("held")));
    let booked = world.book(&span("room", &at(3, "10:00"), &at(3, "11:00"))).await;
    assert_eq!((&booked["status"], &booked["expires_at"]), (&json!("active"), &Value::Null));

    for seconds in [json!(9), json!(86_401), json!(0), json!(-10), json!("10"), json!(10.5), Value::Null] {
        let refused = world.post("/bookings", &with(hold("hall"), json!({ "hold_seconds": seconds }))).await;
        assert_eq!(refused.pointers(), ["/hold_seconds"], "{seconds}");
    }
    assert_eq!(world.put(&path(&held), &json!({ "hold_seconds": 60 })).await.pointers(), ["/hold_seconds"]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn held_time_is_taken_until_it_lapses_and_free_from_then_on() {
    let world = World::start().await;
    let held = world.book(&hold("room")).await;
    let day = (at(3, "00:00"), at(4, "00:00"));
    let span = json!({ "start_time": held["start_time"], "end_time": held["end_time"] });
    assert_eq!(world.busy("room", &day.0, &day.1).await, json!([span]));
    let next = eventually("the time is free", async || {
        let answer = world.post("/bookings", &with(hold("room"), json!({ "user_id": "bob" }))).await;
        if answer.status != 201 {
            assert_eq!((answer.status, kind(&answer)), (409, "urn:problem:time-taken"), "{answer:?}");
            assert_eq!((&answer.body["busy"], &answer.body["seats_left"]), (&span, &json!(0)));
        }
        (answer.status == 201).then_some(answer.body)
    })
    .await;
    assert!(time(&next["created_at"]) >= time(&held["expires_at"]), "{held} {next}");
    // Its claim is gone: only the second one's is left, and the first can neither be confirmed nor harm the second.
    let claims = world.item("RESOURCE#room", &format!("DAY#{}", &day.0[..10])).await.unwrap();
    assert_eq!(claims["busy"]["M"].as_object().unwrap().len(), 1, "{claims}");
    assert_eq!(kind(&world.confirm(&held).await), "urn:problem:hold-expired");
    assert_eq!(world.cancel(&held).await.status, 200);
    assert_eq!(world.delete(&path(&held)).await.status, 204);
    assert_eq!(world.confirm(&next).await.status, 200);
    world.post("/bookings", &hold("room")).await.is_problem(409);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_has_lapsed_reads_expired_and_can_only_be_cancelled_or_deleted() {
    let world = World::start().await;
    let held = lapsing(&world, "room", 0).await;
    let expired = world.get(&path(&held)).await.body;
    assert_eq!(expired, with(held.clone(), json!({ "status": "expired" })));
    let read = send(world.request(Method::GET, &path(&held)).header("if-none-match", "\"1\"")).await;
    assert_eq!((read.status, read.header("etag")), (200, Some("\"1-expired\"")), "another representation");

    for _ in 0..2 {
        let confirmed = world.confirm(&held).await;
        assert_eq!(kind(confirmed.is_problem(409)), "urn:problem:hold-expired");
    }
    let changed = world.put(&path(&held), &json!({ "seats": 1 })).await;
    assert_eq!(kind(changed.is_problem(409)), "urn:problem:hold-expired");
    let cancelled = world.cancel(&held).await;
    assert_eq!((cancelled.status, &cancelled.body), (200, &expired), "cancelling changes nothing");
    assert_eq!(world.get(&path(&held)).await.body, expired);
    let stale = send(world.request(Method::DELETE, &path(&held)).header("if-match", "\"1\"")).await;
    stale.is_problem(412);
    assert_eq!(world.delete(&path(&held)).await.status, 204);
    world.get(&path(&held)).await.is_problem(404);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn confirming_makes_a_booking_of_a_hold_once() {
    let world = World::start().await;
    let held = world.book(&hold("room")).await;
    assert_eq!(world.timers(&held).await.len(), 1, "the end of the hold, and no reminder");
    let confirm = |tag: &str| {
        let at = format!("{}/confirm", path(&held));
        send(world.request(Method::POST, &at).header("if-match", tag))
    };
    assert_eq!(confirm("\"2\"").await.is_problem(412).body["version"], 1);
    let confirmed = confirm("\"1\"").await;
    assert_eq!((confirmed.status, confirmed.header("etag")), (200, Some("\"2\"")));
    let due = Timestamp::seconds(time(&held["start_time"])) - 900;
    let members = json!({
        "status": "active", "expires_at": null, "ttl": due, "version": 2, "updated_at": confirmed.body["updated_at"],
    });
    assert_eq!(confirmed.body, with(held.clone(), members));
    let again = world.confirm(&held).await;
    assert_eq!((again.status, &again.body), (200, &confirmed.body));
    assert_eq!(world.get(&path(&held)).await.body, confirmed.body);
    assert_eq!(world.timers(&held).await[0].0, "reminder");

    let booked = world.book(&hour("hall", DAY)).await;
    assert_eq!(world.confirm(&booked).await.body, booked, "what is booked already stays as it is");
    world.cancel(&booked).await;
    assert_eq!(kind(world.confirm(&booked).await.is_problem(409)), "urn:problem:cancelled");
    world.delete(&path(&booked)).await;
    world.confirm(&booked).await.is_problem(404);

    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_a_hold_answers_with_it_also_after_it_has_lapsed() {
    let world = World::start().await;
    let create =
        |key: &str| send(world.request(Method::POST, "/bookings").header("idempotency-key", key).json(&hold("room")));
    let first = create("held").await;
    let again = create("held").await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let longer = with(hold("room"), json!({ "hold_seconds": 60 }));
    let other = world.request(Method::POST, "/bookings").header("idempotency-key", "held").json(&longer);
    assert_eq!(kind(&send(other).await), "urn:problem:key-reused");
    world.delete(&path(&first.body)).await;

    let store = at_time(&world.store(SHARDS), Timestamp::now(), -10_000);
    let (new, key) = (serde_json::from_value(hold("room")).unwrap(), IdempotencyKey::parse("lapsed"));
    let lapsed = json!(store.create(new, key, &Caller::Unchecked).await.unwrap().value);
    let late = create("lapsed").await;
    assert_eq!(
        (late.status, &late.body),
        (201, &with(lapsed, json!({ "status": "expired" }))),
        "nothing is booked anew"
    );
    assert_eq!(late.header("idempotency-replayed"), Some("true"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_users_bookings_are_listed_by_the_status_that_they_have_now() {
    let world = World::start().await;
    let expired = lapsing(&world, "room-1", 0).await;
    let held = world.book(&with(hold("room-2"), json!({ "hold_seconds": 3600 }))).await;
    let confirmed = world.book(&hold("room-3")).await;
    assert_eq!(world.confirm(&confirmed).await.status, 200);
    let cancelled = world.book(&hold("room-4")).await;
    world.cancel(&cancelled).await;
    for (status, booking) in [("expired", expired), ("held", held), ("active", confirmed), ("cancelled", cancelled)] {
        let list = world.get(&format!("/users/alice/bookings?status={status}")).await.body;
        assert_eq!(list, json!([world.get(&path(&booking)).await.body]));
        assert_eq!(list[0]["status"], status);
    }
    assert_eq!(world.get("/users/alice/bookings").await.body.as_array().unwrap().len(), 4);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_confirmation_and_the_next_booking_of_the_time_exactly_one_succeeds() {
    let world = World::start().await;
    let rooms: Vec<_> = (0..12).map(|number| format!("room-{number}")).collect();
    let outcomes = join_all(rooms.iter().enumerate().map(async |(number, room)| {
        let held = lapsing(&world, room, 2000).await;
        let lapses = time(&held["expires_at"]).millis();
        // From 55 ms before the hold lapses to its end, so that some come in time and others do not.
        let before = 5 * i64::try_from(number).unwrap();
        let wait = u64::try_from(lapses - before - Timestamp::now().millis()).unwrap_or(0);
        tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
        let next = async {
            loop {
                let asked = Timestamp::now().millis();
                let answer = world.post("/bookings", &with(hold(room), json!({ "user_id": "bob" }))).await;
                // The last request is made when the hold has lapsed or is confirmed.
                if answer.status == 201 || answer.status == 409 && asked >= lapses {
                    break answer;
                }
            }
        };
        let (confirmed, next) = tokio::join!(world.confirm(&held), next);
        (confirmed.status, next.status)
    }))
    .await;
    for outcome in outcomes {
        assert!([(200, 409), (409, 201)].contains(&outcome), "{outcome:?}");
    }
    world.stop().await;
}
