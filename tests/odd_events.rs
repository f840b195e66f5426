//! Invalid events: every function answers them, the process survives, and a client gets a problem.

use crate::common::*;
use serde_json::{Value, json};

fn is_http(event: &Value) -> bool {
    event.get("requestContext").is_some()
}

/// Checks that the response to an HTTP event is a success or a problem with a 4xx, and returns its status.
#[track_caller]
fn is_answered(what: &str, answer: &Value) -> u64 {
    let status = answer["statusCode"].as_u64().unwrap_or_else(|| panic!("{what}: {answer}"));
    assert!(status < 500, "{what}: {answer}");
    if status >= 400 {
        assert_eq!(answer["headers"]["content-type"], "application/problem+json", "{what}: {answer}");
    }
    assert!(answer["headers"]["x-request-id"].is_string(), "{what}: {answer}");
    status
}

fn nobody_panicked(world: &World) {
    let lines = world.service.log_lines();
    let panics: Vec<_> = lines.iter().filter(|line| line.contains("panicked") || line.contains("Panic")).collect();
    assert!(panics.is_empty(), "{panics:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_query_host_path_or_body_is_answered() {
    let world = World::start().await;
    for (function, event) in example_events().iter().filter(|(_, event)| is_http(event)) {
        let odd = async |place: &str, value: Value| {
            let mut event = event.clone();
            let (parent, name) = place.rsplit_once('/').unwrap();
            event.pointer_mut(parent).unwrap()[name] = value;
            let what = format!("{function} {place} {event}");
            is_answered(&what, &world.service.invoke(function, event).await.expect(&what))
        };
        for query in ["a=\"1\"", "%zz=%ff", "&&==&", "\u{0}", "a b", "limit=\u{e9}&<>{}|\\^`", &"a=1&".repeat(2_000)] {
            odd("/rawQueryString", json!(query)).await;
        }
        for host in ["a.example,b.example", "[::1", "a b", "", ":", "\u{e9}", "a.example:99999"] {
            assert_ne!(odd("/headers/host", json!(host)).await, 400, "{function}: a host is not looked at: {host}");
        }
        for (place, value) in [
            ("/headers/host", json!("a\nb")),
            ("/headers/x-forwarded-proto", json!("1:")),
            ("/headers/\u{e9} ", json!("x")),
            ("/headers/if-match", json!("\u{7f}")),
            ("/headers", Value::Null),
            ("/headers", json!([])),
            ("/cookies", json!(["a=\"1\"", "\n"])),
            ("/rawPath", json!("no slash :99999 \u{0}\u{e9}%zz")),
            ("/rawPath", json!("")),
            ("/rawPath", Value::Null),
            ("/requestContext/stage", json!("v1")),
            ("/requestContext/domainName", json!("a b")),
            ("/requestContext/http", Value::Null),
            ("/requestContext/http/method", json!("\n")),
            ("/requestContext", json!([])),
            ("/body", json!("not base64!")),
            ("/isBase64Encoded", json!("yes")),
        ] {
            odd(place, value).await;
        }
        let mut not_base64 = event.clone();
        (not_base64["body"], not_base64["isBase64Encoded"]) = (json!("%%%"), json!(true));
        let answer = world.service.invoke(function, not_base64).await.unwrap();
        assert_eq!(is_answered(function, &answer), 400);
        for other in [json!({}), json!([]), json!("event"), Value::Null, json!({"Records": []})] {
            let refused = world.service.invoke(function, other).await.unwrap_err().to_string();
            assert!(refused.contains("HTTP API"), "{function}: {refused}");
        }
        let answer = world.service.invoke(function, event.clone()).await.unwrap();
        is_answered(&format!("{function}: the process lives"), &answer);
    }
    nobody_panicked(&world);
    world.stop().await;
}

/// Replaces a random value in `value` with another one.
fn spoil(value: &mut Value, random: &mut fastrand::Rng) {
    let odd = [
        Value::Null,
        json!(""),
        json!("\u{0}"),
        json!(-1),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1e308),
        json!({}),
        json!([]),
        json!([null]),
        json!({"S": 5}),
        json!({"N": "x"}),
        json!({"N": "-9223372036854775808"}),
        json!({"N": "99999999999999999999999999999999999999"}),
        json!("9999-12-31T23:59:59.999Z"),
        json!("0001-01-01T00:00:00Z"),
    ];
    match value {
        Value::Object(members) if !members.is_empty() && random.u8(..8) > 0 => {
            let place = random.usize(..members.len());
            let (_, member) = members.iter_mut().nth(place).unwrap();
            spoil(member, random);
        }
        Value::Array(items) if !items.is_empty() && random.u8(..8) > 0 => {
            let place = random.usize(..items.len());
            spoil(&mut items[place], random);
        }
        _ => value.clone_from(&odd[random.usize(..odd.len())]),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spoilt_event_of_any_trigger_is_answered_or_refused() {
    let world = World::with(with_everything()).await;
    for (function, event) in example_events() {
        let mut random = fastrand::Rng::with_seed(13);
        // A sweep reads a hundred partitions, whatever its event says.
        for _ in 0..if function == "sweepTimers" { 30 } else { 150 } {
            let parameters = event.get("pathParameters").cloned();
            let mut event = event.clone();
            for _ in 0..random.u8(1..3) {
                spoil(&mut event, &mut random);
            }
            let what = format!("{function} {event}");
            match world.service.invoke(&function, event.clone()).await {
                // A route without the function's path parameter is an error in the template, so it is a 500.
                Ok(answer) if answer["statusCode"] == 500 => {
                    assert_ne!(event.get("pathParameters"), parameters.as_ref(), "{what}: {answer}");
                }
                Ok(answer) if answer.get("statusCode").is_some() => drop(is_answered(&what, &answer)),
                Ok(_) => {}
                Err(error) if is_http(&event) => panic!("{what}: {error}"),
                Err(error) => {
                    let told = error.to_string();
                    assert!(told.contains("EventFailed") || told.contains("HTTP API"), "{what}: {told}");
                }
            }
        }
        world.service.invoke(&function, event).await.expect("the process lives");
    }
    nobody_panicked(&world);
    world.stop().await;
}
