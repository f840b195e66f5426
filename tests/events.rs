//! Events of bookings on the bus, and the dead-letter queue.

use crate::common::*;
use handlers::booking::Timestamp;
use local::{Binaries, Options};
use serde_json::{Value, json};

/// Waits until the booking has `count` events.
async fn told(world: &World, booking: &Value, count: usize) -> Vec<Value> {
    eventually("the events reach the bus", async || {
        let events = world.events(booking).await;
        (events.len() >= count).then_some(events)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bookings_life_is_told_in_order_with_all_that_changed() {
    let world = World::start().await;
    let made = world.book(&hour("room", DAY)).await;
    let moved = world.put(&path(&made), &json!({"resource_id": "hall"})).await.body;
    let cancelled = world.cancel(&made).await.body;
    world.delete(&path(&made)).await;

    let events = told(&world, &made, 4).await;
    let expected = [
        ("BookingCreated", &Value::Null, &made),
        ("BookingRescheduled", &made, &moved),
        ("BookingCancelled", &moved, &cancelled),
        ("BookingDeleted", &cancelled, &Value::Null),
    ];
    assert_eq!(events.len(), expected.len(), "{events:#?}");
    for (event, (kind, before, after)) in events.iter().zip(expected) {
        let detail = &event["detail"];
        assert_eq!((&event["source"], &event["detail-type"]), (&json!("booking.lifecycle"), &json!(kind)));
        assert_eq!((&detail["type"], &detail["version"]), (&json!(kind), &json!("1.0")));
        assert_eq!((&detail["before"], &detail["after"]), (before, after), "{kind}");
        let current = if after.is_null() { before } else { after };
        for name in ["booking_id", "user_id", "resource_id", "start_time", "end_time"] {
            assert_eq!(detail[name], current[name], "{kind} {name}");
        }
    }
    let mut ids: Vec<_> = events.iter().map(|event| text(&event["detail"]["id"])).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4, "each event has its own id");
    world.stop().await;
}

fn document(name: &str) -> String {
    std::fs::read_to_string(template().with_file_name("docs").join(name)).unwrap()
}

/// The documented schema, with no member allowed that it does not list. Consumers get the schema without that, since new
/// members come without a new version.
fn strict() -> Value {
    let mut schema: Value = serde_json::from_str(&document("events.schema.json")).unwrap();
    for of_kind in schema["$defs"].as_object_mut().unwrap().values_mut() {
        of_kind["additionalProperties"] = json!(false);
    }
    schema
}

/// Checks that `detail` has the documented schema of its type.
fn is_documented(detail: &Value) {
    let schema = strict();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    assert!(validator.is_valid(detail), "{detail:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_has_its_documented_shape() {
    let world = World::start().await;
    let due = world.book(&with(hour("room", 600), json!({"reminder_lead_seconds": HOUR}))).await;
    let silent = world.book(&with(hour("hall", DAY), json!({"reminder_lead_seconds": null}))).await;
    world.reminded(&due).await;
    world.put(&path(&silent), &json!({"resource_id": "roof"})).await;
    world.cancel(&silent).await;
    world.delete(&path(&silent)).await;
    let mut events = told(&world, &silent, 4).await;
    events.append(&mut told(&world, &due, 2).await);
    for event in &events {
        is_documented(&event["detail"]);
    }
    let mut stray = events[0]["detail"].clone();
    stray["colour"] = json!("red");
    assert!(!jsonschema::is_valid(&strict(), &stray), "an undocumented member is found");
    world.stop().await;
}

/// `tests/released` has the schema of the version in which it was last changed. A change that breaks consumers needs another
/// version, and a file of its own.
#[test]
fn a_version_of_the_events_keeps_what_it_promises() {
    let current: Value = serde_json::from_str(&document("events.schema.json")).unwrap();
    let version = text(&current["$defs"]["ReminderDue"]["properties"]["version"]["const"]).to_owned();
    let file = template().with_file_name("tests").join(format!("released/events-{version}.schema.json"));
    let released: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let answered = |schema: &Value| {
        let content = json!({ "application/json": { "schema": { "oneOf": schema["oneOf"] } } });
        json!({ "$defs": schema["$defs"], "paths": { "events": { "get": { "responses": { "200": { "content": content } } } } } })
    };
    // Another kind of event is new to a consumer, who ignores it.
    let kinds = |schema: &Value| schema["oneOf"].as_array().unwrap().clone();
    let known = kinds(&released);
    let mut same = current.clone();
    same["oneOf"] = kinds(&current).into_iter().filter(|kind| known.contains(kind)).collect();
    let broken = local::breaking_changes(&answered(&released), &answered(&same));
    assert_eq!(broken, Vec::<String>::new(), "raise the version in handlers/src/events/outgoing.rs");
    assert_eq!(kinds(&same), known, "no kind of event is gone");
    for kind in kinds(&current) {
        let name = text(&kind["$ref"]).rsplit('/').next().unwrap().to_owned();
        assert_eq!(current["$defs"][&name]["properties"]["version"]["const"], json!(version), "{name}");
    }
}

#[test]
fn the_documented_examples_have_their_documented_shape() {
    let document = document("events.md");
    let examples: Vec<Value> = document
        .split("```json\n")
        .skip(1)
        .map(|rest| serde_json::from_str(rest.split("```").next().unwrap()).unwrap())
        .collect();
    let kinds: Vec<_> = examples.iter().map(|example| text(&example["type"])).collect();
    let all = [
        "ReminderDue",
        "BookingCreated",
        "BookingConfirmed",
        "BookingRescheduled",
        "BookingCancelled",
        "BookingExpired",
        "BookingDeleted",
    ];
    assert_eq!(kinds, all);
    examples.iter().for_each(is_documented);
}

/// Delivers a batch of three records whose middle one cannot be published. It must be moved to the dead-letter queue
/// whole, and the other two must be published.
async fn is_parked(poison: impl Fn(&mut Value)) {
    let world = World::start().await;
    let booking = world.book(&hour("room", DAY)).await;
    told(&world, &booking, 1).await;
    let item = world.item(&format!("BOOKING#{}", text(&booking["booking_id"])), "BOOKING").await.unwrap();
    let record = |sequence: &str| inserted(&item, sequence);
    let mut odd = record("100000000000000000002");
    poison(&mut odd);
    let batch = json!({"Records": [record("100000000000000000001"), odd, record("100000000000000000003")]});
    let answer = world.service.invoke("publishEvents", batch).await.unwrap();
    assert_eq!(answer, json!({"batchItemFailures": []}));
    assert_eq!(world.events(&booking).await.len(), 3, "the other two records are published");
    assert!(parked(&world).await == [odd], "the dead-letter queue has the whole record");
    world.stop().await;
}

/// The messages in the dead-letter queue.
async fn parked(world: &World) -> Vec<Value> {
    let queues = world.get("/_local/queues").await.body;
    let queue = queues.as_array().unwrap().iter().find(|queue| queue["name"] == "bookings-dev-dead-letters").unwrap();
    queue["messages"].as_array().unwrap().iter().map(|message| message["body"].clone()).collect()
}

/// The stream keeps a record for 24 hours, and no other copy of it exists.
#[tokio::test(flavor = "multi_thread")]
async fn what_no_bus_takes_is_tried_again_until_it_would_be_forgotten_and_then_kept_whole() {
    // No server listens on this port.
    let environment = [("AWS_ENDPOINT_URL_EVENTBRIDGE".to_owned(), "http://127.0.0.1:1".to_owned())].into();
    let world = World::with(Options { environment, ..options() }).await;
    let booking = world.book(&hour("room", DAY)).await;
    let item = world.item(&format!("BOOKING#{}", text(&booking["booking_id"])), "BOOKING").await.unwrap();
    let hours_ago = |hours: i64, sequence: &str, booking: &str| {
        let mut record = inserted(&item, sequence);
        record["dynamodb"]["NewImage"]["booking_id"] = json!({"S": booking});
        record["dynamodb"]["ApproximateCreationDateTime"] = json!(chrono::Utc::now().timestamp() - hours * HOUR);
        record
    };
    let old = hours_ago(21, "100000000000000000001", "00000000-0000-4000-8000-000000000001");
    let young = hours_ago(19, "100000000000000000002", "00000000-0000-4000-8000-000000000002");
    let answer = world.service.invoke("publishEvents", json!({"Records": [old, young]})).await.unwrap();
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "100000000000000000002"}]}));
    assert!(parked(&world).await == [old]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_nobody_can_read_is_kept_whole_and_holds_up_nobody() {
    is_parked(|record| record["dynamodb"]["NewImage"]["start_time"] = json!({"S": "soon"})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_the_bus_finds_too_large_is_kept_whole_and_holds_up_nobody() {
    is_parked(|record| {
        // An item of the maximum size. The event has it three times (before, after, and its fields), which is more than
        // the bus accepts.
        let user = json!({"S": "x".repeat(380_000)});
        record["eventName"] = json!("MODIFY");
        let old = record["dynamodb"]["NewImage"].clone();
        record["dynamodb"]["OldImage"] = old;
        record["dynamodb"]["OldImage"]["user_id"] = user.clone();
        record["dynamodb"]["NewImage"]["user_id"] = user;
        record["dynamodb"]["NewImage"]["version"] = json!({"N": "2"});
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_or_changed_nothing_is_not_told() {
    let world = World::start().await;
    let made = world.book(&hour("room", DAY)).await;
    world.post("/bookings", &hour("room", DAY)).await.is_problem(409);
    world.put(&path(&made), &json!({})).await;
    world.cancel(&made).await;
    world.cancel(&made).await;
    world.delete(&path(&made)).await;
    world.delete(&path(&made)).await;
    told(&world, &made, 3).await;
    let last = world.book(&hour("hall", DAY)).await;
    told(&world, &last, 1).await;
    let kinds: Vec<_> = world.events(&made).await.iter().map(|event| event["detail-type"].clone()).collect();
    assert_eq!(kinds, ["BookingCreated", "BookingCancelled", "BookingDeleted"]);
    world.stop().await;
}

/// The service with the consumer's queue that `docs/events.md` describes, and the example as a function that tests call.
pub(crate) async fn consumed(options: Options) -> World {
    consumed_by("consumeReminders:\n  handler: consumer\n  environment: { SEEN_TABLE: seen }\n", options).await
}

/// A block of YAML in `docs/events.md`.
fn described(place: usize) -> String {
    document("events.md").split("```yaml\n").nth(place + 1).unwrap().split("```").next().unwrap().to_owned()
}

/// The service with the consumer's queue and this function of the template.
async fn consumed_by(function: &str, options: Options) -> World {
    let folder = tempfile::tempdir().unwrap();
    let root = template().with_file_name("");
    std::fs::create_dir(folder.path().join("deploy")).unwrap();
    for file in root.join("deploy").read_dir().unwrap().map(|file| file.unwrap().path()) {
        std::fs::copy(&file, folder.path().join("deploy").join(file.file_name().unwrap())).unwrap();
    }
    let rule = described(0);
    let seen = "
Seen:
  Type: AWS::DynamoDB::Table
  Properties:
    TableName: seen
    BillingMode: PAY_PER_REQUEST
    AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
    KeySchema: [{ AttributeName: id, KeyType: HASH }]
    TimeToLiveSpecification: { AttributeName: ttl, Enabled: true }
";
    let resources = format!("Resources:\n  {}", format!("{rule}{seen}").replace('\n', "\n  "));
    std::fs::write(folder.path().join("consumer.yml"), resources).unwrap();
    let function = format!("    {}", function.trim_end().replace('\n', "\n    "));
    let written = std::fs::read_to_string(template()).unwrap();
    let (functions, resources) = written.split_once("\nresources:\n").unwrap();
    let all = format!("{functions}\n{function}\nresources:\n  - ${{file(consumer.yml)}}\n{resources}");
    let template = folder.path().join("serverless.yml");
    std::fs::write(&template, all).unwrap();

    let mut built = binaries();
    let consumer = built["health"].with_file_name(format!("examples/consumer{}", std::env::consts::EXE_SUFFIX));
    assert!(consumer.is_file(), "`cargo test` builds the example; so does `cargo build --example consumer`");
    built.insert("consumer".to_owned(), consumer);
    World::with(Options { template, binaries: Binaries::Built(built), ..options }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_consumer_gets_reminders_alone_and_acts_on_each_once() {
    let world = consumed(options()).await;
    let due = world.book(&with(hour("room", 600), json!({"reminder_lead_seconds": HOUR}))).await;
    let other = world.book(&hour("hall", DAY)).await;
    world.put(&path(&other), &json!({"resource_id": "roof"})).await;
    world.cancel(&other).await;
    world.delete(&path(&other)).await;
    told(&world, &other, 4).await;
    let reminder = world.reminded(&due).await;

    let queue = async || {
        let mut queues = world.get("/_local/queues").await.body;
        let queue = queues.as_array_mut().unwrap().iter_mut().find(|queue| text(&queue["name"]).contains("Reminders"));
        let messages = queue.expect("the queue of the rule")["messages"].take();
        (messages != json!([])).then_some(messages)
    };
    let messages = eventually("the reminder is in the queue", queue).await;
    let bodies: Vec<_> = messages.as_array().unwrap().iter().map(|message| &message["body"]).collect();
    let [event] = bodies[..] else { panic!("not exactly one reminder: {bodies:#?}") };
    assert_eq!((&event["detail-type"], &event["detail"]), (&json!("ReminderDue"), &reminder["detail"]));

    let consume = async |events: &[&Value]| {
        let records = events
            .iter()
            .enumerate()
            .map(|(place, event)| json!({ "messageId": place.to_string(), "body": event.to_string() }));
        let batch = json!({ "Records": records.collect::<Vec<_>>() });
        world.service.invoke("consumeReminders", batch).await.expect("an answer")["batchItemFailures"].take()
    };
    let mut next = event.clone();
    next["detail"]["id"] = json!("another");
    next["detail"]["start_time"] = json!("2099-01-01T00:00:00Z");
    assert_eq!(consume(&[event, event]).await, json!([]));
    assert_eq!(consume(&[event]).await, json!([]));
    assert_eq!(
        consume(&[&json!({}), &next]).await,
        json!([{ "itemIdentifier": "0" }]),
        "only the failed message is delivered again"
    );
    // Its output arrives by a pipe, in order: after the last line, all others are there.
    let acts = eventually("the next reminder is handled", async || {
        let lines = world.service.log_lines().into_iter();
        let acts: Vec<_> =
            lines.filter_map(|line| Some(line.split_once("remind of what starts at ")?.1.to_owned())).collect();
        acts.iter().any(|start| start.starts_with("2099")).then_some(acts)
    })
    .await;
    assert_eq!(acts, [text(&due["start_time"]), "2099-01-01T00:00:00Z"]);
    let seen = world.database("DynamoDB_20120810.Scan", &json!({ "TableName": "seen" })).await;
    let tomorrow = Timestamp::now().seconds() + DAY;
    let kept = |item: &Value| text(&item["ttl"]["N"]).parse::<i64>().unwrap() > tomorrow;
    assert!(
        seen["Items"].as_array().unwrap().iter().all(kept),
        "ids are kept longer than the stream keeps records: {seen}"
    );
    assert_eq!(seen["Count"], 2);
    world.stop().await;
}

/// Calls the consumer with messages of these bodies, whose ids are their places. Returns the failures.
async fn consume(world: &World, bodies: &[String]) -> Value {
    let records = bodies.iter().enumerate().map(|(place, body)| {
        let attributes = json!({ "ApproximateReceiveCount": "1" });
        json!({ "messageId": format!("message-{place}"), "body": body, "attributes": attributes })
    });
    let batch = json!({ "Records": records.collect::<Vec<_>>() });
    world.service.invoke("consumeReminders", batch).await.expect("an answer")["batchItemFailures"].take()
}

fn reminder(id: &str) -> String {
    let detail = json!({ "id": id, "start_time": "2099-01-01T00:00:00Z" });
    json!({
        "id": "1", "source": "booking.reminder", "detail-type": "ReminderDue", "time": "2098-12-31T23:45:00Z", "detail": detail,
    })
    .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_cannot_be_read_is_logged_by_its_id_and_without_its_content() {
    let world = consumed(options()).await;
    let unreadable = reminder("secret").replace("start_time", "secret_time");
    let bodies = [reminder("1"), unreadable, "secret".to_owned()];
    let failures = [json!({ "itemIdentifier": "message-1" }), json!({ "itemIdentifier": "message-2" })];
    assert_eq!(consume(&world, &bodies).await, json!(failures));
    let (lines, counts) = eventually("the invocation's last line", async || {
        let lines = world.service.log_lines();
        let counts = lines.iter().find(|line| line.contains("MessagesHandled"))?.clone();
        Some((lines, counts))
    })
    .await;
    for (message, fault) in [("message-1", "/detail: lacks the member `start_time`"), ("message-2", "line 1, byte 1")] {
        assert!(lines.iter().any(|line| line.contains(message) && line.contains(fault)), "{fault}: {lines:#?}");
    }
    assert!(!lines.iter().any(|line| line.contains("secret")), "{lines:#?}");
    for count in [r#""MessagesHandled":1"#, r#""MessagesFailed":2"#, r#""MessagesUnreadable":2"#] {
        assert!(counts.contains(count), "{count}: {counts}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_that_another_copy_is_acting_on_waits_for_it() {
    let world = consumed(options()).await;
    let claim = async |id: &str, from_now: i64| {
        let until = (Timestamp::now().seconds() + from_now).to_string();
        let item = json!({ "id": { "S": id }, "claimed_until": { "N": until } });
        world.database("DynamoDB_20120810.PutItem", &json!({ "TableName": "seen", "Item": item })).await;
    };
    claim("under way", 600).await;
    claim("given up", -1).await;
    let bodies = [reminder("under way"), reminder("given up")];
    assert_eq!(consume(&world, &bodies).await, json!([{ "itemIdentifier": "message-0" }]));
    let key = json!({ "id": { "S": "given up" } });
    let found = world.database("DynamoDB_20120810.GetItem", &json!({ "TableName": "seen", "Key": key })).await;
    assert_eq!(found["Item"]["done"]["BOOL"], true);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_function_is_called_by_its_queue_and_leaves_nothing_in_it() {
    let world = consumed_by(&described(1), options()).await;
    let due = world.book(&with(hour("room", 600), json!({"reminder_lead_seconds": HOUR}))).await;
    let act = format!("remind of what starts at {}", text(&due["start_time"]));
    eventually("the reminder is handled", async || {
        world.service.log_lines().iter().any(|line| line.contains(&act)).then_some(())
    })
    .await;
    eventually("its message is deleted", async || {
        let queues = world.get("/_local/queues").await.body;
        let mut queues = queues.as_array().unwrap().iter();
        let queue = queues.find(|queue| text(&queue["name"]).contains("Reminders")).expect("the queue of the rule");
        (queue["messages"] == json!([])).then_some(())
    })
    .await;
    world.stop().await;
}
