//! Measures how late reminders are: creates bookings at a running service, waits for each reminder on its bus, and
//! prints the distribution.
//!
//! `tests/lateness` starts a service for it. By hand, with a running `cargo local`: `cargo run --example lateness --
//! http://127.0.0.1:3000 200 120 62`. The arguments are the address, the number of bookings, the seconds over which
//! their reminders are due, and the maximum delay in seconds. Fails if a reminder is later, or is lost.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a check may fail")]

use std::collections::BTreeMap;
use std::time::Duration;

use handlers::booking::Timestamp;
use reqwest::Client;
use serde_json::{Value, json};

/// The minimum of `reminder_lead_seconds`.
const LEAD: i64 = 60;
/// Seconds from the first booking until the first reminder, in which all bookings are created.
const HEAD_START: i64 = 5;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut argument = |default: &str| arguments.next().unwrap_or_else(|| default.to_owned());
    let url = argument("http://127.0.0.1:3000");
    let [count, over, limit] = ["200", "120", "62"].map(|default| argument(default).parse::<i64>().expect("a number"));

    let client = Client::new();
    let mut waiting = BTreeMap::new();
    let begin = Timestamp::now().seconds() + HEAD_START;
    let run = begin.to_string();
    for place in 0..count {
        let start = begin + LEAD + place * over / count;
        let time = |seconds: i64| Timestamp::from_millis(seconds * 1000).unwrap().to_string();
        let body = json!({
            "user_id": "lateness", "resource_id": format!("lateness-{run}-{place}"), "reminder_lead_seconds": LEAD,
            "start_time": time(start), "end_time": time(start + 600),
        });
        let answer = client.post(format!("{url}/bookings")).json(&body).send().await.expect("the service answers");
        assert_eq!(answer.status(), 201);
        let booking: Value = answer.json().await.unwrap();
        waiting.insert(booking["booking_id"].as_str().unwrap().to_owned(), booking["ttl"].as_i64().unwrap());
    }
    println!("{count} bookings, their reminders due over {over} s");

    let mut late = Vec::new();
    let end = (begin + over + limit + 10) * 1000;
    while !waiting.is_empty() && Timestamp::now().millis() < end {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let events = client.get(format!("{url}/_local/events")).send().await.expect("the service answers");
        let events: Vec<Value> = events.json().await.unwrap();
        let seen = Timestamp::now().millis();
        for event in events.iter().filter(|event| event["detail-type"] == "ReminderDue") {
            let due = waiting.remove(event["detail"]["booking_id"].as_str().unwrap());
            late.extend(due.map(|due| seen - due * 1000));
        }
    }
    late.sort_unstable();
    let of = |percent: usize| late.get(late.len() * percent / 100).or(late.last()).copied().unwrap_or_default();
    println!("late by, in milliseconds: least {}, half {}, nine of ten {}, most {}", of(0), of(50), of(90), of(100));
    for second in 0..=of(100).max(0) / 1000 {
        let within = late.iter().filter(|late| late.div_euclid(1000) == second).count();
        println!("{second:4} s  {within:4}  {}", "#".repeat(within.div_ceil(4)));
    }
    assert!(waiting.is_empty(), "{} reminders are lost", waiting.len());
    assert!(of(0) >= 0, "a reminder was early");
    assert!(of(100) <= limit * 1000, "the last is more than {limit} s late");
}
