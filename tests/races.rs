//! Many at once: nobody is booked twice, nothing is left behind, and everybody gets an answer.

mod common;

use std::collections::BTreeMap;

use common::*;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

const CLIENTS: i64 = 300;

fn count(statuses: impl IntoIterator<Item = u16>) -> BTreeMap<u16, usize> {
    let mut counts = BTreeMap::new();
    for status in statuses {
        *counts.entry(status).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn of_300_who_want_one_slot_exactly_one_gets_it() {
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
