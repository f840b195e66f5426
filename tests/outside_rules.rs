//! Bookings under the rules of their resource: what is refused, at which member, and what the rules leave alone.

use crate::common::resources::{at, span};
use crate::common::*;
use local::Options;
use serde_json::{Value, json};

/// A clinic in Berlin that is open on Mondays and Tuesdays. In May its clocks are two hours ahead of UTC, so 09:00 is
/// 07:00Z. 2035-05-14 is a Monday.
fn clinic() -> Value {
    let day = json!([{ "from": "09:00", "to": "17:00" }]);
    json!({
        "time_zone": "Europe/Berlin", "open": { "monday": day, "tuesday": day }, "capacity": 2, "slot_minutes": 30,
        "min_minutes": 30, "max_minutes": 120,
    })
}

/// A booking of the clinic in May 2035, by day of the month and time in UTC.
fn in_may(start: &str, end: &str) -> Value {
    let time = |at: &str| format!("2035-05-{at}:00Z");
    span("clinic", &time(start), &time(end))
}

/// Checks that rules are broken, and returns each fault as its pointer and its detail.
#[track_caller]
fn broken(answer: &Answer, time_zone: &str) -> Vec<(String, String)> {
    answer.pointers();
    assert_eq!(answer.body["type"], "urn:problem:outside-rules", "{answer:?}");
    assert_eq!(answer.body["time_zone"], time_zone, "{answer:?}");
    let errors = answer.body["errors"].as_array().unwrap().iter();
    let mut faults: Vec<_> =
        errors.map(|error| (text(&error["pointer"]).to_owned(), text(&error["detail"]).to_owned())).collect();
    faults.sort();
    faults
}

fn owned(faults: &[(&str, &str)]) -> Vec<(String, String)> {
    faults.iter().map(|(pointer, detail)| ((*pointer).to_owned(), (*detail).to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_outside_rules_is_told_every_rule_that_it_breaks() {
    let world = World::start().await;
    world.rules("clinic", &clinic()).await;
    let monday = "opens at 09:00 and closes at 17:00 on 2035-05-14 (Europe/Berlin)";
    let wednesday = "is closed on 2035-05-16 (Europe/Berlin)";
    let grid = "must start a multiple of 30 minutes after 09:00";
    let longest = "must be at most 120 minutes after start_time";
    let shortest = "must be at least 30 minutes after start_time";
    let seats = "must be at most 2, the seats that the resource has";
    let cases = [
        (in_may("16T08:00", "16T09:00"), owned(&[("/end_time", wednesday), ("/start_time", wednesday)])),
        // From Monday into Tuesday, both in open hours.
        (in_may("14T14:30", "15T07:30"), owned(&[("/end_time", longest), ("/end_time", monday)])),
        (in_may("14T06:30", "14T07:30"), owned(&[("/start_time", monday)])),
        (in_may("14T14:30", "14T15:30"), owned(&[("/end_time", monday)])),
        (in_may("14T07:10", "14T07:40"), owned(&[("/start_time", grid)])),
        (in_may("14T07:00", "14T07:29"), owned(&[("/end_time", shortest)])),
        (in_may("14T07:00", "14T09:01"), owned(&[("/end_time", longest)])),
        (with(in_may("14T07:00", "14T08:00"), json!({ "seats": 3 })), owned(&[("/seats", seats)])),
        (
            with(in_may("14T12:40", "14T15:10"), json!({ "seats": 3 })),
            owned(&[("/end_time", longest), ("/end_time", monday), ("/seats", seats), ("/start_time", grid)]),
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(broken(&world.post("/bookings", &body).await, "Europe/Berlin"), expected, "{body}");
    }
    assert_eq!(world.items().await.len(), 1, "only the rules are stored");
    for body in [in_may("14T07:00", "14T09:00"), in_may("14T14:30", "14T15:00")] {
        world.book(&body).await;
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_is_made_in_time_and_not_too_early() {
    let world = World::start().await;
    world.rules("room", &json!({ "notice_minutes": 120, "horizon_days": 2 })).await;
    let refused = async |seconds: i64| broken(&world.post("/bookings", &hour("room", seconds)).await, "UTC");
    assert_eq!(refused(HOUR).await, owned(&[("/start_time", "must be at least 120 minutes from now")]));
    assert_eq!(refused(3 * DAY).await, owned(&[("/start_time", "must be at most 2 days from now")]));
    world.book(&hour("room", 3 * HOUR)).await;
    world.book(&hour("room", DAY)).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bookings_that_stand_stay_and_may_take_less() {
    let world = World::start().await;
    world.rules("clinic", &clinic()).await;
    let booking = world.book(&with(in_may("14T07:00", "14T08:00"), json!({ "seats": 2 }))).await;
    let closed = json!({ "time_zone": "Europe/Berlin", "open": {}, "notice_minutes": 525_600, "horizon_days": 1 });
    world.rules("clinic", &closed).await;
    assert_eq!(world.get(&path(&booking)).await.body, booking);
    for change in [
        json!({ "metadata": { "note": "moved in" } }),
        json!({ "reminder_lead_seconds": 3600, "further_reminder_lead_seconds": [7200] }),
        json!({ "seats": 1 }),
        json!({ "seats": 1, "start_time": booking["start_time"], "end_time": booking["end_time"] }),
    ] {
        let changed = world.put(&path(&booking), &change).await;
        assert_eq!(changed.status, 200, "{change}: {changed:?}");
    }
    let more = world.put(&path(&booking), &json!({ "seats": 2 })).await;
    assert!(broken(&more, "Europe/Berlin").iter().any(|(_, detail)| detail.contains("must be at most 1")), "{more:?}");
    assert_eq!(world.cancel(&booking).await.status, 200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_refused_at_the_members_that_were_sent() {
    let world = World::start().await;
    world.rules("clinic", &clinic()).await;
    let booking = world.book(&in_may("14T07:00", "14T08:00")).await;
    let other = json!({ "time_zone": "Asia/Tokyo", "open": {}, "min_minutes": 90 });
    world.rules("hall", &other).await;
    let pointers = async |change: Value, zone: &str| {
        let answer = world.put(&path(&booking), &change).await;
        broken(&answer, zone).into_iter().map(|(pointer, _)| pointer).collect::<Vec<_>>()
    };
    assert_eq!(pointers(json!({ "end_time": "2035-05-14T10:00:00Z" }), "Europe/Berlin").await, ["/end_time"]);
    assert_eq!(pointers(json!({ "seats": 3 }), "Europe/Berlin").await, ["/seats"]);
    // The end stays, so the start that is sent is what makes the booking too long.
    assert_eq!(pointers(json!({ "start_time": "2035-05-14T07:45:00Z" }), "Europe/Berlin").await, ["/start_time"; 2]);
    assert_eq!(pointers(json!({ "resource_id": "hall" }), "Asia/Tokyo").await, ["/resource_id"; 3]);
    let answer = world.put(&path(&booking), &json!({ "resource_id": "hall" })).await;
    assert!(
        broken(&answer, "Asia/Tokyo").contains(&(
            "/resource_id".to_owned(),
            "does not go with the start_time that stays: is closed on 2035-05-14 (Asia/Tokyo)".to_owned()
        )),
        "{answer:?}"
    );
    assert_eq!(world.get(&path(&booking)).await.body, booking, "a refused change has changed the booking");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn buffers_are_kept_free_around_each_booking() {
    let world = World::start().await;
    world.rules("room", &json!({ "buffer_before_minutes": 10, "buffer_after_minutes": 20 })).await;
    let book = |start: &str, end: &str| span("room", &at(3, start), &at(3, end));
    world.book(&book("10:00", "11:00")).await;
    // Between two bookings: the earlier one's 20 minutes after it, and the later one's 10 minutes before it.
    for (start, end) in [("11:29", "12:00"), ("09:00", "09:31")] {
        let taken = world.post("/bookings", &book(start, end)).await;
        assert_eq!(taken.is_problem(409).body["type"], "urn:problem:time-taken");
        assert_eq!(taken.body["busy"], json!({ "start_time": at(3, "09:50"), "end_time": at(3, "11:20") }));
    }
    for (start, end) in [("11:30", "12:00"), ("09:00", "09:30")] {
        world.book(&book(start, end)).await;
    }
    let busy = json!([{ "start_time": at(3, "08:50"), "end_time": at(3, "12:20") }]);
    assert_eq!(world.busy("room", &at(3, "00:00"), &at(4, "00:00")).await, busy);

    // A buffer over midnight is on a day that the booking itself is not on.
    world.book(&span("room", &at(5, "23:30"), &at(5, "23:55"))).await;
    let midnight = world.post("/bookings", &span("room", &at(6, "00:24"), &at(6, "01:00"))).await;
    let busy = json!({ "start_time": at(5, "23:20"), "end_time": at(6, "00:15") });
    assert_eq!(midnight.is_problem(409).body["busy"], busy);
    world.book(&span("room", &at(6, "00:25"), &at(6, "01:00"))).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_only_known_resources_are_booked_a_slip_in_an_id_is_no_room() {
    let params = [("resources".to_owned(), "known".to_owned())].into();
    let world = World::with(Options { params, ..options() }).await;
    let (from, to) = (at(3, "00:00"), at(4, "00:00"));
    let unknown = |answer: &Answer| {
        assert_eq!(answer.is_problem(404).body["type"], "urn:problem:no-such-resource", "{answer:?}");
    };
    let body = span("romo", &at(3, "10:00"), &at(3, "11:00"));
    unknown(&world.post("/bookings", &body).await);
    unknown(&world.slots("romo", &from, &to, "&minutes=30").await);
    assert!(world.items().await.is_empty(), "a refused request has stored an item");
    assert_eq!(world.busy("romo", &from, &to).await, json!([]));

    world.rules("room", &json!({})).await;
    let booking = world.book(&with(body.clone(), json!({ "resource_id": "room" }))).await;
    unknown(&world.put(&path(&booking), &json!({ "resource_id": "romo" })).await);
    assert_eq!(world.get(&path(&booking)).await.body, booking);

    world.rules("romo", &json!({})).await;
    assert_eq!(world.starts("romo", &from, &to, "&minutes=720").await, [from.clone(), at(3, "12:00")]);
    world.book(&body).await;
    assert_eq!(world.delete("/resources/romo").await.status, 204);
    unknown(
        &world
            .post("/bookings", &with(body, json!({ "start_time": at(3, "08:00"), "end_time": at(3, "09:00") })))
            .await,
    );
    world.stop().await;
}
