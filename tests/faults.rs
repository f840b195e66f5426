//! Faults of DynamoDB: clients that retry with the same key get one booking, every response is in time and has a
//! documented status, and the table stays consistent.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::common::proxy::{Fault, Proxy};
use crate::common::*;
use futures_util::future::join_all;
use handlers::booking::{BookingError, Caller, IdempotencyKey, Timestamp};
use handlers::surroundings::{Machine, Surroundings};
use local::Options;
use reqwest::Method;
use serde_json::{Value, json};

const CLIENTS: i64 = 40;

async fn world(seed: u64) -> (World, Proxy) {
    let proxy = Proxy::start(seed).await;
    let environment = [("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), proxy.url.clone())].into();
    let world = World::with(Options { environment, ..options() }).await;
    proxy.target(world.service.dynamodb_url());
    (world, proxy)
}

/// Retries until the response is not a 429 or a 503, as a client would.
async fn insist(request: impl AsyncFn() -> Answer) -> Answer {
    let started = Instant::now();
    loop {
        let answer = request().await;
        match answer.status {
            429 | 503 => {
                answer.is_problem(answer.status);
                assert!(answer.header("retry-after").is_some(), "{answer:?}");
            }
            200 | 201 | 204 | 404 | 409 | 410 => return answer,
            _ => panic!("not a documented status: {answer:?}"),
        }
        assert!(started.elapsed() < 4 * DEADLINE, "retries did not succeed in time");
    }
}

/// Many clients, each with one booking of its own and one for a contended resource, while `percent` of all calls fail.
async fn under(fault: Fault, percent: u8) {
    let (world, proxy) = world(7).await;
    proxy.fail(percent, &[fault]);
    let clients = (0..CLIENTS).map(async |i| {
        let create = async |key: &str, body: &Value| {
            insist(async || {
                send(world.request(Method::POST, "/bookings").header("idempotency-key", key).json(body)).await
            })
            .await
        };
        let user = json!({"user_id": format!("user-{i}")});
        let own = create("own", &with(hour(&format!("own-{i}"), DAY), user.clone())).await;
        assert_eq!(own.status, 201, "{own:?}");
        let wanted = create("wanted", &with(hour(&format!("shared-{}", i % 4), DAY), user.clone())).await;
        assert!([201, 409].contains(&wanted.status), "{wanted:?}");
        let at = path(&own.body);
        match i % 4 {
            0 => assert_eq!(insist(async || world.cancel(&own.body).await).await.status, 200),
            1 => {
                assert_eq!(insist(async || world.delete(&at).await).await.status, 204);
                let again = create("own", &with(hour(&format!("own-{i}"), DAY), user)).await;
                again.is_problem(410);
            }
            2 => {
                let patch = json!({"start_time": soon(2 * DAY), "end_time": soon(2 * DAY + HOUR)});
                assert_eq!(insist(async || world.put(&at, &patch).await).await.status, 200);
            }
            _ => assert_eq!(insist(async || world.get(&at).await).await.body, own.body),
        }
        (wanted.status == 201).then(|| text(&wanted.body["resource_id"]).to_owned())
    });
    let shared: Vec<_> = join_all(clients).await.into_iter().flatten().collect();
    let rooms: BTreeSet<_> = shared.iter().collect();
    assert_eq!((shared.len(), rooms.len()), (4, 4), "each shared resource has one booking, which its client knows of");
    assert!(proxy.failed() > 10, "{}", proxy.failed());

    proxy.fail(0, &[]);
    let items = world.items().await;
    assert_eq!(checker::faults(&items), Vec::<String>::new());
    let bookings = items.iter().filter(|item| item.get("booking_id").is_some()).count();
    assert_eq!(i64::try_from(bookings).unwrap(), CLIENTS - CLIENTS / 4 + 4, "a client has a booking twice");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_is_passed_on_and_harms_nothing() {
    under(Fault::Throttled, 40).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_store_harms_nothing() {
    under(Fault::Broken, 40).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_connections_harm_nothing() {
    under(Fault::Reset, 30).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_a_committed_write_harms_nothing() {
    under(Fault::AnswerLost, 40).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_store_harms_nothing() {
    under(Fault::Silent, 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_never_answers_is_a_503_before_lambda_gives_up() {
    let (world, proxy) = world(1).await;
    let booking = world.book(&hour("room", DAY)).await;
    proxy.fail(100, &[Fault::Silent]);
    let started = Instant::now();
    let answers = join_all([
        send(world.request(Method::GET, &path(&booking))),
        send(world.request(Method::POST, "/bookings").json(&hour("hall", DAY))),
        send(world.request(Method::DELETE, &path(&booking))),
        send(world.request(Method::GET, "/users/alice/bookings")),
    ])
    .await;
    for answer in &answers {
        answer.is_problem(503);
        assert!(answer.header("retry-after").is_some(), "{answer:?}");
    }
    assert!(started.elapsed() < Duration::from_secs(10), "longer than the functions' timeout in serverless.yml");
    let lines = world.service.log_lines();
    assert!(!lines.iter().any(|line| line.contains("timed out after")), "{lines:#?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_always_too_busy_is_a_429() {
    let (world, proxy) = world(1).await;
    proxy.fail(100, &[Fault::Throttled]);
    let answer = world.post("/bookings", &hour("hall", DAY)).await;
    assert_eq!(answer.is_problem(429).header("retry-after"), Some("1"));
    assert!(!answer.body.to_string().contains("injected"), "the response contains internals");
    world.stop().await;
}

/// Counts the random numbers that are asked for.
#[derive(Debug, Default)]
struct Counting(AtomicUsize);

impl Surroundings for Counting {
    fn now(&self) -> Timestamp {
        Machine.now()
    }

    fn uuid(&self) -> uuid::Uuid {
        self.0.fetch_add(1, Ordering::Relaxed);
        Machine.uuid()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unprocessed_keys_are_asked_for_again_after_random_pauses_and_not_for_ever() {
    let (world, proxy) = world(1).await;
    proxy.fail(100, &[Fault::Unprocessed]);
    let chance = Arc::new(Counting::default());
    let store = world.store_at(&proxy.url, SHARDS).within(Arc::clone(&chance) as _);
    let new = serde_json::from_value(hour("hall", DAY)).unwrap();
    let refused = store.create(new, None, &Caller::Unchecked).await.unwrap_err();
    assert!(matches!(refused, BookingError::Throttled(_)), "{refused:?}");
    assert_eq!(proxy.take_calls(), ["BatchGetItem"; 6]);
    // One for the booking's id, and one for each pause between two calls.
    assert_eq!(chance.0.load(Ordering::Relaxed), 1 + 5);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_is_full_is_refused_as_such_and_other_days_are_not() {
    let world = World::start().await;
    let silent = |start: i64| with(hour("room", start), json!({"reminder_lead_seconds": null}));
    // All of it is on one day, whatever the time is now.
    let noon = DAY - Timestamp::now().seconds() % DAY + DAY / 2;
    let first = world.book(&silent(noon)).await;
    let day = format!("DAY#{}", &text(&first["start_time"])[..10]);
    let item = world.item("RESOURCE#room", &day).await.unwrap();
    // Fills the day until a claim, which takes more than 50 bytes, makes it larger than 400 KB.
    let mut refused = None;
    for pad in (407_000..409_600).step_by(50) {
        let full = with(item.clone(), json!({"pad": {"S": "x".repeat(pad)}}));
        world.database("DynamoDB_20120810.PutItem", &json!({"TableName": world.table, "Item": full})).await;
        let answer = world.post("/bookings", &silent(noon + 2 * HOUR)).await;
        if answer.status != 201 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("the day is full");
    assert_eq!(refused.is_problem(409).body["type"], "urn:problem:day-full");
    let moved = json!({"start_time": soon(noon + 2 * HOUR), "end_time": soon(noon + 3 * HOUR)});
    let other = world.book(&silent(noon + 2 * DAY)).await;
    assert_eq!(world.put(&path(&other), &moved).await.is_problem(409).body["type"], "urn:problem:day-full");
    assert_eq!(world.get(&path(&other)).await.body, other);
    // A create that is repeated was made before the day was full. Its booking is on another day now, and its claim would be new.
    let keyed = world.store(SHARDS);
    let caller = &Caller::Unchecked;
    let new = |start: i64| serde_json::from_value(silent(start)).unwrap();
    let key = || IdempotencyKey::parse("repeated");
    let patch =
        serde_json::from_value(json!({"start_time": soon(noon + 4 * DAY), "end_time": soon(noon + 4 * DAY + HOUR)}));
    let noon_after = noon + 3 * DAY;
    let made = keyed.create(new(noon_after), key(), caller).await.unwrap().value;
    keyed.update(made.booking_id, patch.unwrap(), None, caller).await.unwrap();
    let day = format!("DAY#{}", &made.span.start().sortable()[..10]);
    let item = world.item("RESOURCE#room", &day).await.unwrap();
    let full = with(item, json!({"pad": {"S": "x".repeat(409_400)}}));
    world.database("DynamoDB_20120810.PutItem", &json!({"TableName": world.table, "Item": full})).await;
    let repeated = keyed.create(new(noon_after), key(), caller).await.unwrap();
    assert_eq!((repeated.replayed, repeated.value.booking_id), (true, made.booking_id));
    // Cancelling still works.
    assert_eq!(world.cancel(&first).await.status, 200);
    world.stop().await;
}
