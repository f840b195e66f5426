//! Slots in time zones, over HTTP. The values in UTC are computed by hand from the offsets that stand beside them.

use crate::common::resources::{daily, span};
use crate::common::*;
use serde_json::{Value, json};

/// A year that is still to come, and in which every zone below keeps the rules that it has today.
const YEAR: &str = "2035";

async fn clinic(world: &World, zone: &str, windows: &[(&str, &str)], slot_minutes: i64) {
    let rules = with(daily(windows), json!({ "time_zone": zone, "slot_minutes": slot_minutes }));
    world.rules("clinic", &rules).await;
}

/// The starts between two times of the year, without the year and the seconds: `03-10T14:00`.
async fn starts(world: &World, from: &str, to: &str) -> Vec<String> {
    let (from, to) = (format!("{YEAR}-{from}:00Z"), format!("{YEAR}-{to}:00Z"));
    let starts = world.starts("clinic", &from, &to, "").await;
    let short = starts.iter().map(|start| {
        let rest = start.strip_prefix(YEAR).and_then(|rest| rest.strip_suffix(":00Z")).expect("a time of the year");
        rest[1..].to_owned()
    });
    short.collect()
}

/// Books the open span as a whole: a window has as many real hours as it has on that day.
async fn book(world: &World, start: &str, end: &str) -> Answer {
    let body = span("clinic", &format!("{YEAR}-{start}:00Z"), &format!("{YEAR}-{end}:00Z"));
    world.post("/bookings", &body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clinic_in_new_york_opens_at_nine_on_both_sides_of_each_change_of_the_clocks() {
    let world = World::start().await;
    clinic(&world, "America/New_York", &[("09:00", "17:00")], 240).await;
    // Sunday 11 March, 02:00 EST (-5) becomes 03:00 EDT (-4).
    let march = starts(&world, "03-10T00:00", "03-12T00:00").await;
    assert_eq!(march, ["03-10T14:00", "03-10T18:00", "03-11T13:00", "03-11T17:00"]);
    // Sunday 4 November, 02:00 EDT (-4) becomes 01:00 EST (-5).
    let november = starts(&world, "11-03T00:00", "11-05T00:00").await;
    assert_eq!(november, ["11-03T13:00", "11-03T17:00", "11-04T14:00", "11-04T18:00"]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_in_new_york_has_as_many_hours_as_it_has() {
    let world = World::start().await;
    clinic(&world, "America/New_York", &[("22:00", "06:00")], 60).await;
    // From 22:00 EST to 06:00 EDT: seven hours.
    let short = starts(&world, "03-11T00:00", "03-11T18:00").await;
    let hours = ["03", "04", "05", "06", "07", "08", "09"].map(|hour| format!("03-11T{hour}:00"));
    assert_eq!(short, hours);
    // From 22:00 EDT to 06:00 EST: nine hours.
    let long = starts(&world, "11-04T00:00", "11-04T18:00").await;
    let hours = ["02", "03", "04", "05", "06", "07", "08", "09", "10"].map(|hour| format!("11-04T{hour}:00"));
    assert_eq!(long, hours);
    assert_eq!(book(&world, "03-11T03:00", "03-11T10:01").await.pointers(), ["/end_time"]);
    assert_eq!(book(&world, "03-11T03:00", "03-11T10:00").await.status, 201);
    assert_eq!(book(&world, "11-04T02:00", "11-04T11:00").await.status, 201);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_in_the_gap_means_the_moment_after_it_and_one_that_is_twice_opens_first_and_closes_second() {
    let world = World::start().await;
    // 02:30 does not exist on 11 March: it opens at 03:00 EDT, 07:00Z, and closes at 04:00 EDT.
    clinic(&world, "America/New_York", &[("02:30", "04:00")], 30).await;
    assert_eq!(starts(&world, "03-11T00:00", "03-11T18:00").await, ["03-11T07:00", "03-11T07:30"]);
    // 01:00 and 01:30 are there twice on 4 November: from 01:00 EDT, 05:00Z, to 01:30 EST, 06:30Z.
    clinic(&world, "America/New_York", &[("01:00", "01:30")], 30).await;
    assert_eq!(starts(&world, "11-04T00:00", "11-04T18:00").await, ["11-04T05:00", "11-04T05:30", "11-04T06:00"]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn berlin_has_its_hour_twice_in_october() {
    let world = World::start().await;
    // Sunday 28 October, 03:00 CEST (+2) becomes 02:00 CET (+1): the window opens at 00:00Z and closes at 02:00Z.
    clinic(&world, "Europe/Berlin", &[("02:00", "03:00"), ("10:00", "11:00")], 60).await;
    let october = starts(&world, "10-27T00:00", "10-28T12:00").await;
    assert_eq!(october, ["10-27T00:00", "10-27T08:00", "10-28T00:00", "10-28T01:00", "10-28T09:00"]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lord_howe_changes_its_clocks_by_half_an_hour() {
    let world = World::start().await;
    clinic(&world, "Australia/Lord_Howe", &[("01:00", "04:00")], 30).await;
    // 1 April, 02:00 (+11) becomes 01:30 (+10:30): from 14:00Z to 17:30Z.
    let autumn = starts(&world, "03-31T12:00", "04-01T12:00").await;
    let times = ["14:00", "14:30", "15:00", "15:30", "16:00", "16:30", "17:00"];
    assert_eq!(autumn, times.map(|time| format!("03-31T{time}")));
    // 7 October, 02:00 (+10:30) becomes 02:30 (+11): from 14:30Z to 17:00Z.
    let spring = starts(&world, "10-06T12:00", "10-07T12:00").await;
    assert_eq!(spring, ["14:30", "15:00", "15:30", "16:00", "16:30"].map(|time| format!("10-06T{time}")));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_it_is_always_open_the_grid_begins_at_local_midnight() {
    let world = World::start().await;
    // Kathmandu is at +5:45: its midnight is 18:15Z.
    world.rules("clinic", &json!({ "time_zone": "Asia/Kathmandu", "slot_minutes": 360 })).await;
    let starts = starts(&world, "05-14T12:00", "05-15T12:00").await;
    assert_eq!(starts, ["05-14T12:15", "05-14T18:15", "05-15T00:15", "05-15T06:15"]);
    let refused = book(&world, "05-14T12:00", "05-14T13:00").await;
    assert_eq!(refused.pointers(), ["/start_time"]);
    assert_eq!(refused.body["errors"][0]["detail"], "must start a multiple of 360 minutes after 00:00");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_is_that_of_the_resource() {
    let world = World::start().await;
    // Apia is at +13, without summer time: 09:00 on the 15th is 20:00Z on the 14th.
    let rules = |exceptions: Value| {
        let zone = json!({ "time_zone": "Pacific/Apia", "slot_minutes": 60, "exceptions": exceptions });
        with(daily(&[("09:00", "10:00")]), zone)
    };
    world.rules("clinic", &rules(json!([]))).await;
    let days = starts(&world, "05-13T12:00", "05-16T12:00").await;
    assert_eq!(days, ["05-13T20:00", "05-14T20:00", "05-15T20:00"]);
    world.rules("clinic", &rules(json!([{ "date": "2035-05-15", "open": [] }]))).await;
    assert_eq!(starts(&world, "05-13T12:00", "05-16T12:00").await, ["05-13T20:00", "05-15T20:00"]);
    let refused = book(&world, "05-14T20:00", "05-14T21:00").await;
    assert_eq!(refused.pointers(), ["/end_time", "/start_time"]);
    assert_eq!(refused.body["errors"][0]["detail"], "is closed on 2035-05-15 (Pacific/Apia)");
    world.stop().await;
}
