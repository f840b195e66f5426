//! The functions' output: each line is JSON, each metric is valid for CloudWatch, and no line contains customer data.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::common::*;
use handlers::booking::Timestamp;
use local::Options;
use reqwest::Method;
use serde_json::{Map, Value, json};

type Line = Map<String, Value>;

/// The lines that each function has printed, in order.
fn printed(world: &World) -> Vec<(String, String)> {
    let functions: BTreeSet<_> =
        local::functions(&template(), None).unwrap().into_iter().map(|function| function.name).collect();
    let lines = world.service.log_lines().into_iter();
    let split = lines.map(|line| line.split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap());
    split.filter(|(source, _)| functions.contains(source)).collect()
}

/// Checks the rules of the embedded metric format. CloudWatch drops a line or a metric that breaks one:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.
fn is_emf(line: &Line) {
    let metadata = &line["_aws"];
    assert!(metadata["Timestamp"].as_u64().is_some_and(|time| time > 1_700_000_000_000), "milliseconds: {line:?}");
    for directive in metadata["CloudWatchMetrics"].as_array().expect("directives") {
        assert_eq!(directive["Namespace"], "BookingAPI");
        for set in directive["Dimensions"].as_array().expect("dimension sets") {
            let set = set.as_array().expect("a dimension set");
            assert!(set.len() <= 30 && set[0] == "Stage", "{line:?}");
            for name in set {
                let value = text(&line[text(name)]);
                assert!(!value.is_empty() && value.len() <= 1024 && !value.starts_with(':'), "{line:?}");
            }
        }
        let metrics = directive["Metrics"].as_array().expect("metrics");
        assert!((1..=100).contains(&metrics.len()), "{line:?}");
        for metric in metrics {
            if let Some(unit) = metric.get("Unit") {
                assert!(["Milliseconds", "Seconds", "Count"].contains(&text(unit)), "{line:?}");
            }
            match &line[text(&metric["Name"])] {
                Value::Array(values) => {
                    assert!((1..=100).contains(&values.len()) && values.iter().all(Value::is_number), "{line:?}");
                }
                value => assert!(value.is_number(), "{line:?}"),
            }
        }
    }
}

/// Checks that the line has the invocation's request id, trace id and function and, over HTTP, its route and status.
fn names_its_invocation(line: &Line, handler: &str, trigger: &str) {
    assert_eq!(text(&line["requestId"]).len(), 36, "{line:?}");
    assert!(text(&line["xrayTraceId"]).starts_with("Root=1-"), "{line:?}");
    if line.contains_key("Latency") {
        assert_eq!(line["Function"], handler, "{line:?}");
    }
    if trigger.contains(' ') {
        assert_eq!(line["route"], trigger, "{line:?}");
        assert!(line["status"].as_u64().is_some_and(|status| (200..600).contains(&status)), "{line:?}");
    }
}

fn parse((source, line): (String, String)) -> (String, Line) {
    match serde_json::from_str(&line) {
        Ok(Value::Object(members)) => (source, members),
        _ => panic!("{source} printed {line}"),
    }
}

/// The lines that CloudWatch reads as metrics.
fn metrics(lines: &[(String, String)]) -> Vec<(String, Line)> {
    let lines = lines.iter().cloned().map(parse);
    lines.filter(|(_, line)| line.contains_key("_aws")).collect()
}

/// The sum of each metric, by its name and its dimension beside the stage.
fn sums(lines: &[(String, Line)]) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    for (_, line) in lines {
        for directive in line["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
            assert_eq!(line["Stage"], "dev");
            let of = directive["Dimensions"][0].get(1).map_or("", |name| text(&line[text(name)]));
            for metric in directive["Metrics"].as_array().unwrap() {
                let name = text(&metric["Name"]);
                let sum = match &line[name] {
                    Value::Array(values) => values.iter().filter_map(Value::as_f64).sum(),
                    value => value.as_f64().unwrap(),
                };
                *sums.entry(format!("{name} {of}").trim_end().to_owned()).or_default() += sum;
            }
        }
    }
    sums
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_is_json_every_metric_counts_and_nothing_is_a_customers() {
    let swept = Options { ttl_every: None, schedule_every: Some(Duration::from_millis(500)), ..options() };
    let world = World::with(swept).await;
    let (user, room) = ("customer-4711", "clinic-0815");
    let body = |seconds, more| with(with(hour(room, seconds), json!({ "user_id": user })), more);
    let post = async |key: &str, body: &Value| {
        let request = world.request(Method::POST, "/bookings").header("authorization", "Bearer secret-2342");
        send(request.header("idempotency-key", key).json(body)).await
    };
    let soon_due = body(600, json!({"reminder_lead_seconds": HOUR}));
    let due = post("key-1337", &soon_due).await;
    assert_eq!(due.status, 201);
    assert_eq!(post("key-1337", &soon_due).await.status, 201);
    post("key-2", &body(700, json!({}))).await.is_problem(409);
    post("key-3", &json!({ "user_id": user, "colour": "secret-2342" })).await.is_problem(422);
    let other = post("key-4", &body(DAY, json!({}))).await;
    let at = path(&other.body);
    world.get(&at).await;
    world.get(&format!("/users/{user}/bookings?cursor=secret-2342")).await.is_problem(400);
    world.get(&format!("/users/{user}/bookings")).await;
    world.get(&format!("/resources/{room}/busy?from={}&to={}", soon(0), soon(DAY))).await;
    world.put(&at, &json!({ "end_time": soon(DAY + 2 * HOUR) })).await;
    world.cancel(&other.body).await;
    world.delete(&at).await;
    world.get(&at).await.is_problem(404);
    world.reminded(&due.body).await;
    eventually("the last event is told", async || (world.events(&other.body).await.len() == 4).then_some(())).await;
    let expected = [
        ("CreateBooking create_booking", 5.0),
        ("GetBooking get_booking", 2.0),
        ("ListUserBookings list_user_bookings", 2.0),
        ("ListBusyTimes list_busy_times", 1.0),
        ("UpdateBooking update_booking", 1.0),
        ("CancelBooking cancel_booking", 1.0),
        ("DeleteBooking delete_booking", 1.0),
        ("ColdStart get_booking", 1.0),
        ("ColdStart publish_events", 1.0),
        ("Problems time-taken", 1.0),
        ("Problems invalid", 1.0),
        ("Problems not-found", 1.0),
        ("IdempotentReplays", 1.0),
        ("TimersRemoved", 1.0),
        ("RemindersPublished", 1.0),
        ("EventsPublished", 6.0),
    ];
    // Lines arrive by pipes, after the responses, and the publisher's after its events.
    let lines = eventually("every metric is written", async || {
        let lines = printed(&world);
        let sums = sums(&metrics(&lines));
        let reached = |name: &str, least: f64| sums.get(name).is_some_and(|sum| *sum >= least);
        let all = expected.iter().chain([&("Sweeps", 1.0)]).all(|(name, least)| reached(name, *least));
        all.then_some(lines)
    })
    .await;

    for secret in [user, room, "secret-2342", "key-1337", "Bearer", "colour"] {
        let told: Vec<_> = lines.iter().filter(|(_, line)| line.contains(secret)).collect();
        assert!(told.is_empty(), "{secret}: {told:#?}");
    }
    let metrics = metrics(&lines);
    let lines: Vec<(String, Line)> = lines.into_iter().map(parse).collect();
    for (source, line) in &lines {
        assert!(["INFO", "WARN"].contains(&text(&line["level"])), "{source}: {line:?}");
        assert_eq!(text(&line["requestId"]).len(), 36, "{source}: {line:?}");
        // Lambda takes a line without a time for `INFO`, and drops it where only `WARN` is kept.
        assert!(text(&line["timestamp"]).parse::<Timestamp>().is_ok(), "{source}: {line:?}");
    }
    let about = lines.iter().filter(|(_, line)| line.get("booking_id") == Some(&other.body["booking_id"]));
    let routes: BTreeSet<_> = about.filter_map(|(_, line)| line.get("route").map(text)).collect();
    assert_eq!(routes.len(), 5, "every request about a booking logs its id: {routes:?}");
    let functions = local::functions(&template(), None).unwrap();
    let ends = metrics.iter().filter(|(_, line)| line.contains_key("Latency"));
    let ids: Vec<_> = ends.map(|(_, line)| text(&line["requestId"])).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "each invocation ends with one line: {ids:?}");
    for (source, line) in &metrics {
        is_emf(line);
        let function = functions.iter().find(|function| function.name == *source).unwrap();
        names_its_invocation(line, &function.handler, &function.triggers[0]);
    }
    let mut sums = sums(&metrics);
    for (name, expected) in expected {
        assert_eq!(sums.remove(name), Some(expected), "{name} of {sums:#?}");
    }
    assert!(sums["Sweeps"] >= 1.0 && sums["Latency create_booking"] > 0.0, "{sums:#?}");
    assert!(sums.keys().all(|name| !name.starts_with("ServerErrors")), "{sums:#?}");
    world.stop().await;
}
