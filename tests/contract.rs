//! The HTTP contract: statuses, headers and bodies of every route.

use crate::common::*;
use reqwest::Method;
use serde_json::{Value, json};

const MULTI: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

#[tokio::test(flavor = "multi_thread")]
async fn health_answers() {
    let world = World::start().await;
    let answer = world.get("/health").await;
    assert_eq!((answer.status, &answer.body), (200, &json!({"status": "ok"})));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(answer.header("x-request-id").is_some());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_is_made_and_read() {
    let world = World::start().await;
    let body = hour("room", HOUR);
    let created = world.post("/bookings", &body).await;
    assert_eq!(created.status, 201, "{created:?}");
    let booking = &created.body;
    assert_eq!(created.header("location"), Some(path(booking).as_str()));
    assert_eq!(created.header("etag"), Some("\"1\""));
    assert_eq!(created.header("idempotency-replayed"), None);

    let mut members: Vec<_> = booking.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(
        members,
        [
            "booking_id",
            "created_at",
            "end_time",
            "expires_at",
            "further_reminder_lead_seconds",
            "metadata",
            "reminder_lead_seconds",
            "resource_id",
            "seats",
            "start_time",
            "status",
            "ttl",
            "updated_at",
            "user_id",
            "version"
        ]
    );
    for name in ["user_id", "resource_id", "start_time", "end_time"] {
        assert_eq!(booking[name], body[name]);
    }
    assert_eq!((&booking["status"], &booking["version"]), (&json!("active"), &json!(1)));

    let read = world.get(&path(booking)).await;
    assert_eq!((read.status, &read.body), (200, booking));
    assert_eq!(read.header("etag"), Some("\"1\""));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn times_are_read_with_any_offset_and_answered_in_utc() {
    let world = World::start().await;
    let year = &soon(400 * DAY)[..4];
    let times = |start: &str, end: &str| {
        with(hour("room", HOUR), json!({"start_time": format!("{year}-{start}"), "end_time": format!("{year}-{end}")}))
    };
    let booking = world.book(&times("06-01T12:00:00+02:00", "06-01T11:00:00.250Z")).await;
    assert_eq!(text(&booking["start_time"]), format!("{year}-06-01T10:00:00Z"));
    assert_eq!(text(&booking["end_time"]), format!("{year}-06-01T11:00:00.250Z"));
    assert_eq!(world.get(&path(&booking)).await.body, booking);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_rfc_3339_does_not_know_is_never_booked() {
    let world = World::start().await;
    let year = &soon(400 * DAY)[..4];
    let refused = async |time: &str| {
        let time = format!("{year}-{time}");
        let answer = world.post("/bookings", &with(hour("room", DAY), json!({"start_time": time}))).await;
        assert_eq!(answer.pointers(), ["/start_time"], "{time}");
        let query = format!("/users/alice/bookings?from={}", time.replace('+', "%2B"));
        let answer = world.get(&query).await;
        assert_eq!(answer.pointers(), ["from"], "{time}");
        text(&answer.body["errors"][0]["detail"]).to_owned()
    };
    for time in ["03-10T1:2:3", "03-10T10:00:60Z", "03-10T24:00:00Z", "02-30T10:00:00Z", "03-10 10:00:00Z", "03-10"] {
        let detail = refused(time).await;
        assert!(detail.contains("RFC 3339"), "{time}: {detail}");
    }
    let detail = refused("03-10T10:00:00").await;
    assert!(["Z", "+02:00", "%2B02:00"].iter().all(|part| detail.contains(part)), "{detail}");
    let unescaped = world.get(&format!("/users/alice/bookings?from={year}-03-10T10:00:00+02:00")).await;
    assert_eq!(unescaped.pointers(), ["from"]);
    assert!(text(&unescaped.body["errors"][0]["detail"]).contains("%2B"), "{unescaped:?}");
    let escaped = format!("/users/alice/bookings?from={year}-03-10T10:00:00%2B02:00");
    assert_eq!(world.get(&escaped).await.status, 200);
    assert!(world.items().await.is_empty(), "a refused request has stored an item");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_exist_is_not_found() {
    let world = World::start().await;
    for id in [MULTI, "1", "not-a-uuid", "%00", "67e5504410b1426f9247bb680e5fe0c8", "%E2%82%AC"] {
        let at = format!("/bookings/{id}");
        for answer in [world.get(&at).await, world.put(&at, &json!({})).await] {
            assert_eq!(answer.is_problem(404).body["detail"], "Booking not found", "{id}");
        }
        let cancelled = send(world.request(Method::POST, &format!("{at}/cancel"))).await;
        assert_eq!(cancelled.is_problem(404).body["detail"], "Booking not found", "{id}");
    }
    world.get("/users/a%20b/bookings").await.is_problem(404);
    let dots = with(hour("..", DAY), json!({"user_id": "."}));
    assert_eq!(world.post("/bookings", &dots).await.pointers(), ["/resource_id", "/user_id"]);
    let booking = world.book(&hour("...", DAY)).await;
    assert_eq!(world.put(&path(&booking), &json!({"resource_id": "."})).await.pointers(), ["/resource_id"]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_booking_is_refused_with_every_fault() {
    let world = World::start().await;
    let refused = async |body: Value| world.post("/bookings", &body).await.pointers();

    assert_eq!(refused(json!({})).await, ["/end_time", "/resource_id", "/start_time", "/user_id"]);
    assert_eq!(
        refused(json!({
            "user_id": "a b", "resource_id": "", "start_time": 5, "end_time": "soon", "reminder_lead_seconds": 59,
            "colour": "red"
        }))
        .await,
        ["/colour", "/end_time", "/reminder_lead_seconds", "/resource_id", "/start_time", "/user_id"]
    );
    assert_eq!(
        refused(with(hour("r", HOUR), json!({"reminder_lead_seconds": 2_592_001}))).await,
        ["/reminder_lead_seconds"]
    );
    assert_eq!(refused(with(hour("r", -HOUR), json!({"user_id": "a"}))).await, ["/start_time"]);
    assert_eq!(refused(with(hour("r", HOUR), json!({"end_time": soon(HOUR)}))).await, ["/end_time"]);
    assert_eq!(refused(with(hour("r", HOUR), json!({"end_time": soon(HOUR + 31 * DAY + 1)}))).await, ["/end_time"]);
    assert_eq!(refused(json!([])).await, [""]);
    assert!(world.items().await.is_empty(), "a refused request has stored an item");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_not_json_is_refused() {
    let world = World::start().await;
    let post = |body: Vec<u8>, content_type: &str| {
        send(world.request(Method::POST, "/bookings").header("content-type", content_type).body(body))
    };
    post(b"{".to_vec(), "application/json").await.is_problem(400);
    post(b"".to_vec(), "application/json").await.is_problem(400);
    post(b"\xff\xfe{}".to_vec(), "application/json").await.is_problem(400);
    post(b"a=b".to_vec(), "application/x-www-form-urlencoded").await.is_problem(415);
    post(b"{}".to_vec(), "text/plain").await.is_problem(415);
    post(b"{}".to_vec(), "application/json; charset=utf-8").await.is_problem(422);
    post(vec![b' '; 64 * 1024 + 1], "application/json").await.is_problem(413);
    let deep = "[".repeat(50_000);
    post(deep.into_bytes(), "application/json").await.is_problem(400);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_header_is_refused() {
    let world = World::start().await;
    let booking = world.book(&hour("room", HOUR)).await;
    for (name, value) in [("if-match", "3"), ("if-match", "\"3")] {
        let request = world.request(Method::PUT, &path(&booking)).json(&json!({})).header(name, value);
        let answer = send(request).await;
        assert!(text(&answer.is_problem(400).body["detail"]).contains(name), "{answer:?}");
    }
    let long = "k".repeat(256);
    let request = world.request(Method::POST, "/bookings").json(&hour("room-2", HOUR));
    send(request.header("idempotency-key", long)).await.is_problem(400);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_current_is_not_sent_again() {
    let world = World::start().await;
    let booking = world.book(&hour("room", HOUR)).await;
    let get = |tag: &str| send(world.request(Method::GET, &path(&booking)).header("if-none-match", tag));
    for tag in ["\"1\"", "W/\"1\"", "\"0\", \"1\"", "\"a,b\", \"1\"", "*"] {
        let answer = get(tag).await;
        assert_eq!((answer.status, answer.header("etag")), (304, Some("\"1\"")), "{tag}");
        assert_eq!(answer.body, Value::Null);
    }
    for tag in ["\"2\"", "\"01\"", "\"1 \"", "1", "\"a,1\""] {
        assert_eq!(get(tag).await.status, 200, "{tag}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_meant_for_another_version_is_refused() {
    let world = World::start().await;
    let booking = world.book(&hour("room", HOUR)).await;
    let at = path(&booking);
    let tagged = |method, path: &str, tag: &str| world.request(method, path).header("if-match", tag);
    for tag in ["\"2\"", "\"01\"", "\"+1\"", "\"1.0\"", "W/\"1\"", "\"\"", "\"a,1\""] {
        let stale = send(tagged(Method::PUT, &at, tag).json(&json!({"reminder_lead_seconds": 60}))).await;
        assert_eq!(stale.is_problem(412).body["version"], 1, "{tag}");
    }
    send(tagged(Method::POST, &format!("{at}/cancel"), "\"2\"")).await.is_problem(412);
    send(tagged(Method::DELETE, &at, "\"2\"")).await.is_problem(412);
    assert_eq!(world.get(&at).await.body, booking, "a refused change has changed the booking");
    let fresh = send(tagged(Method::PUT, &at, "\"1\"").json(&json!({"reminder_lead_seconds": 60}))).await;
    assert_eq!((fresh.status, fresh.header("etag")), (200, Some("\"2\"")));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_takes_only_what_it_knows() {
    let world = World::start().await;
    let refused = async |query: &str| world.get(&format!("/users/alice/bookings?{query}")).await.pointers();
    assert_eq!(refused("limit=0").await, ["limit"]);
    assert_eq!(refused("limit=101").await, ["limit"]);
    assert_eq!(refused("limit=5&limit=6").await, ["limit"]);
    assert_eq!(refused("limit=x&status=lost&from=now&page=2").await, ["from", "limit", "page", "status"]);
    assert_eq!(refused(&format!("from={}&to={}", soon(9), soon(9))).await, ["to"]);
    world.get("/users/alice/bookings?cursor=abc").await.is_problem(400);
    for query in ["to=0001-01-01T00:00:00Z", "to=1970-01-01T00:00:00Z", "from=9999-12-31T23:59:59.999Z"] {
        let empty = world.get(&format!("/users/alice/bookings?{query}")).await;
        assert_eq!((empty.status, &empty.body), (200, &json!([])), "{query}");
    }
    let empty = world.get("/users/nobody/bookings").await;
    assert_eq!((empty.status, &empty.body, empty.header("link")), (200, &json!([]), None));
    world.stop().await;
}
