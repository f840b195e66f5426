//! The end of a hold: to the millisecond, between functions whose clocks differ, and on the bus.

use std::time::Duration;

use crate::common::clock::{at_time, create};
use crate::common::resources::{at, span};
use crate::common::*;
use futures_util::future::join_all;
use handlers::booking::{
    Booking, BookingError, BookingPatch, BusyQuery, Caller, ConfirmError, ResourceId, Status, Timestamp,
};
use handlers::store::Bookings;
use local::Options;
use serde_json::{Value, json};

const CALLER: &Caller = &Caller::Unchecked;

fn body(resource: &str) -> Value {
    span(resource, &at(3, "10:00"), &at(3, "11:00"))
}

/// A hold of ten seconds, and when it lapses.
async fn hold(store: &Bookings, body: &Value) -> (Booking, Timestamp) {
    let held = create(store, &with(body.clone(), json!({ "hold_seconds": 10 }))).await.unwrap();
    (held.clone(), held.expires_at.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_lapses_at_its_millisecond() {
    let world = World::start().await;
    let store = world.store(SHARDS);
    let (held, lapses) = hold(&store, &body("room")).await;
    let (before, then) = (at_time(&store, lapses, -1), at_time(&store, lapses, 0));
    assert_eq!(before.get(held.booking_id, CALLER).await.unwrap().status, Status::Held);
    assert_eq!(then.get(held.booking_id, CALLER).await.unwrap().status, Status::Expired);
    let query = BusyQuery { from: at(3, "00:00").parse().unwrap(), to: at(4, "00:00").parse().unwrap() };
    let room = ResourceId::parse("room").unwrap();
    assert_eq!(before.busy(&room, &query).await.unwrap().len(), 1);
    assert_eq!(then.busy(&room, &query).await.unwrap(), []);
    assert!(matches!(create(&before, &body("room")).await, Err(BookingError::TimeTaken { seats_left: 0, .. })));
    assert!(matches!(then.confirm(held.booking_id, None, CALLER).await, Err(ConfirmError::HoldExpired)));
    let patch = BookingPatch { seats: Some(1), ..BookingPatch::default() };
    assert!(matches!(then.update(held.booking_id, patch, None, CALLER).await, Err(BookingError::HoldExpired)));
    create(&then, &body("room")).await.unwrap();

    let (held, lapses) = hold(&store, &body("hall")).await;
    let confirmed = at_time(&store, lapses, -1).confirm(held.booking_id, None, CALLER).await.unwrap();
    assert_eq!((confirmed.status, confirmed.expires_at), (Status::Active, None));
    let later = at_time(&store, lapses, 60_000);
    assert_eq!(later.get(held.booking_id, CALLER).await.unwrap(), confirmed);
    assert!(matches!(create(&later, &body("hall")).await, Err(BookingError::TimeTaken { .. })));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_a_function_with_a_faster_clock_has_booked_over_is_lost() {
    let world = World::start().await;
    world.rules("class", &json!({ "capacity": 2 })).await;
    let store = world.store(SHARDS);
    // Over midnight, the second booking touches only the second of the two days.
    let night = span("night", &at(3, "22:00"), &at(4, "02:00"));
    let morning = span("night", &at(4, "01:00"), &at(4, "03:00"));
    let both = with(body("class"), json!({ "seats": 2 }));
    for (wanted, over) in [(body("room"), body("room")), (body("class"), both), (night, morning)] {
        let (held, lapses) = hold(&store, &wanted).await;
        let (slow, fast) = (at_time(&store, lapses, -2000), at_time(&store, lapses, 1000));
        let winner = create(&fast, &over).await.unwrap();

        assert_eq!(slow.get(held.booking_id, CALLER).await.unwrap().status, Status::Held);
        assert!(
            matches!(slow.confirm(held.booking_id, None, CALLER).await, Err(ConfirmError::HoldExpired)),
            "{wanted}"
        );
        let end = Timestamp::from_millis(held.span.end().millis() + 60_000);
        let longer = BookingPatch { end_time: end, ..BookingPatch::default() };
        let moved = slow.update(held.booking_id, longer, None, CALLER).await;
        assert!(matches!(moved, Err(BookingError::HoldExpired)), "{wanted}: {moved:?}");
        // Nor does it move to where nobody is in its way: to another day, or to another resource.
        let (start, end) = (at(9, "10:00").parse().unwrap(), at(9, "11:00").parse().unwrap());
        let elsewhen = BookingPatch { start_time: Some(start), end_time: Some(end), ..BookingPatch::default() };
        let elsewhere =
            BookingPatch { resource_id: Some(ResourceId::parse("elsewhere").unwrap()), ..BookingPatch::default() };
        for patch in [elsewhen, elsewhere] {
            let moved = slow.update(held.booking_id, patch, None, CALLER).await;
            assert!(matches!(moved, Err(BookingError::HoldExpired)), "{wanted}: {moved:?}");
        }
        // The rest of the hold can be removed, and the winner's claim stays.
        slow.cancel(held.booking_id, None, CALLER).await.unwrap();
        assert!(matches!(create(&slow, &wanted).await, Err(BookingError::TimeTaken { .. })), "{wanted}");
        assert_eq!(slow.get(winner.booking_id, CALLER).await.unwrap(), winner);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_confirmation_and_a_booking_by_clocks_that_differ_exactly_one_succeeds() {
    let world = World::start().await;
    let store = world.store(SHARDS);
    let outcomes = join_all((0..40).map(async |number| {
        let resource = format!("room-{number}");
        let (held, lapses) = hold(&store, &body(&resource)).await;
        let (slow, fast) = (at_time(&store, lapses, -1), at_time(&store, lapses, 0));
        let body = body(&resource);
        let (confirmed, booked) = tokio::join!(slow.confirm(held.booking_id, None, CALLER), create(&fast, &body));
        match (&confirmed, &booked) {
            (Ok(_), Err(BookingError::TimeTaken { .. })) | (Err(ConfirmError::HoldExpired), Ok(_)) => {}
            other => panic!("{other:?}"),
        }
        booked.is_ok()
    }))
    .await;
    println!("{} of 40 were booked over", outcomes.iter().filter(|booked| **booked).count());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_its_deletion_follows_the_end_of_a_hold_even_by_a_slow_clock() {
    let quiet = Options { schedule_every: Some(Duration::from_hours(24)), ttl_every: None, ..options() };
    let world = World::with(quiet).await;
    let held = world.book(&with(body("room"), json!({ "hold_seconds": 600 }))).await;
    world.sweep(Timestamp::now().seconds() + 660).await;
    eventually("its end is told", async || (world.told(&held).await.len() == 2).then_some(())).await;
    assert_eq!(world.get(&path(&held)).await.body["status"], "held", "by the clock of the functions");
    let confirmed = world.confirm(&held).await;
    assert_eq!(confirmed.is_problem(409).body["type"], "urn:problem:hold-expired");
    for change in [
        json!({ "metadata": { "a": "b" } }),
        json!({ "resource_id": "hall" }),
        json!({ "seats": 1, "end_time": at(3, "10:30") }),
    ] {
        let changed = world.put(&path(&held), &change).await;
        assert_eq!(changed.is_problem(409).body["type"], "urn:problem:hold-expired", "{change}");
    }
    let cancelled = world.cancel(&held).await;
    assert_eq!((cancelled.status, &cancelled.body["status"]), (200, &json!("expired")));
    assert_eq!(world.told(&held).await, ["BookingCreated", "BookingExpired"]);
    assert_eq!(world.delete(&path(&held)).await.status, 204);
    eventually("its deletion is told", async || (world.told(&held).await.len() == 3).then_some(())).await;
    assert_eq!(world.told(&held).await[2], "BookingDeleted");
    world.stop().await;
}

/// One write removes at most a hundred lapsed claims.
#[tokio::test(flavor = "multi_thread")]
async fn however_many_holds_have_lapsed_their_time_can_be_booked_and_none_is_confirmed() {
    let world = World::start().await;
    assert_eq!(world.put("/resources/hall", &json!({ "capacity": 240 })).await.status, 200);
    let store = world.store(SHARDS);
    let (first, lapses) = hold(&store, &body("hall")).await;
    let mut held = vec![first];
    for _ in 1..240 {
        held.push(hold(&at_time(&store, lapses, -9000), &body("hall")).await.0);
    }
    // A second after the last of them has lapsed.
    let ahead = at_time(&store, lapses, 2000);
    let booked = create(&ahead, &with(body("hall"), json!({ "seats": 240 }))).await.unwrap();
    let moved = create(&ahead, &span("hall", &at(3, "12:00"), &at(3, "13:00"))).await.unwrap();
    let slow = at_time(&store, lapses, -1);
    for hold in held {
        assert!(matches!(slow.confirm(hold.booking_id, None, CALLER).await, Err(ConfirmError::HoldExpired)));
    }
    ahead.cancel(booked.booking_id, None, CALLER).await.unwrap();
    let patch = serde_json::from_value(json!({ "start_time": at(3, "10:00"), "end_time": at(3, "11:00") })).unwrap();
    ahead.update(moved.booking_id, patch, None, CALLER).await.unwrap();
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bus_is_told_once_how_a_hold_has_ended() {
    let world = World::start().await;
    // Nine seconds ago. The ends of these holds are due 15 seconds after they are made.
    let store = at_time(&world.store(SHARDS), Timestamp::now(), -9000);
    let held = async |resource: &str| hold(&store, &body(resource)).await.0;
    let (confirmed, cancelled, deleted) = (held("room-1").await, held("room-2").await, held("room-3").await);
    for _ in 0..2 {
        store.confirm(confirmed.booking_id, None, CALLER).await.unwrap();
    }
    store.cancel(cancelled.booking_id, None, CALLER).await.unwrap();
    store.delete(deleted.booking_id, None, CALLER).await.unwrap();
    let lapsed = json!(held("room-4").await);
    // The end of this one is told after the ends of all others would have been.
    let last = json!(held("room-5").await);
    for hold in [&lapsed, &last] {
        eventually("its end is told", async || (world.told(hold).await.len() == 2).then_some(())).await;
        assert_eq!(world.told(hold).await, ["BookingCreated", "BookingExpired"]);
    }
    for (hold, end) in [(confirmed, "BookingConfirmed"), (cancelled, "BookingCancelled"), (deleted, "BookingDeleted")] {
        assert_eq!(world.told(&json!(hold)).await, ["BookingCreated", end]);
    }
    let event = world.events(&lapsed).await.remove(1);
    assert_eq!((&event["source"], &event["detail"]["type"]), (&json!("booking.lifecycle"), &json!("BookingExpired")));
    assert_eq!(event["detail"]["before"], lapsed);
    assert_eq!(event["detail"]["after"], with(lapsed.clone(), json!({ "status": "expired" })));
    // Later changes do not tell its end again.
    assert_eq!(world.cancel(&lapsed).await.status, 200);
    assert_eq!(world.delete(&path(&lapsed)).await.status, 204);
    eventually("its deletion is told", async || (world.told(&lapsed).await.len() == 3).then_some(())).await;
    assert_eq!(world.told(&lapsed).await[2], "BookingDeleted");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_reminds_only_after_it_is_confirmed() {
    let world = World::start().await;
    // All of the reminders are due at once.
    let leads = json!({ "reminder_lead_seconds": 3600, "further_reminder_lead_seconds": [7200, 1800] });
    let held = world.book(&with(with(hour("room", 600), leads.clone()), json!({ "hold_seconds": 600 }))).await;
    let booked = world.book(&with(hour("hall", 600), leads)).await;
    let all = async |booking: &Value| {
        eventually("all are told", async || (world.reminders(booking).await.len() == 3).then_some(())).await;
    };
    all(&booked).await;
    assert!(world.reminders(&held).await.is_empty());
    let confirmed = world.confirm(&held).await.body;
    assert_eq!(confirmed["further_reminder_lead_seconds"], held["further_reminder_lead_seconds"]);
    all(&held).await;

    // Nothing reminds of what has started.
    let store = world.store(SHARDS);
    let start = Timestamp::now();
    let early = at_time(&store, start, -5000);
    let times = json!({ "start_time": start, "hold_seconds": 10 });
    let started = create(&early, &with(hour("roof", 0), times)).await.unwrap();
    let confirmed = at_time(&store, start, 1).confirm(started.booking_id, None, CALLER).await.unwrap();
    assert_eq!((confirmed.reminder_lead_seconds, confirmed.ttl), (None, None));
    assert!(world.timers(&serde_json::to_value(&confirmed).unwrap()).await.is_empty());
    world.stop().await;
}
