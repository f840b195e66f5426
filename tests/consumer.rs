//! The consumer of `docs/events.md`, behind a queue of the service.

use crate::common::*;
use crate::events::{document, told};
use handlers::booking::Timestamp;
use local::{Binaries, Options};
use serde_json::{Value, json};

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
