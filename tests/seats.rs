//! Seats: a class fills up to its capacity, whoever comes at once, and stays small in the table.

use std::collections::BTreeMap;

use crate::common::resources::{at, span};
use crate::common::*;
use futures_util::future::join_all;
use serde_json::{Value, json};

const SEATS: i64 = 30;

/// A class of an hour, three days ahead.
fn class(start_hour: i64) -> Value {
    span("class", &at(3, &format!("{start_hour:02}:00")), &at(3, &format!("{:02}:00", start_hour + 1)))
}

fn of_user(body: &Value, number: i64) -> Value {
    with(body.clone(), json!({ "user_id": format!("user-{number}") }))
}

#[track_caller]
fn is_taken(answer: &Answer, busy: (&str, &str), seats_left: i64) {
    answer.is_problem(409);
    assert_eq!(answer.body["type"], "urn:problem:time-taken", "{answer:?}");
    assert_eq!(answer.body["busy"], json!({ "start_time": at(3, busy.0), "end_time": at(3, busy.1) }), "{answer:?}");
    assert_eq!(answer.body["seats_left"], seats_left, "{answer:?}");
}

/// The size of a value as DynamoDB counts it
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>).
fn size(value: &Value) -> usize {
    let (kind, value) = value.as_object().and_then(|value| value.iter().next()).expect("an attribute");
    match kind.as_str() {
        "S" => text(value).len(),
        // Two digits a byte, and at most two bytes more.
        "N" => text(value).len().div_ceil(2) + 2,
        // Base64 has four characters for three bytes.
        "B" => text(value).trim_end_matches('=').len() * 3 / 4,
        "M" => 3 + value.as_object().unwrap().iter().map(|(name, value)| 1 + name.len() + size(value)).sum::<usize>(),
        "L" => 3 + value.as_array().unwrap().iter().map(|value| 1 + size(value)).sum::<usize>(),
        other => panic!("the size of {other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_classes_fill_up_and_their_day_stays_below_8_kilobytes() {
    let world = World::start().await;
    world.rules("class", &json!({ "capacity": SEATS })).await;
    for start in 8..18 {
        for number in 0..SEATS {
            world.book(&of_user(&class(start), number)).await;
        }
        let full = (format!("{start:02}:00"), format!("{:02}:00", start + 1));
        // A full class just before this one is one span with it.
        let refused = world.post("/bookings", &of_user(&class(start), SEATS)).await;
        is_taken(&refused, ("08:00", &full.1), 0);
    }
    assert_eq!(
        world.busy("class", &at(3, "00:00"), &at(4, "00:00")).await,
        json!([{ "start_time": at(3, "08:00"), "end_time": at(3, "18:00") }])
    );
    let day = world.item("RESOURCE#class", &format!("DAY#{}", &at(3, "00:00")[..10])).await.unwrap();
    assert_eq!(day["busy"]["M"].as_object().unwrap().len(), 300);
    let bytes: usize = day.as_object().unwrap().iter().map(|(name, value)| name.len() + size(value)).sum();
    assert!(bytes < 8192, "{bytes}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_40_who_come_at_once_exactly_30_get_a_seat() {
    let world = World::start().await;
    world.rules("class", &json!({ "capacity": SEATS })).await;
    let answers = join_all((0..40).map(async |number| {
        // 503 asks to come again.
        loop {
            let answer = world.post("/bookings", &of_user(&class(10), number)).await;
            if answer.status != 503 {
                break answer;
            }
        }
    }))
    .await;
    let mut counts = BTreeMap::new();
    for answer in &answers {
        *counts.entry(answer.status).or_insert(0) += 1;
        if answer.status != 201 {
            is_taken(answer, ("10:00", "11:00"), 0);
        }
    }
    assert_eq!(counts, BTreeMap::from([(201, 30), (409, 10)]));
    let booked = world.items().await.into_iter().filter(|item| item["sk"]["S"] == "BOOKING").count();
    assert_eq!(booked, 30);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_more_seats_than_are_left_is_told_how_many_are() {
    let world = World::start().await;
    world.rules("class", &json!({ "capacity": 5 })).await;
    let seats = |hour: i64, seats: i64| with(class(hour), json!({ "seats": seats }));
    let three = world.book(&seats(10, 3)).await;
    assert_eq!(three["seats"], 3);
    is_taken(&world.post("/bookings", &seats(10, 3)).await, ("10:00", "11:00"), 2);
    let two = world.book(&seats(10, 2)).await;
    is_taken(&world.put(&path(&two), &json!({ "seats": 3 })).await, ("10:00", "11:00"), 2);
    assert_eq!(world.post("/bookings", &seats(10, 6)).await.pointers(), ["/seats"]);

    // Fewer seats free the others; more take what is left.
    assert_eq!(world.put(&path(&three), &json!({ "seats": 1 })).await.body["seats"], 1);
    assert_eq!(world.put(&path(&two), &json!({ "seats": 4 })).await.body["seats"], 4);
    is_taken(&world.post("/bookings", &seats(10, 1)).await, ("10:00", "11:00"), 0);
    world.cancel(&two).await;
    world.book(&seats(10, 4)).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn busy_is_where_no_seat_is_left_and_what_touches_is_one() {
    let world = World::start().await;
    world.rules("class", &json!({ "capacity": 2 })).await;
    let book = async |start: &str, end: &str, seats: i64| {
        world.book(&with(span("class", &at(3, start), &at(3, end)), json!({ "seats": seats }))).await
    };
    let busy = async || world.busy("class", &at(3, "00:00"), &at(4, "00:00")).await;
    let full = |start: &str, end: &str| json!({ "start_time": at(3, start), "end_time": at(3, end) });
    book("09:00", "12:00", 1).await;
    assert_eq!(busy().await, json!([]), "a seat is left");
    book("10:00", "11:00", 1).await;
    assert_eq!(busy().await, json!([full("10:00", "11:00")]), "where two bookings overlap");
    book("12:00", "13:00", 2).await;
    assert_eq!(busy().await, json!([full("10:00", "11:00"), full("12:00", "13:00")]));
    book("11:00", "12:00", 1).await;
    assert_eq!(busy().await, json!([full("10:00", "13:00")]), "spans that touch are one");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capacity_that_is_lowered_leaves_bookings_and_takes_no_further_one() {
    let world = World::start().await;
    world.rules("class", &json!({ "capacity": 3 })).await;
    let three = world.book(&with(class(10), json!({ "seats": 3 }))).await;
    world.rules("class", &json!({ "capacity": 2 })).await;
    assert_eq!(world.get(&path(&three)).await.body, three);
    is_taken(&world.post("/bookings", &class(10)).await, ("10:00", "11:00"), 0);
    assert_eq!(world.put(&path(&three), &json!({ "seats": 1 })).await.status, 200);
    world.book(&class(10)).await;
    is_taken(&world.post("/bookings", &class(10)).await, ("10:00", "11:00"), 0);
    world.stop().await;
}
