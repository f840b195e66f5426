//! Concurrent requests: no resource is booked twice, no item is left behind, and every request gets a response.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may fail")]

mod common;

use std::collections::BTreeMap;
use std::sync::Mutex;

use common::*;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

const CLIENTS: i64 = 300;

/// Each test takes the whole machine: with another beside it, a function's time would be up before its turn comes.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

fn count(statuses: impl IntoIterator<Item = u16>) -> BTreeMap<u16, usize> {
    let mut counts = BTreeMap::new();
    for status in statuses {
        *counts.entry(status).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn of_300_who_want_one_slot_exactly_one_gets_it() {
    let _alone = ALONE.lock().await;
    let world = World::start().await;
    let answers = join_all((0..CLIENTS).map(async |i| {
        let body = with(hour("room", DAY), json!({"user_id": format!("user-{i}")}));
        world.post("/bookings", &body).await.status
    }))
    .await;
    assert_eq!(count(answers), BTreeMap::from([(201, 1), (409, 299)]));
    assert_eq!(checker::faults(&world.items().await), Vec::<String>::new());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_retries_of_one_create_make_one_booking() {
    let _alone = ALONE.lock().await;
    let world = World::start().await;
    let body = hour("room", DAY);
    let answers = join_all(
        (0..50).map(|_| send(world.request(Method::POST, "/bookings").header("idempotency-key", "once").json(&body))),
    )
    .await;
    assert!(answers.iter().all(|answer| answer.status == 201 && answer.body == answers[0].body), "{answers:?}");
    let replayed = answers.iter().filter(|answer| answer.header("idempotency-replayed").is_some()).count();
    assert_eq!(replayed, 49);
    assert_eq!(checker::faults(&world.items().await), Vec::<String>::new());
    world.stop().await;
}

/// Every client makes a few random requests for few resources. Users share a few keys, so that a booking that one
/// client deletes is created again by another.
async fn storm(seed: u64) {
    let _alone = ALONE.lock().await;
    let world = World::start().await;
    let made: Mutex<Vec<Value>> = Mutex::new(Vec::new());
    let clients = (0..CLIENTS).map(async |i| {
        let mut random = fastrand::Rng::with_seed(seed * 1_000 + u64::try_from(i).unwrap());
        let known = |random: &mut fastrand::Rng| {
            let made = made.lock().unwrap();
            (!made.is_empty()).then(|| made[random.usize(..made.len())].clone())
        };
        // Spans of half an hour to two days within three days, often over midnight and adjacent to each other.
        let span = |random: &mut fastrand::Rng| {
            let start = DAY + random.i64(0..144) * HOUR / 2;
            let length = if random.u8(..4) == 0 { random.i64(1..97) } else { random.i64(1..5) } * HOUR / 2;
            json!({"start_time": soon(start), "end_time": soon(start + length)})
        };
        let (mut statuses, mut starved) = (Vec::new(), 0);
        for _ in 0..4 {
            let room = format!("room-{}", random.u8(..4));
            let answer = match (random.u8(..10), known(&mut random)) {
                (0..=4, _) | (_, None) => {
                    let user = json!({"user_id": format!("user-{}", i % 8), "resource_id": room});
                    let body = with(user, span(&mut random));
                    let mut request = world.request(Method::POST, "/bookings").json(&body);
                    if random.bool() {
                        request = request.header("idempotency-key", format!("key-{}", random.u8(..12)));
                    }
                    let answer = send(request).await;
                    if answer.status == 201 {
                        made.lock().unwrap().push(answer.body.clone());
                    }
                    answer
                }
                (5, Some(booking)) => world.put(&path(&booking), &json!({"resource_id": room})).await,
                (6 | 7, Some(booking)) => world.put(&path(&booking), &span(&mut random)).await,
                (8, Some(booking)) => world.cancel(&booking).await,
                (_, Some(booking)) => world.delete(&path(&booking)).await,
            };
            starved += usize::from(answer.body["type"] == "urn:problem:contended");
            statuses.push(answer.status);
        }
        (statuses, starved)
    });
    let (statuses, starved): (Vec<_>, Vec<usize>) = join_all(clients).await.into_iter().unzip();
    let counts = count(statuses.into_iter().flatten());
    let documented = [200, 201, 204, 404, 409, 410, 422, 503];
    assert!(counts.keys().all(|status| documented.contains(status)), "seed {seed}: {counts:?}");
    assert!(counts.contains_key(&410), "seed {seed}: no deleted key was used again: {counts:?}");
    // No starvation: nearly all requests succeed within their attempts.
    // A machine that is too slow for the time limits answers 503 as well, and says nothing of this.
    let starved: usize = starved.iter().sum();
    assert!(starved * 20 <= counts.values().sum::<usize>(), "seed {seed}: {counts:?}");
    let faults = checker::faults(&world.items().await);
    assert!(faults.is_empty(), "seed {seed}: {faults:#?}");
    let lost = eventually("a transaction meets a conflict", async || lost_races(&world)).await;
    println!("seed {seed}: {counts:?}; {lost} races lost");
    world.stop().await;
}

/// The number of transactions that met a conflict and were tried again, from the log lines so far; `None` for zero.
fn lost_races(world: &World) -> Option<u64> {
    let lines = world.service.log_lines();
    let json = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line.split_once(' ')?.1).ok());
    let lost: u64 = json.filter_map(|line| line["LostRaces"].as_u64()).sum();
    (lost > 0).then_some(lost)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_checker_notices_what_must_not_be() {
    let _alone = ALONE.lock().await;
    let world = World::start().await;
    world.book(&hour("room", DAY)).await;
    world.book(&hour("hall", DAY)).await;
    let sound = world.items().await;
    assert_eq!(checker::faults(&sound), Vec::<String>::new());
    let place = |sk: &str| sound.iter().position(|item| text(&item["sk"]["S"]).starts_with(sk)).unwrap();
    let timer = sound.iter().position(|item| text(&item["pk"]["S"]).starts_with("TIMER#")).unwrap();
    let spoilt = |spoil: &dyn Fn(&mut Vec<Value>)| {
        let mut items = sound.clone();
        spoil(&mut items);
        checker::faults(&items)
    };
    assert!(!spoilt(&|items| drop(items.remove(place("BOOKING")))).is_empty(), "claim and timer without booking");
    assert!(!spoilt(&|items| drop(items.remove(place("DAY")))).is_empty(), "a booking without its claim");
    assert!(!spoilt(&|items| drop(items.remove(timer))).is_empty(), "a booking without its timer");
    assert!(!spoilt(&|items| items[timer]["token"] = json!({"N": "7"})).is_empty(), "a stale timer");
    let doubled = spoilt(&|items| {
        let mut second = items[place("BOOKING")].clone();
        second["booking_id"] = json!({"S": "67e55044-10b1-426f-9247-bb680e5fe0c8"});
        items.push(second);
    });
    assert!(doubled.iter().any(|fault| fault.contains("booked twice")), "{doubled:?}");
    world.stop().await;
}

/// The real functions side by side. `tests/simulation.rs` has the orders that two processors do not meet.
#[tokio::test(flavor = "multi_thread")]
async fn a_storm_leaves_the_table_sound() {
    storm(1).await;
}
