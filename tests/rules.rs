//! The rules of a resource: set, read and removed, by one and by many at once, and refused.

use crate::common::resources::daily;
use crate::common::*;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

const ROOM: &str = "/resources/room";

/// Sets rules on condition of a version.
async fn put_if(world: &World, tag: &str, rules: &Value) -> Answer {
    send(world.request(Method::PUT, ROOM).header("if-match", tag).json(rules)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_that_are_left_out_have_their_defaults() {
    let world = World::start().await;
    let defaults = json!({
        "resource_id": "room", "time_zone": "UTC", "open": null, "exceptions": [], "capacity": 1, "slot_minutes": null,
        "min_minutes": null, "max_minutes": null, "buffer_before_minutes": 0, "buffer_after_minutes": 0,
        "notice_minutes": 0, "horizon_days": null, "version": 0, "updated_at": null,
    });
    let never = world.get(ROOM).await;
    assert_eq!((never.status, never.header("etag"), &never.body), (200, Some("\"0\""), &defaults));

    let set = world.put(ROOM, &json!({})).await;
    assert_eq!((set.status, set.header("etag")), (200, Some("\"1\"")));
    assert!(set.body["updated_at"].is_string(), "{set:?}");
    let expected = with(defaults, json!({ "version": 1, "updated_at": set.body["updated_at"] }));
    assert_eq!(set.body, expected);
    let read = world.get(ROOM).await;
    assert_eq!((read.header("etag"), &read.body), (Some("\"1\""), &expected));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn put_replaces_all_rules() {
    let world = World::start().await;
    let all = with(
        daily(&[("09:00", "12:00"), ("22:00", "02:00")]),
        json!({
            "time_zone": "Europe/Berlin", "exceptions": [{ "date": "2035-12-24", "open": [{ "from": "09:00", "to": "24:00" }] }],
            "capacity": 1000, "slot_minutes": 1440, "min_minutes": 1, "max_minutes": 44_640,
            "buffer_before_minutes": 1440, "buffer_after_minutes": 1440, "notice_minutes": 525_600, "horizon_days": 730,
        }),
    );
    let set = world.rules("room", &all).await;
    assert_eq!(with(set.clone(), all), set, "every member is answered as it was set");
    let next = world.rules("room", &json!({ "capacity": 2 })).await;
    let unset = json!({ "capacity": 2, "resource_id": "room", "version": 2, "updated_at": next["updated_at"] });
    assert_eq!(next, with(world.get("/resources/hall").await.body, unset), "what is left out is reset");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_meant_for_another_version_are_not_set() {
    let world = World::start().await;
    for tag in ["\"1\"", "\"00\"", "W/\"0\""] {
        assert_eq!(put_if(&world, tag, &json!({})).await.is_problem(412).body["version"], 0, "{tag}");
    }
    assert!(world.items().await.is_empty(), "refused rules are stored");
    let first = put_if(&world, "\"0\"", &json!({ "capacity": 2 })).await;
    assert_eq!((first.status, first.header("etag")), (200, Some("\"1\"")));
    for tag in ["\"0\"", "\"2\""] {
        assert_eq!(put_if(&world, tag, &json!({ "capacity": 3 })).await.is_problem(412).body["version"], 1, "{tag}");
    }
    assert_eq!(world.get(ROOM).await.body, first.body);
    let second = put_if(&world, "\"1\"", &json!({ "capacity": 3 })).await;
    assert_eq!((second.status, &second.body["capacity"]), (200, &json!(3)));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_set_the_first_rules_one_does_and_without_a_condition_each_in_turn() {
    let world = World::start().await;
    let answers =
        join_all((1..=8).map(async |seats| put_if(&world, "\"0\"", &json!({ "capacity": seats })).await)).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
    let winner = answers.iter().find(|answer| answer.status == 200).unwrap();
    assert_eq!(world.get(ROOM).await.body, winner.body);

    let answers = join_all((1..=8).map(async |seats| world.rules("room", &json!({ "capacity": seats })).await)).await;
    let mut versions: Vec<_> = answers.iter().map(|answer| answer["version"].as_u64().unwrap()).collect();
    versions.sort_unstable();
    assert_eq!(versions, (2..=9).collect::<Vec<_>>(), "no version is given twice");
    let last = answers.iter().find(|answer| answer["version"] == 9).unwrap();
    assert_eq!(&world.get(ROOM).await.body, last, "the rules are those of the last version");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_never_starts_again() {
    let world = World::start().await;
    assert_eq!(world.delete(ROOM).await.status, 204, "removing what was never set is no error");
    assert_eq!(world.get(ROOM).await.body["version"], 0);
    let set = world.rules("room", &json!({ "capacity": 5 })).await;
    assert_eq!(set["version"], 1);
    for _ in 0..2 {
        assert_eq!(world.delete(ROOM).await.status, 204);
        let removed = world.get(ROOM).await.body;
        assert_eq!((&removed["version"], &removed["capacity"]), (&json!(2), &json!(1)));
        assert!(removed["updated_at"].is_string(), "{removed}");
    }
    put_if(&world, "\"1\"", &json!({})).await.is_problem(412);
    assert_eq!(put_if(&world, "\"2\"", &json!({})).await.body["version"], 3);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_rules_are_refused_by_their_pointers_and_never_stored() {
    let world = World::start().await;
    let window = |from: &str, to: &str| json!({ "from": from, "to": to });
    let monday = |windows: &[Value]| json!({ "open": { "monday": windows } });
    let date = |date: &str, windows: &[Value]| json!({ "date": date, "open": windows });
    let nine: Vec<_> = (0..9).map(|hour| window(&format!("0{hour}:00"), &format!("0{hour}:30"))).collect();
    let dates: Vec<_> =
        (0..101).map(|day| date(&format!("20{:02}-01-{:02}", 30 + day / 28, 1 + day % 28), &[])).collect();
    let cases = [
        (json!([]), vec![""]),
        (json!({ "colour": "red" }), vec!["/colour"]),
        (json!({ "version": 1 }), vec!["/version"]),
        (json!({ "time_zone": "Europe/Atlantis" }), vec!["/time_zone"]),
        (json!({ "time_zone": "europe/berlin" }), vec!["/time_zone"]),
        (json!({ "capacity": 0 }), vec!["/capacity"]),
        (json!({ "capacity": 1001 }), vec!["/capacity"]),
        (json!({ "min_minutes": 61, "max_minutes": 60 }), vec!["/max_minutes"]),
        (json!({ "open": { "funday": [] } }), vec!["/open/funday"]),
        (monday(&nine), vec!["/open/monday"]),
        (monday(&[window("09:00", "09:00")]), vec!["/open/monday/0/to"]),
        (monday(&[window("24:00", "25:00")]), vec!["/open/monday/0/from", "/open/monday/0/to"]),
        (monday(&[window("09:00", "12:00"), window("11:00", "13:00")]), vec!["/open/monday/1"]),
        (
            json!({ "open": { "monday": [window("22:00", "02:00")], "tuesday": [window("01:00", "03:00")] } }),
            vec!["/open/tuesday/0"],
        ),
        // 2035-05-14 is a Monday, on which Sunday's window still runs.
        (
            json!({ "open": { "sunday": [window("22:00", "02:00")] }, "exceptions": [date("2035-05-14", &[window("01:00", "03:00")])] }),
            vec!["/exceptions/0/open/0"],
        ),
        (json!({ "exceptions": [date("2035-02-29", &[])] }), vec!["/exceptions/0/date"]),
        (json!({ "exceptions": [date("2035-05-14", &nine)] }), vec!["/exceptions/0/open"]),
        (json!({ "exceptions": [date("2035-05-14", &[]), date("2035-05-14", &[])] }), vec!["/exceptions/1/date"]),
        (json!({ "exceptions": dates }), vec!["/exceptions"]),
        (
            json!({
                "time_zone": "", "capacity": "2", "slot_minutes": 0, "min_minutes": 0, "max_minutes": 44_641,
                "buffer_before_minutes": -1, "buffer_after_minutes": 1441, "notice_minutes": 525_601, "horizon_days": 731,
                "colour": "red", "open": { "monday": [window("9:00", "12:00")], "friday": [window("08:00", "08:00")] },
                "exceptions": [date("2035-13-01", &[]), date("2035-05-14", &[window("10:00", "12:00"), window("11:00", "13:00")])],
            }),
            vec![
                "/buffer_after_minutes",
                "/buffer_before_minutes",
                "/capacity",
                "/colour",
                "/exceptions/0/date",
                "/exceptions/1/open/1",
                "/horizon_days",
                "/max_minutes",
                "/min_minutes",
                "/notice_minutes",
                "/open/friday/0/to",
                "/open/monday/0/from",
                "/slot_minutes",
                "/time_zone",
            ],
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(world.put(ROOM, &body).await.pointers(), expected, "{body}");
    }
    assert!(world.items().await.is_empty(), "refused rules are stored");
    for body in [monday(&nine[..8]), json!({ "exceptions": dates[..100] })] {
        world.rules("room", &body).await;
    }
    world.stop().await;
}
