//! The list of a resource's bookings: what takes its time, by start, in pages.

use crate::common::resources::{at, span};
use crate::common::*;
use serde_json::{Value, json};

async fn list(world: &World, from: &str, to: &str, more: &str) -> Answer {
    world.get(&format!("/resources/room/bookings?from={from}&to={to}{more}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resources_bookings_are_listed_by_start_with_only_what_takes_its_time() {
    let world = World::start().await;
    world.rules("room", &json!({ "capacity": 2, "buffer_after_minutes": 60 })).await;
    let book = async |start: &str, end: &str, more: Value| world.book(&with(span("room", start, end), more)).await;
    let bob = json!({ "user_id": "bob", "metadata": { "note": "window" } });
    let noon = book(&at(3, "12:00"), &at(3, "13:00"), bob).await;
    let held = book(&at(3, "09:00"), &at(3, "10:00"), json!({ "hold_seconds": 3600 })).await;
    let night = book(&at(2, "23:00"), &at(3, "01:00"), json!({})).await;
    let early = book(&at(2, "20:00"), &at(2, "23:30"), json!({})).await;
    let cancelled = book(&at(3, "15:00"), &at(3, "16:00"), json!({})).await;
    world.cancel(&cancelled).await;
    let moved = book(&at(3, "17:00"), &at(3, "18:00"), json!({})).await;
    world.put(&path(&moved), &json!({ "resource_id": "hall" })).await;
    let deleted = book(&at(3, "19:00"), &at(3, "20:00"), json!({})).await;
    world.delete(&path(&deleted)).await;
    world.book(&span("hall", &at(3, "12:00"), &at(3, "13:00"))).await;

    let day = list(&world, &at(3, "00:00"), &at(4, "00:00"), "").await;
    assert_eq!((day.status, &day.body), (200, &json!([night, held, noon])));
    assert_eq!(day.header("link"), None);
    // A span is half-open, and a booking's buffer is not the booking.
    let hour = list(&world, &at(3, "10:00"), &at(3, "12:00"), "").await;
    assert_eq!(hour.body, json!([]));
    let month = list(&world, &at(2, "00:00"), &at(33, "00:00"), "").await;
    assert_eq!(month.body, json!([early, night, held, noon]));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_one_another_without_a_gap_or_a_booking_twice() {
    let world = World::start().await;
    world.rules("room", &json!({ "capacity": 5 })).await;
    let mut booked = Vec::new();
    for number in 0..7 {
        // Several that start at once, over two days.
        let (day, clock) = (3 + number / 4, format!("{:02}:00", 8 + number / 2));
        booked.push(world.book(&span("room", &at(day, &clock), &at(day, "20:00"))).await);
    }
    let mut next = Some(format!("/resources/room/bookings?from={}&to={}&limit=3", at(3, "00:00"), at(5, "00:00")));
    let (mut listed, mut sizes) = (Vec::new(), Vec::new());
    while let Some(page) = next {
        let answer = world.get(&page).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let items = answer.body.as_array().unwrap();
        sizes.push(items.len());
        listed.extend(items.iter().cloned());
        next = answer.header("link").map(|link| {
            let target = link.strip_prefix('<').and_then(|link| link.split_once('>')).expect("a link");
            assert_eq!(target.1, "; rel=\"next\"");
            target.0.to_owned()
        });
    }
    assert_eq!(sizes, [3, 3, 1]);
    let starts: Vec<_> = listed.iter().map(|booking| text(&booking["start_time"])).collect();
    assert!(starts.is_sorted(), "{starts:?}");
    let ids = |bookings: &[Value]| {
        let mut ids: Vec<_> = bookings.iter().map(|booking| text(&booking["booking_id"]).to_owned()).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&listed), ids(&booked));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_needs_a_span_and_takes_only_what_it_knows() {
    let world = World::start().await;
    let (from, to) = (at(3, "00:00"), at(4, "00:00"));
    assert_eq!(world.get("/resources/room/bookings").await.pointers(), ["from", "to"]);
    for (from, to) in [(&to, &from), (&from, &from), (&from, &at(34, "00:01"))] {
        assert_eq!(list(&world, from, to, "").await.pointers(), ["to"], "{from} {to}");
    }
    for (more, expected) in [
        ("&limit=0", vec!["limit"]),
        ("&limit=101", vec!["limit"]),
        ("&status=held", vec!["status"]),
        ("&limit=x&page=2", vec!["limit", "page"]),
    ] {
        assert_eq!(list(&world, &from, &to, more).await.pointers(), expected, "{more}");
    }
    list(&world, &from, &to, "&cursor=abc").await.is_problem(400);
    let empty = list(&world, &from, &to, "").await;
    assert_eq!((empty.status, &empty.body, empty.header("link")), (200, &json!([]), None));

    for (start, end) in [("08:00", "09:00"), ("10:00", "11:00")] {
        world.book(&span("room", &at(3, start), &at(3, end))).await;
    }
    let page = list(&world, &from, &to, "&limit=1").await;
    let (_, cursor) = page.header("link").unwrap().split_once("cursor=").unwrap();
    let cursor = format!("&limit=1&cursor={}", cursor.split(['&', '>']).next().unwrap());
    assert_eq!(list(&world, &from, &to, &cursor).await.body.as_array().unwrap().len(), 1);
    list(&world, &from, &at(5, "00:00"), &cursor).await.is_problem(400);
    let elsewhere = world.get(&format!("/resources/hall/bookings?from={from}&to={to}{cursor}")).await;
    elsewhere.is_problem(400);
    world.stop().await;
}
