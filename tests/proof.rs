//! The proof of the reminders: a thousand of them, cancelled, deleted and moved at the worst moments, with a bus that
//! fails and a function that is killed. None is lost, none is stale, and each has one id.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may fail")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use common::bus::FailingBus;
use common::*;
use futures_util::StreamExt;
use handlers::booking::{Booking, BookingPatch, Caller, NewBooking, Timestamp};
use handlers::store::Bookings;
use local::{ManualClock, Options};
use serde_json::json;

/// The store, as the functions use it, without a function around it: thousands of bookings are made in seconds.
fn store(world: &World) -> Bookings {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::for_tests())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(world.service.dynamodb_url());
    Bookings::new(aws_sdk_dynamodb::Client::from_conf(config.build()), world.table.clone(), 4)
}

fn after(seconds: i64) -> Timestamp {
    Timestamp::from_millis((Timestamp::now().seconds() + seconds) * 1000).unwrap()
}

/// A booking whose reminder is due in one to two hours.
fn new(place: usize, random: &mut fastrand::Rng) -> NewBooking {
    let start = 2 * HOUR + random.i64(0..HOUR);
    serde_json::from_value(json!({
        "user_id": format!("user-{}", place % 50), "resource_id": format!("room-{place}"),
        "start_time": after(start), "end_time": after(start + HOUR), "reminder_lead_seconds": HOUR,
    }))
    .unwrap()
}

/// What a booking has been through.
struct Life {
    booking: Booking,
    /// When its reminder of then was called off, as seen by who asked for it.
    ended: Option<Instant>,
}

/// What can call a reminder off.
async fn call_off(store: &Bookings, life: &mut Life, how: u8) {
    let (id, caller) = (life.booking.booking_id, &Caller::Unchecked);
    match how {
        0 => life.booking = store.cancel(id, None, caller).await.unwrap(),
        1 => {
            store.delete(id, None, caller).await.unwrap();
            life.booking.ttl = None;
        }
        _ => {
            // To the next day, which does not come in this test.
            let (start, end) = (after(30 * HOUR), after(31 * HOUR));
            let patch = BookingPatch { start_time: Some(start), end_time: Some(end), ..BookingPatch::default() };
            life.booking = store.update(id, patch, None, caller).await.unwrap();
            life.booking.ttl = None;
        }
    }
    life.ended = Some(Instant::now());
}

/// From the moment the bookings are read until the last attempt at the bus: what is called off in between may be told.
const IN_FLIGHT: Duration = Duration::from_secs(15);

struct Firing {
    count: usize,
    ttl: bool,
    sweeper: bool,
    faults: bool,
}

async fn prove(Firing { count, ttl, sweeper, faults }: Firing) {
    let (bus, clock) = (FailingBus::start(11).await, ManualClock::new(now()));
    let hours = |seconds: i64| now() + u64::try_from(seconds).unwrap();
    let world = World::with(Options {
        clock: Some(Arc::new(clock.clone())),
        environment: [("AWS_ENDPOINT_URL_EVENTBRIDGE".to_owned(), bus.url.clone())].into(),
        ttl_every: ttl.then_some(Duration::from_secs(4)),
        schedule_every: Some(if sweeper { Duration::from_millis(400) } else { Duration::from_hours(1) }),
        ..options()
    })
    .await;
    let store = store(&world);
    let mut random = fastrand::Rng::with_seed(5);

    let wanted: Vec<_> = (0..count).map(|place| new(place, &mut random)).collect();
    let made = futures_util::stream::iter(wanted)
        .map(|new| store.create(new, None, &Caller::Unchecked))
        .buffered(16)
        .map(|made| Life { booking: made.unwrap().value, ended: None });
    let mut lives: Vec<Life> = made.collect().await;
    let first: BTreeMap<_, _> = lives.iter().map(|life| (life.booking.booking_id, life.booking.clone())).collect();

    // Before anything is due.
    for place in (0..count).step_by(6) {
        call_off(&store, &mut lives[place], random.u8(..3)).await;
    }
    assert!(bus.taken().iter().all(|event| event.detail_type != "ReminderDue"), "nothing is due yet");

    // While it becomes due, is swept, expires, is delivered and is tried again.
    bus.fail(faults);
    let mut victims: Vec<usize> = (0..count).filter(|place| place % 6 == 3).collect();
    random.shuffle(&mut victims);
    let steps = 20;
    for (step, victims) in victims.chunks(victims.len().div_ceil(steps)).enumerate() {
        let time = HOUR + HOUR * i64::try_from(step + 1).unwrap() / i64::try_from(steps).unwrap();
        clock.set(hours(time));
        for victim in victims {
            call_off(&store, &mut lives[*victim], random.u8(..3)).await;
        }
        if faults && step % 5 == 2 {
            world.service.kill("publishEvents");
        }
    }
    clock.set(hours(2 * HOUR + 60));
    bus.fail(false);

    let standing: BTreeSet<_> =
        lives.iter().filter(|life| life.ended.is_none()).map(|life| life.booking.booking_id.to_string()).collect();
    let started = Instant::now();
    let events = loop {
        let events: Vec<_> = bus.taken().into_iter().filter(|event| event.detail_type == "ReminderDue").collect();
        let told: BTreeSet<_> = events.iter().map(|event| text(&event.detail["booking_id"]).to_owned()).collect();
        if standing.is_subset(&told) {
            break events;
        }
        let missing = standing.difference(&told).count();
        assert!(started.elapsed() < 3 * DEADLINE, "{missing} of {} reminders are lost", standing.len());
        tokio::time::sleep(Duration::from_millis(100)).await;
    };

    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let by_id: BTreeMap<_, _> = lives.iter().map(|life| (life.booking.booking_id.to_string(), life)).collect();
    let (mut duplicates, mut overtaken) = (0, 0);
    for event in &events {
        let booking = text(&event.detail["booking_id"]).to_owned();
        let life = by_id[&booking];
        let told = ids.entry(booking.clone()).or_default();
        duplicates += usize::from(!told.insert(text(&event.detail["id"]).to_owned()));
        if let Some(ended) = life.ended {
            overtaken += usize::from(event.at > ended);
            assert!(event.at < ended + IN_FLIGHT, "{booking} was called off long before");
        }
        assert_eq!(event.detail["ttl"], first[&life.booking.booking_id].ttl.unwrap(), "the time it was due");
    }
    assert!(ids.values().all(|ids| ids.len() == 1), "a reminder has one id");
    let early = |place: usize| lives[place].booking.booking_id.to_string();
    assert!((0..count).step_by(6).all(|place| !ids.contains_key(&early(place))), "called off before it was due");
    println!(
        "{} live reminders, {} told, {duplicates} of them again, {overtaken} called off while in flight",
        standing.len(),
        events.len()
    );
    world.stop().await;
}

fn now() -> u64 {
    u64::try_from(Timestamp::now().seconds()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn reminders_under_faults_are_all_told_and_none_is_stale() {
    prove(Firing { count: 1000, ttl: true, sweeper: true, faults: true }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_sweeper_ttl_alone_tells_all_of_them() {
    prove(Firing { count: 300, ttl: true, sweeper: false, faults: false }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_ttl_the_sweeper_alone_tells_all_of_them() {
    prove(Firing { count: 300, ttl: false, sweeper: true, faults: false }).await;
}
