//! Batches, with handlers that are made for them.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::from_value;
use tokio::task::yield_now;

use super::*;
use crate::{FromEvent, Problem};

mod odd;
mod visible;

#[derive(Debug, Problem)]
enum OrderError {
    #[problem(status = 503)]
    Down,
    #[problem(status = 503, retry_after = 5)]
    Later,
    #[problem(status = 503)]
    MuchLater {
        #[problem(retry_after)]
        seconds: u32,
    },
}

/// A handler of text: `work` gets the body.
fn handler<F, Fut>(work: F) -> Handler
where
    F: Fn(String) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<(), OrderError>> + Send + 'static,
{
    Box::new(move |record| {
        Box::pin(async move {
            let message = Message::<Text>::from_event(record).map_err(Unhandled::Unreadable)?;
            let result = work(message.body.0).await;
            Outcome::<Queue>::outcome(result).map(drop).map_err(Unhandled::Failed)
        })
    })
}

const QUEUE: &str = "arn:aws:sqs:eu-central-1:111122223333:orders";

/// A record whose id and receipt handle are its body.
fn record(body: &str, queue: &str, group: Option<&str>) -> Value {
    json!({
        "messageId": body,
        "receiptHandle": body,
        "body": body,
        "attributes": { "ApproximateReceiveCount": "1", "MessageGroupId": group },
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": queue,
    })
}

/// A context whose time is up in a minute.
fn context() -> Context {
    let mut context = Context::default();
    context.deadline = u64::try_from(crate::Timestamp::now().millis()).unwrap() + 60_000;
    context
}

fn consumer(concurrency: u16) -> Consumer {
    Consumer { package: crate::package!(), function: "consume", concurrency, docs: "" }
}

/// The ids of the failures.
fn failures(answer: &Value) -> Vec<String> {
    let failures = answer["batchItemFailures"].as_array().expect("a list");
    failures.iter().map(|failure| from_value(failure["itemIdentifier"].clone()).expect("an id")).collect()
}

async fn failed(handler: &Handler, concurrency: u16, records: Vec<Value>) -> Vec<String> {
    let event = json!({ "Records": records });
    let answer = answer(consumer(concurrency), handler, &Visibility::default(), event, &context()).await;
    failures(&answer.expect("an answer"))
}

fn plain<const N: usize>(bodies: [&str; N]) -> Vec<Value> {
    bodies.iter().map(|body| record(body, QUEUE, None)).collect()
}

#[tokio::test]
async fn a_failed_message_alone_comes_again() {
    let handler = handler(|body| async move { if body == "2" { Err(OrderError::Down) } else { Ok(()) } });
    assert_eq!(failed(&handler, 10, plain(["1", "2", "3"])).await, ["2"]);
    assert_eq!(failed(&handler, 10, plain(["1", "3"])).await, Vec::<String>::new());
    assert_eq!(failed(&handler, 10, Vec::new()).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_panic_is_the_failure_of_one_message() {
    let handler = handler(|body| async move {
        assert_ne!(body, "2", "this panic is part of the test");
        Ok(())
    });
    assert_eq!(failed(&handler, 10, plain(["1", "2", "3"])).await, ["2"]);
}

#[tokio::test]
async fn an_unreadable_message_is_a_failure_like_any_other() {
    let handler = handler(|_| async { Ok(()) });
    let mut records = plain(["1", "2", "3"]);
    records[1]["body"] = Value::Null;
    assert_eq!(failed(&handler, 10, records).await, ["2"]);
}

#[tokio::test]
async fn messages_run_side_by_side_up_to_the_bound() {
    static NOW: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    let handler = handler(|_| async {
        MOST.fetch_max(NOW.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
        for _ in 0..10 {
            yield_now().await;
        }
        NOW.fetch_sub(1, Ordering::Relaxed);
        Ok(())
    });
    for bound in [1, 3, 7] {
        MOST.store(0, Ordering::Relaxed);
        assert!(failed(&handler, bound, plain(["1", "2", "3", "4", "5", "6", "7", "8"])).await.is_empty());
        assert_eq!(MOST.load(Ordering::Relaxed), usize::from(bound));
    }
}

#[tokio::test]
async fn a_fifo_group_is_in_order_and_stops_at_its_first_failure() {
    static TRIED: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let handler = handler(|body| async move {
        TRIED.lock().unwrap().push(body.clone());
        // Later messages of a group have no reason to wait.
        for _ in 0..9 - body[1..].parse::<u8>().unwrap() {
            yield_now().await;
        }
        if body == "a2" { Err(OrderError::Down) } else { Ok(()) }
    });
    let queue = format!("{QUEUE}.fifo");
    let records = ["a1", "b1", "a2", "a3", "b2", "a4"].map(|body| record(body, &queue, Some(&body[..1])));
    assert_eq!(failed(&handler, 10, records.to_vec()).await, ["a2", "a3", "a4"]);
    let tried = TRIED.lock().unwrap();
    let of = |group: &str| tried.iter().filter(|body| body.starts_with(group)).cloned().collect::<Vec<_>>();
    assert_eq!(of("a"), ["a1", "a2"]);
    assert_eq!(of("b"), ["b1", "b2"]);
}

#[tokio::test]
async fn what_is_done_in_time_is_not_repeated() {
    let handler = handler(|body| async move { if body == "2" { std::future::pending().await } else { Ok(()) } });
    let mut context = context();
    // Its time is up: what can run without waiting runs, and nothing is waited for.
    context.deadline = 0;
    let event = json!({ "Records": plain(["1", "2", "3"]) });
    let answer = answer(consumer(2), &handler, &Visibility::default(), event, &context).await.unwrap();
    assert_eq!(failures(&answer), ["2"]);
}

#[tokio::test]
async fn a_group_that_is_cut_off_keeps_what_it_has_done() {
    let handler = handler(|body| async move { if body == "a2" { std::future::pending().await } else { Ok(()) } });
    let queue = format!("{QUEUE}.fifo");
    let mut context = context();
    context.deadline = 0;
    let records = ["a1", "a2", "a3"].map(|body| record(body, &queue, Some("a")));
    let event = json!({ "Records": records });
    let answer = answer(consumer(10), &handler, &Visibility::default(), event, &context).await.unwrap();
    assert_eq!(failures(&answer), ["a2", "a3"]);
}

#[tokio::test]
async fn the_work_on_a_message_goes_on_in_its_producers_trace() {
    static SEEN: Mutex<Vec<Option<String>>> = Mutex::new(Vec::new());
    let handler = handler(|_| async {
        SEEN.lock().unwrap().push(trace::header());
        Ok(())
    });
    let mut records = plain(["1", "2"]);
    records[0]["attributes"]["AWSTraceHeader"] = json!("Root=1-2;Parent=3;Sampled=0");
    let mut context = context();
    context.xray_trace_id = Some("Root=1-5;Parent=6;Sampled=0".to_owned());
    answer(consumer(1), &handler, &Visibility::default(), json!({ "Records": records }), &context).await.unwrap();
    let expected = ["Root=1-2;Parent=3;Sampled=0", "Root=1-5;Parent=6;Sampled=0"].map(|header| Some(header.to_owned()));
    assert_eq!(*SEEN.lock().unwrap(), expected);
}

#[test]
fn a_short_time_is_not_all_reserved() {
    let left = |millis| without(MARGIN, Duration::from_millis(millis)).as_millis();
    assert_eq!((left(0), left(1000), left(4000), left(60_000)), (0, 750, 3000, 59_000));
    let mut context = Context::default();
    assert_eq!(time_left(&context, MARGIN), Duration::ZERO, "a time that is over");
    context.deadline = u64::MAX;
    assert!(time_left(&context, MARGIN) > Duration::from_mins(1));
}
