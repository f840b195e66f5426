//! The local service with the real functions: under load, over a restart, and with unusual requests.

use std::collections::BTreeSet;

use crate::common::*;
use local::{Binaries, Data, Options, Service};
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_requests_at_once_are_all_answered() {
    let world = World::start().await;
    let seed = world.book(&hour("seed", DAY)).await;
    let at = path(&seed);
    let work = (0..100).map(async |i: i64| match i % 4 {
        0 => (world.get("/health").await.status, 200),
        1 => (world.post("/bookings", &hour(&format!("room-{i}"), DAY)).await.status, 201),
        2 => (world.get(&at).await.status, 200),
        _ => (world.get("/users/alice/bookings").await.status, 200),
    });
    for (status, expected) in join_all(work).await {
        assert_eq!(status, expected);
    }
    let list = world.get("/users/alice/bookings?limit=100").await.body;
    let ids: BTreeSet<_> = list.as_array().unwrap().iter().map(|booking| text(&booking["booking_id"])).collect();
    assert_eq!(ids.len(), 26);
    world.stop().await;
}

/// Runs all futures concurrently.
async fn join_all<F: Future>(work: impl Iterator<Item = F>) -> Vec<F::Output> {
    futures_util::future::join_all(work).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let kept = || Options { data: Data::Directory(directory.path().to_path_buf()), ..options() };

    let world = World::with(kept()).await;
    let booking = world.book(&hour("room", DAY)).await;
    let due = |resource: &str| with(hour(resource, 600), json!({"reminder_lead_seconds": 3600}));
    let reminded = world.book(&due("hall")).await;
    world.reminded(&reminded).await;
    // Once a later reminder has arrived, the batch of the first one is finished.
    world.reminded(&world.book(&due("roof")).await).await;
    world.stop().await;

    let world = World::with(kept()).await;
    assert_eq!(world.get(&path(&booking)).await.body, booking);
    world.reminded(&world.book(&due("barn")).await).await;
    assert!(world.reminders(&reminded).await.is_empty(), "a delivered reminder is delivered again");
    world.stop().await;
}

/// Sends `request` unchanged, and returns the status line of the response.
async fn raw(world: &World, request: &[u8]) -> String {
    let address = world.service.url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(DEADLINE, stream.read_to_end(&mut answer));
    read.await.expect("an answer in time").unwrap();
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_paths_are_answered() {
    let world = World::start().await;
    for (path, status) in [
        ("/nowhere", "404"),
        ("/bookings/", "404"),
        ("/bookings//cancel", "404"),
        ("/bookings/%ff", "400"),
        ("/bookings/%zz", "40"),
        ("/users/%C3%BC/bookings", "404"),
        ("/users/%2e%2e/bookings", "404"),
        ("/users/...%2e/bookings", "200"),
        ("/users/a/bookings?limit=%ff", "422"),
        ("/users/a/bookings?limit", "422"),
        ("/users/a/bookings?=", "422"),
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let line = raw(&world, request.as_bytes()).await;
        assert!(line.starts_with(&format!("HTTP/1.1 {status}")), "{path}: {line}");
    }
    for method in ["PATCH", "POST", "BREW"] {
        let request = format!("{method} /health HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        let line = raw(&world, request.as_bytes()).await;
        assert!(line.starts_with("HTTP/1.1 404"), "{method}: {line}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hangs_up_harms_nobody() {
    let world = World::start().await;
    let body = hour("room", DAY).to_string();
    for _ in 0..5 {
        let address = world.service.url().trim_start_matches("http://").to_owned();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST /bookings HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&body.as_bytes()[..body.len() / 2]).await.unwrap();
        drop(stream);
    }
    assert_eq!(world.get("/health").await.status, 200);
    world.book(&hour("room", DAY)).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_the_gateways_limit_is_refused() {
    let world = World::start().await;
    let body = vec![b' '; 11 * 1024 * 1024];
    let request = world.request(Method::POST, "/bookings").header("content-type", "application/json").body(body);
    // The gateway may close the connection instead of reading the body.
    if let Ok(answer) = request.send().await {
        assert_eq!(answer.status(), 413);
    }
    assert_eq!(world.get("/health").await.status, 200);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_without_a_binary_stops_the_start() {
    let mut binaries = binaries();
    binaries.remove("cancel_booking");
    let options = Options { binaries: Binaries::Built(binaries), ..options() };
    let error = Service::start(options).await.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("cancelBooking") && error.contains("cancel_booking"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_binary_without_a_function_stops_the_start() {
    let mut binaries = binaries();
    binaries.insert("forgotten".into(), "forgotten".into());
    let options = Options { binaries: Binaries::Built(binaries), ..options() };
    let error = Service::start(options).await.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("forgotten"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_customer_typed_is_logged() {
    let world = World::start().await;
    let secret = "customer-4711";
    let booking = world
        .book(&with(
            hour(secret, 600),
            json!({"reminder_lead_seconds": 3600, "user_id": secret, "metadata": {secret: secret}}),
        ))
        .await;
    world.reminded(&booking).await;
    world.post("/bookings", &json!({ "user_id": secret, "metadata": {"a b": secret} })).await.is_problem(422);
    let request = world.request(Method::POST, "/bookings").header("content-type", "application/json");
    send(request.body(format!("{{\"{secret}\""))).await.is_problem(400);
    // Lines arrive by pipes, after the responses. The metrics are the last lines of a request.
    let lines = eventually("every request has logged its metrics", async || {
        let lines = world.service.log_lines();
        let ended = lines.iter().filter(|line| line.contains("\"CreateBooking\":")).count();
        (ended == 3 && lines.iter().any(|line| line.contains("ReminderDue"))).then_some(lines)
    })
    .await;
    let told: Vec<_> = lines.iter().filter(|line| line.contains(secret)).collect();
    assert!(told.is_empty(), "{told:#?}");
    world.stop().await;
}
