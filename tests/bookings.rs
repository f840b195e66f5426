//! Bookings through the whole service: create, read, change, cancel, delete, list and busy times.

use crate::common::*;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_is_900_null_or_at_least_60() {
    let world = World::start().await;
    let lead = |lead: Value| with(hour("room", DAY), json!({"reminder_lead_seconds": lead}));
    let absent = world.book(&hour("room-1", DAY)).await;
    assert_eq!(absent["reminder_lead_seconds"], 900);
    let due = absent["ttl"].as_i64().unwrap();
    let start = handlers::booking::Timestamp::seconds(text(&absent["start_time"]).parse().unwrap());
    assert_eq!(due, start - 900);
    assert_eq!(world.timer(&absent).await.unwrap()["ttl"]["N"], due.to_string());

    let none = world.book(&lead(Value::Null)).await;
    assert_eq!((&none["reminder_lead_seconds"], &none["ttl"]), (&Value::Null, &Value::Null));
    assert_eq!(world.timer(&none).await, None);

    assert_eq!(world.post("/bookings", &lead(json!(59))).await.pointers(), ["/reminder_lead_seconds"]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_never_carries_the_attribute_that_expires_items() {
    let world = World::start().await;
    let booking = world.book(&hour("room", DAY)).await;
    world.put(&path(&booking), &json!({"reminder_lead_seconds": 60})).await;
    let item = world.item(&format!("BOOKING#{}", text(&booking["booking_id"])), "BOOKING").await.unwrap();
    assert!(item.get("ttl").is_none(), "{item}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn put_changes_only_what_is_sent() {
    let world = World::start().await;
    let booking = world.book(&hour("room", DAY)).await;
    let moved = world.put(&path(&booking), &json!({"resource_id": "hall"})).await;
    assert_eq!(moved.status, 200);
    let expected = with(
        booking.clone(),
        json!({
            "resource_id": "hall", "version": 2, "updated_at": moved.body["updated_at"],
        }),
    );
    assert_eq!(moved.body, expected);
    assert_eq!(world.get(&path(&booking)).await.body, expected, "the response equals the stored booking");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn put_of_nothing_writes_nothing() {
    let world = World::start().await;
    let booking = world.book(&hour("room", DAY)).await;
    let records = records(&world).await;
    for nothing in [json!({}), json!({"resource_id": "room"}), json!({"start_time": booking["start_time"]})] {
        let answer = world.put(&path(&booking), &nothing).await;
        assert_eq!((answer.status, &answer.body), (200, &booking));
    }
    assert_eq!(self::records(&world).await, records, "a change that changes nothing writes nothing");
    world.stop().await;
}

/// The number of changes to the table.
async fn records(world: &World) -> usize {
    let table = world.database("DynamoDB_20120810.DescribeTable", &json!({"TableName": world.table})).await;
    let arn = &table["Table"]["LatestStreamArn"];
    let stream = world.database("DynamoDBStreams_20120810.DescribeStream", &json!({"StreamArn": arn})).await;
    let shard = &stream["StreamDescription"]["Shards"][0]["ShardId"];
    let request = json!({"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"});
    let iterator = world.database("DynamoDBStreams_20120810.GetShardIterator", &request).await;
    let request = json!({"ShardIterator": iterator["ShardIterator"]});
    let answer = world.database("DynamoDBStreams_20120810.GetRecords", &request).await;
    answer["Records"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn put_moves_the_reminder_with_the_start_or_removes_it() {
    let world = World::start().await;
    let booking = world.book(&with(hour("room", DAY), json!({"reminder_lead_seconds": 600}))).await;
    let times = json!({"start_time": soon(2 * DAY), "end_time": soon(2 * DAY + HOUR)});
    let moved = world.put(&path(&booking), &times).await.body;
    assert_eq!(moved["reminder_lead_seconds"], 600);
    let due = handlers::booking::Timestamp::seconds(text(&moved["start_time"]).parse().unwrap()) - 600;
    assert_eq!(moved["ttl"], due);
    let item = world.timer(&booking).await.unwrap();
    assert_eq!(item["ttl"]["N"], due.to_string());

    let silent = world.put(&path(&booking), &json!({"reminder_lead_seconds": null})).await.body;
    assert_eq!((&silent["reminder_lead_seconds"], &silent["ttl"]), (&Value::Null, &Value::Null));
    assert_eq!(world.timer(&booking).await, None);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn put_is_refused_where_the_times_do_not_go_together() {
    let world = World::start().await;
    let booking = world.book(&hour("room", DAY)).await;
    let refused = async |patch: Value| world.put(&path(&booking), &patch).await.pointers();
    assert_eq!(refused(json!({"end_time": soon(DAY - 1)})).await, ["/end_time"]);
    assert_eq!(refused(json!({"start_time": soon(2 * DAY)})).await, ["/start_time"]);
    assert_eq!(refused(json!({"start_time": soon(-1)})).await, ["/start_time"]);
    assert_eq!(refused(json!({"user_id": "mallory"})).await, ["/user_id"]);
    assert_eq!(refused(json!({"start_time": null})).await, ["/start_time"]);
    assert_eq!(world.get(&path(&booking)).await.body, booking);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_booking_cannot_be_changed() {
    let world = World::start().await;
    let booking = world.book(&hour("room", DAY)).await;
    assert_eq!(world.cancel(&booking).await.status, 200);
    let answer = world.put(&path(&booking), &json!({"resource_id": "hall"})).await;
    assert_eq!(answer.is_problem(409).body["title"], "Booking cancelled");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_twice_is_cancelling_once() {
    let world = World::start().await;
    let booking = world.book(&hour("room", DAY)).await;
    let first = world.cancel(&booking).await;
    assert_eq!((first.status, &first.body["status"], &first.body["version"]), (200, &json!("cancelled"), &json!(2)));
    let second = world.cancel(&booking).await;
    assert_eq!((second.status, &second.body), (200, &first.body));
    assert_eq!(world.timer(&booking).await, None);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_what_does_not_exist_creates_nothing() {
    let world = World::start().await;
    world.cancel(&json!({"booking_id": "67e55044-10b1-426f-9247-bb680e5fe0c8"})).await.is_problem(404);
    assert!(world.items().await.is_empty());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_leaves_nothing_and_may_be_repeated() {
    let world = World::start().await;
    let booking = world.book(&hour("room", DAY)).await;
    for _ in 0..2 {
        let answer = world.delete(&path(&booking)).await;
        assert_eq!((answer.status, &answer.body), (204, &Value::Null));
    }
    world.get(&path(&booking)).await.is_problem(404);
    let left: Vec<_> = world.items().await.into_iter().filter(|item| item["busy"]["M"] != json!({})).collect();
    assert!(left.is_empty(), "{left:?}");
    let never = "/bookings/67e55044-10b1-426f-9247-bb680e5fe0c8";
    assert_eq!(world.delete(never).await.status, 204);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_is_booked_once_at_a_time() {
    let world = World::start().await;
    let first = world.book(&hour("room", DAY)).await;
    let overlap = with(hour("room", DAY), json!({"user_id": "bob", "start_time": soon(DAY + HOUR / 2)}));
    let overlap = with(overlap, json!({"end_time": soon(DAY + 2 * HOUR)}));
    let taken = world.post("/bookings", &overlap).await;
    let busy = &taken.is_problem(409).body["busy"];
    assert_eq!((&busy["start_time"], &busy["end_time"]), (&first["start_time"], &first["end_time"]));
    assert_eq!(busy.as_object().unwrap().len(), 2, "a busy time has its two times only");

    let adjacent = json!({"start_time": first["end_time"], "end_time": soon(DAY + 3 * HOUR)});
    let second = world.book(&with(overlap.clone(), adjacent)).await;
    let shorter = world.put(&path(&second), &json!({"start_time": soon(DAY + HOUR / 2)})).await;
    shorter.is_problem(409);

    assert_eq!(world.cancel(&first).await.status, 200);
    assert_eq!(world.put(&path(&second), &json!({"start_time": soon(DAY + HOUR / 2)})).await.status, 200);
    assert_eq!(world.delete(&path(&second)).await.status, 204);
    world.book(&overlap).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_may_span_days_and_gives_all_of_them_back() {
    let world = World::start().await;
    let long = with(hour("villa", DAY), json!({"end_time": soon(31 * DAY)}));
    let booking = world.book(&long).await;
    let inside = |seconds| with(hour("villa", seconds), json!({"user_id": "bob"}));
    for day in [1, 15, 30] {
        world.post("/bookings", &inside(day * DAY + HOUR)).await.is_problem(409);
    }
    let shorter = world.put(&path(&booking), &json!({"end_time": soon(10 * DAY)})).await;
    assert_eq!(shorter.status, 200, "{shorter:?}");
    world.book(&inside(15 * DAY)).await;
    world.post("/bookings", &inside(5 * DAY)).await.is_problem(409);
    world.cancel(&booking).await;
    world.book(&inside(5 * DAY)).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retried_create_makes_one_booking() {
    let world = World::start().await;
    let create = |key: &str, body: Value| {
        send(world.request(Method::POST, "/bookings").header("idempotency-key", key).json(&body))
    };
    let body = hour("room", DAY);
    let first = create("k-1", body.clone()).await;
    assert_eq!(first.status, 201);
    let again = create("k-1", body.clone()).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    create("k-1", hour("hall", DAY)).await.is_problem(422);
    create("k-2", with(body, json!({"user_id": "bob"}))).await.is_problem(409);
    assert_eq!(create("k-2", hour("hall", DAY)).await.status, 201, "a refused request leaves the key unused");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_answers_with_the_booking_as_it_is_now() {
    let world = World::start().await;
    let create = |key: &str, body: &Value| {
        send(world.request(Method::POST, "/bookings").header("idempotency-key", key).json(body))
    };
    let body = hour("room", DAY);
    let booking = create("k", &body).await.body;
    let moved = world.put(&path(&booking), &json!({"resource_id": "hall"})).await.body;
    assert_eq!(create("k", &body).await.body, moved);
    let cancelled = world.cancel(&booking).await.body;
    world.book(&with(body.clone(), json!({"user_id": "bob"}))).await;
    let replayed = create("k", &body).await;
    assert_eq!(
        (replayed.status, &replayed.body),
        (201, &cancelled),
        "the replay is returned although bob has booked the time"
    );
    assert_eq!(replayed.header("idempotency-replayed"), Some("true"));

    let invalid = with(body.clone(), json!({"end_time": body["start_time"]}));
    create("free", &invalid).await.is_problem(422);
    assert_eq!(create("free", &hour("roof", DAY)).await.status, 201, "a refused request leaves the key unused");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_belongs_to_its_list() {
    let world = World::start().await;
    for day in 1..=4 {
        world.book(&hour("room", day * DAY)).await;
    }
    let page = world.get("/users/alice/bookings?limit=2").await;
    let link = page.header("link").unwrap().to_owned();
    let cursor = link.split("cursor=").nth(1).unwrap().split('>').next().unwrap();
    for wrong in [
        format!("/users/bob/bookings?limit=2&cursor={cursor}"),
        format!("/users/alice/bookings?status=active&cursor={cursor}"),
        format!("/users/alice/bookings?from={}&cursor={cursor}", soon(DAY)),
        format!("/users/alice/bookings?cursor={}", cursor.replace(&cursor[20..21], "x")),
        format!("/users/alice/bookings?cursor={cursor}0"),
    ] {
        assert_eq!(world.get(&wrong).await.is_problem(400).body["title"], "Invalid cursor", "{wrong}");
    }
    // A parameter's name may be percent-encoded. The next link still has one cursor only.
    let encoded = world.get(&format!("/users/alice/bookings?l%69mit=1&%63ursor={cursor}")).await;
    let next = encoded.header("link").unwrap().trim_start_matches('<').split('>').next().unwrap().to_owned();
    assert_eq!(next.matches("cursor=").count(), 1, "{next}");
    assert_eq!(world.get(&next).await.body.as_array().unwrap().len(), 1, "{next}");
    // A booking before the cursor's place does not move the later ones.
    world.book(&hour("hall", HOUR)).await;
    let rest = world.get(&format!("/users/alice/bookings?limit=5&cursor={cursor}")).await.body;
    let all = world.get("/users/alice/bookings").await.body;
    assert_eq!(rest.as_array().unwrap(), &all.as_array().unwrap()[3..]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_complete_and_in_order() {
    let world = World::start().await;
    let mut starts = Vec::new();
    // Created in an order other than that of their starts.
    for i in 0..60 {
        let day = 1 + (i * 37) % 60;
        starts.push(world.book(&hour("room", day * DAY)).await["start_time"].clone());
    }
    world.book(&with(hour("hall", DAY), json!({"user_id": "bob"}))).await;
    starts.sort_by(|a, b| text(a).cmp(text(b)));

    // 10, 30 and 60 divide the number of bookings: the last page is full, and has no next page.
    for limit in [7, 10, 30, 50, 60, 100] {
        let mut found = Vec::new();
        let mut next = Some(format!("/users/alice/bookings?from={}&limit={limit}", "2020-01-01T00:00:00%2B01:00"));
        while let Some(at) = next {
            let page = world.get(&at).await;
            assert_eq!(page.status, 200, "{page:?}");
            let bookings = page.body.as_array().unwrap();
            assert!((1..=limit).contains(&bookings.len()), "no page of a list without a status is empty");
            found.extend(bookings.iter().map(|booking| booking["start_time"].clone()));
            next = page.header("link").map(|link| {
                let (url, rel) = link.split_once(">; ").unwrap();
                assert_eq!(rel, "rel=\"next\"");
                url.trim_start_matches('<').to_owned()
            });
        }
        assert_eq!(found, starts, "limit {limit}");
    }

    let (from, to) = (text(&starts[10]), text(&starts[20]));
    let some = world.get(&format!("/users/alice/bookings?from={from}&to={to}")).await.body;
    let some: Vec<_> = some.as_array().unwrap().iter().map(|booking| booking["start_time"].clone()).collect();
    assert_eq!(some, starts[10..20], "`from` is inclusive, `to` exclusive");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn busy_times_tell_when_and_not_who() {
    let world = World::start().await;
    let first = world.book(&hour("room", DAY)).await;
    let long = with(hour("room", 3 * DAY), json!({"end_time": soon(6 * DAY)}));
    let long = world.book(&long).await;
    let cancelled = world.book(&hour("room", 2 * DAY)).await;
    world.cancel(&cancelled).await;
    world.book(&hour("hall", DAY)).await;

    let busy = async |from: i64, to: i64| {
        let answer = world.get(&format!("/resources/room/busy?from={}&to={}", soon(from), soon(to))).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    };
    let times = |booking: &Value| json!({"start_time": booking["start_time"], "end_time": booking["end_time"]});
    assert_eq!(busy(0, 31 * DAY).await, json!([times(&first), times(&long)]));
    assert_eq!(busy(4 * DAY, 5 * DAY).await, json!([times(&long)]), "a booking that covers the whole span");
    assert_eq!(busy(DAY + HOUR + 5, 2 * DAY).await, json!([]));

    let refused = async |query: String| world.get(&format!("/resources/room/busy?{query}")).await.pointers();
    assert_eq!(refused(String::new()).await, ["from", "to"]);
    assert_eq!(refused(format!("from={}&to={}", soon(0), soon(32 * DAY))).await, ["to"]);
    assert_eq!(refused(format!("from={}&to={}", soon(DAY), soon(0))).await, ["to"]);
    world.get("/resources/a%20b/busy?from=x&to=y").await.is_problem(404);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_can_be_of_one_status() {
    let world = World::start().await;
    let kept = world.book(&hour("room", DAY)).await;
    let cancelled = world.book(&hour("room", 2 * DAY)).await;
    world.cancel(&cancelled).await;
    for (status, booking) in [("active", &kept), ("cancelled", &cancelled)] {
        let list = world.get(&format!("/users/alice/bookings?status={status}")).await.body;
        assert_eq!(list.as_array().unwrap().len(), 1);
        assert_eq!(list[0]["booking_id"], booking["booking_id"]);
    }
    world.stop().await;
}
