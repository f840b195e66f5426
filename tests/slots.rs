//! Slots: which are listed, and that what is listed is exactly what can be booked.

use std::collections::BTreeSet;

use crate::common::resources::{at, daily, span};
use crate::common::*;
use fastrand::Rng;
use handlers::booking::Timestamp;
use serde_json::{Value, json};

fn millis(time: &str) -> i64 {
    time.parse::<Timestamp>().expect("a time").millis()
}

fn time(millis: i64) -> String {
    Timestamp::from_millis(millis).expect("a time").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_no_booking_could_answer_is_refused_by_its_parameters() {
    let world = World::start().await;
    let (from, to) = (at(3, "00:00"), at(4, "00:00"));
    let refused = async |more: &str| world.slots("room", &from, &to, more).await.pointers();
    assert_eq!(refused("").await, ["minutes"], "neither min_minutes nor slot_minutes");
    world.rules("room", &json!({ "slot_minutes": 20, "min_minutes": 30, "max_minutes": 60, "capacity": 2 })).await;
    for (more, expected) in [
        ("&minutes=0", vec!["minutes"]),
        ("&minutes=29", vec!["minutes"]),
        ("&minutes=61", vec!["minutes"]),
        ("&minutes=44641", vec!["minutes"]),
        ("&minutes=x", vec!["minutes"]),
        ("&seats=0", vec!["seats"]),
        ("&seats=3", vec!["seats"]),
        ("&seats=1001", vec!["seats"]),
        ("&minutes=61&seats=3", vec!["minutes", "seats"]),
        ("&minutes=0&seats=0&colour=red", vec!["colour", "minutes", "seats"]),
    ] {
        assert_eq!(refused(more).await, expected, "{more}");
    }
    let month = at(34, "00:00");
    for (from, to) in [(&to, &from), (&from, &from), (&from, &at(34, "00:01"))] {
        assert_eq!(world.slots("room", from, to, "").await.pointers(), ["to"], "{from} {to}");
    }
    assert_eq!(world.slots("room", &from, &month, "").await.status, 200, "31 days");
    let missing = world.get("/resources/room/slots").await;
    assert_eq!(missing.pointers(), ["from", "to"]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_length_that_is_not_asked_for_is_the_shortest_or_else_that_of_the_grid() {
    let world = World::start().await;
    let (from, to) = (at(3, "00:00"), at(4, "00:00"));
    world.rules("room", &with(daily(&[("09:00", "10:30")]), json!({ "slot_minutes": 30 }))).await;
    let first = async |more: &str| {
        let slots = world.slots("room", &from, &to, more).await.body;
        (slots.as_array().unwrap().len(), text(&slots[0]["end_time"]).to_owned())
    };
    assert_eq!(first("").await, (3, at(3, "09:30")));
    assert_eq!(first("&minutes=60").await, (2, at(3, "10:00")));
    world.rules("room", &with(daily(&[("09:00", "10:30")]), json!({ "slot_minutes": 30, "min_minutes": 45 }))).await;
    assert_eq!(first("").await, (2, at(3, "09:45")));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_that_are_left_are_told() {
    let world = World::start().await;
    let rules = with(daily(&[("09:00", "12:00")]), json!({ "slot_minutes": 60, "capacity": 3 }));
    world.rules("class", &rules).await;
    world.book(&with(span("class", &at(3, "10:00"), &at(3, "11:00")), json!({ "seats": 2 }))).await;
    let slot = |start: &str, end: &str, left: i64| json!({ "start_time": at(3, start), "end_time": at(3, end), "seats_left": left });
    let (from, to) = (at(3, "00:00"), at(4, "00:00"));
    let all = [slot("09:00", "10:00", 3), slot("10:00", "11:00", 1), slot("11:00", "12:00", 3)];
    assert_eq!(world.slots("class", &from, &to, "").await.body, json!(all));
    assert_eq!(world.slots("class", &from, &to, "&seats=2").await.body, json!([all[0], all[2]]));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slots_are_as_far_ahead_as_a_booking_may_be() {
    let world = World::start().await;
    world.rules("room", &json!({ "slot_minutes": 10, "notice_minutes": 1440, "horizon_days": 2 })).await;
    let before = Timestamp::now().millis();
    let listed: BTreeSet<_> = world.starts("room", &at(0, "00:00"), &at(4, "00:00"), "").await.into_iter().collect();
    let after = Timestamp::now().millis();
    let grid = (0..4 * 144).map(|place| millis(&at(0, "00:00")) + place * 600_000);
    for start in grid {
        let bookable = |now: i64| start - now >= DAY * 1000 && start - now <= 2 * DAY * 1000;
        // A start that came near enough or went out of reach while the service answered may be listed or not.
        if bookable(before) == bookable(after) {
            assert_eq!(listed.contains(&time(start)), bookable(after), "{}", time(start));
        }
    }
    world.stop().await;
}

/// Random rules. All times are multiples of a quarter of an hour, and a booking starts on the grid of slots only.
fn any_rules(random: &mut Rng) -> Value {
    let pick = |random: &mut Rng, of: &[i64]| of[random.usize(..of.len())];
    let zones = ["UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"];
    let windows = [
        vec![("09:00", "12:00"), ("13:15", "17:00")],
        vec![("22:00", "03:30")],
        vec![("00:00", "06:00"), ("06:00", "24:00")],
        vec![("08:30", "11:45")],
    ];
    let open = random.usize(..=windows.len());
    let rules = windows.get(open).map_or(json!({}), |windows| daily(windows));
    // So many minutes from now are in the middle of a quarter: none begins to be too near while the test runs.
    let minute = Timestamp::now().seconds() / 60;
    let notice = 3 * 1440 + (7 - minute).rem_euclid(15) + 15 * random.i64(0..96);
    let numbers = json!({
        "time_zone": zones[random.usize(..zones.len())], "slot_minutes": pick(random, &[15, 30, 45, 60]),
        "capacity": random.i64(1..=3), "buffer_before_minutes": pick(random, &[0, 0, 15, 30]),
        "buffer_after_minutes": pick(random, &[0, 0, 15, 45]), "notice_minutes": notice,
    });
    with(rules, numbers)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_listed_can_be_booked_and_nothing_else_can() {
    let world = World::start().await;
    let (mut booked, mut refused) = (0, 0);
    for round in 0..30_u64 {
        let mut random = Rng::with_seed(round);
        let resource = format!("room-{round}");
        let rules = any_rules(&mut random);
        world.rules(&resource, &rules).await;
        let minutes = [15, 30, 60, 90][random.usize(..4)];
        let body = |start: i64, seats: i64| {
            with(span(&resource, &time(start), &time(start + minutes * 60_000)), json!({ "seats": seats }))
        };
        let (from, to) = (at(3, "12:00"), at(5, "12:00"));
        let listed = async |seats: i64| -> Vec<i64> {
            let more = format!("&minutes={minutes}&seats={seats}");
            world.starts(&resource, &from, &to, &more).await.iter().map(|start| millis(start)).collect()
        };
        // Some of them are taken, by bookings and by holds that outlive the test.
        for _ in 0..4 {
            let free = listed(1).await;
            let Some(start) = random.choice(free) else { break };
            let held = if random.bool() { json!({ "hold_seconds": 3600 }) } else { json!({}) };
            world.book(&with(body(start, 1), held)).await;
        }
        let seats = random.i64(1..=rules["capacity"].as_i64().unwrap());
        let free = listed(seats).await;
        for _ in 0..free.len().min(6) {
            let start = free[random.usize(..free.len())];
            let booking = world.post("/bookings", &body(start, seats)).await;
            assert_eq!(booking.status, 201, "round {round}, {rules}: {booking:?}");
            assert_eq!(world.cancel(&booking.body).await.status, 200);
            booked += 1;
        }
        let quarters: Vec<_> = (millis(&from)..millis(&to)).step_by(15 * 60_000).collect();
        let others: Vec<_> = quarters.into_iter().filter(|start| !free.contains(start)).collect();
        for _ in 0..others.len().min(12) {
            let start = others[random.usize(..others.len())];
            let answer = world.post("/bookings", &body(start, seats)).await;
            let kinds = ["urn:problem:time-taken", "urn:problem:outside-rules"];
            assert!(kinds.contains(&text(&answer.body["type"])), "round {round}, {rules}: {answer:?}");
            refused += usize::from(answer.status == 409);
        }
    }
    assert!(booked > 100 && refused > 10, "the rules leave too little to compare: {booked} {refused}");
    world.stop().await;
}
