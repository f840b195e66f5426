use std::sync::Mutex;

use super::*;
use crate::aws::interface::invoke::Origin;
use crate::project::template::StartingPosition;

/// A function that records its batches. `answer` is its response.
struct Fake<F> {
    answer: F,
    calls: Mutex<Vec<Vec<u64>>>,
    told: Mutex<Vec<String>>,
    why: Mutex<Vec<GivenUp>>,
}

impl<F: Fn(&[u64]) -> Result<String, ()> + Sync> Target for Fake<F> {
    async fn invoke(&self, payload: Bytes, _: &[Record]) -> Result<Bytes, FunctionError> {
        let payload: Value = serde_json::from_slice(&payload).unwrap();
        let numbers: Vec<u64> =
            payload["Records"].as_array().unwrap().iter().map(|record| record.as_u64().unwrap()).collect();
        let answer = (self.answer)(&numbers);
        self.calls.lock().unwrap().push(numbers);
        answer.map(Bytes::from).map_err(|()| FunctionError::new(Failure::Reported, "E", "no"))
    }

    fn done(&self, sequence_number: &str) {
        self.told.lock().unwrap().push(format!("done {sequence_number}"));
    }

    fn give_up(&self, records: &[Record], why: &GivenUp) {
        let numbers: Vec<_> = records.iter().map(|record| record.sequence_number.as_str()).collect();
        self.why.lock().unwrap().push(*why);
        self.told.lock().unwrap().push(format!("give up {}", numbers.join(",")));
    }

    fn retry(&self, _: &[Record], _: u64) {}

    fn now(&self) -> f64 {
        100.0
    }

    async fn pause(&self, _: Duration) -> bool {
        self.calls.lock().unwrap().len() < 100
    }
}

fn mapping() -> StreamMapping {
    StreamMapping {
        table: "t".into(),
        batch_size: 100,
        batch_window: Duration::ZERO,
        starting_position: StartingPosition::TrimHorizon,
        patterns: Vec::new(),
        maximum_retries: None,
        maximum_age: None,
        bisect: false,
        report_failures: true,
        on_failure: None,
    }
}

fn records(numbers: std::ops::RangeInclusive<u64>) -> Vec<Record> {
    let record = |number: u64| Record {
        sequence_number: number.to_string(),
        created: f64::from(u32::try_from(number).unwrap()),
        event: number.into(),
        size: 1,
        origin: Origin::default(),
    };
    numbers.map(record).collect()
}

async fn run(
    mapping: &StreamMapping,
    numbers: std::ops::RangeInclusive<u64>,
    answer: impl Fn(&[u64]) -> Result<String, ()> + Sync,
) -> (Vec<Vec<u64>>, Vec<String>, bool) {
    let fake = Fake { answer, calls: Mutex::default(), told: Mutex::default(), why: Mutex::default() };
    let finished = deliver(mapping, &fake, records(numbers)).await;
    (fake.calls.into_inner().unwrap(), fake.told.into_inner().unwrap(), finished)
}

#[expect(clippy::unnecessary_wraps, reason = "a function's answer")]
fn failing(numbers: &[u64]) -> Result<String, ()> {
    let failures: Vec<Value> = numbers.iter().map(|number| json!({ "itemIdentifier": number.to_string() })).collect();
    Ok(json!({ "batchItemFailures": failures }).to_string())
}

#[tokio::test]
async fn success_in_all_its_spellings() {
    for answer in ["", "null", "{}", r#"{"batchItemFailures":[]}"#, r#"{"batchItemFailures":null}"#] {
        let (calls, told, _) = run(&mapping(), 1..=3, |_| Ok(answer.to_owned())).await;
        assert_eq!((calls.len(), told), (1, vec!["done 3".to_owned()]), "{answer}");
    }
}

#[tokio::test]
async fn nonsense_fails_the_whole_batch() {
    let once = StreamMapping { maximum_retries: Some(0), ..mapping() };
    for answer in [
        "not json",
        "[]",
        r#"{"batchItemFailures":{}}"#,
        r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
        r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
        r#"{"batchItemFailures":[{"itemIdentifier":"2"},{"itemIdentifier":"9"}]}"#,
        r#"{"batchItemFailures":[{"id":"2"}]}"#,
    ] {
        let (_, told, _) = run(&once, 1..=3, |_| Ok(answer.to_owned())).await;
        assert_eq!(told, ["give up 1,2,3", "done 3"], "{answer}");
    }
}

#[tokio::test]
async fn a_partial_failure_goes_on_from_the_lowest_that_failed() {
    let tries = Mutex::new(0);
    let (calls, told, _) = run(&mapping(), 1..=5, |_| {
        *tries.lock().unwrap() += 1;
        if *tries.lock().unwrap() < 3 { failing(&[4, 3]) } else { failing(&[]) }
    })
    .await;
    assert_eq!(calls, [vec![1, 2, 3, 4, 5], vec![3, 4, 5], vec![3, 4, 5]]);
    assert_eq!(told, ["done 2", "done 5"]);
}

#[tokio::test]
async fn attempts_are_counted_and_progress_starts_the_count_anew() {
    let twice = StreamMapping { maximum_retries: Some(2), ..mapping() };
    let (calls, told, _) =
        run(&twice, 1..=3, |numbers| if numbers.contains(&1) { failing(&[2]) } else { Err(()) }).await;
    assert_eq!(calls, [vec![1, 2, 3], vec![2, 3], vec![2, 3]]);
    assert_eq!(told, ["done 1", "give up 2,3", "done 3"]);

    let (calls, told, _) = run(&twice, 1..=3, |_| Err(())).await;
    assert_eq!(calls.len(), 3);
    assert_eq!(told, ["give up 1,2,3", "done 3"]);
}

#[tokio::test]
async fn bisecting_isolates_the_poison_and_loses_no_neighbour() {
    let bisect = StreamMapping { maximum_retries: Some(1), bisect: true, report_failures: false, ..mapping() };
    let (calls, told, _) =
        run(&bisect, 1..=5, |numbers| if numbers.contains(&4) { Err(()) } else { Ok(String::new()) }).await;
    assert_eq!(calls, [vec![1, 2, 3, 4, 5], vec![1, 2, 3], vec![4, 5], vec![4], vec![4], vec![5]]);
    assert_eq!(told, ["done 3", "give up 4", "done 4", "done 5"]);
}

#[tokio::test]
async fn old_records_are_given_up_before_they_are_tried() {
    let young = StreamMapping { maximum_age: Some(Duration::from_secs(98)), ..mapping() };
    let (calls, told, _) = run(&young, 1..=3, |_| failing(&[])).await;
    assert_eq!(calls, [vec![2, 3]]);
    assert_eq!(told, ["give up 1", "done 1", "done 3"]);
}

#[tokio::test]
async fn who_gives_up_knows_why() {
    let twice = StreamMapping { maximum_retries: Some(1), ..mapping() };
    let given_up = async |mapping: &StreamMapping, answer: fn(&[u64]) -> Result<String, ()>| {
        let fake = Fake { answer, calls: Mutex::default(), told: Mutex::default(), why: Mutex::default() };
        deliver(mapping, &fake, records(1..=1)).await;
        fake.why.into_inner().unwrap()
    };
    let tried = |last| GivenUp { reason: Reason::Attempts, attempts: 2, last: Some(last) };
    assert_eq!(given_up(&twice, |_| Err(())).await, [tried(Answer::Error)]);
    assert_eq!(given_up(&twice, failing).await, [tried(Answer::Report)]);
    let age = Duration::from_secs(10);
    let young = StreamMapping { maximum_age: Some(age), ..mapping() };
    let old = GivenUp { reason: Reason::Age(age), attempts: 0, last: None };
    assert_eq!(given_up(&young, |_| Err(())).await, [old]);
}

#[tokio::test]
async fn without_a_bound_it_tries_until_the_service_stops() {
    let (calls, told, finished) = run(&mapping(), 1..=2, |_| Err(())).await;
    assert_eq!((calls.len(), told.len(), finished), (100, 0, false));
}

#[test]
fn pauses_grow_to_a_bound() {
    assert_eq!(pause(1), FIRST_PAUSE);
    assert_eq!(pause(3), FIRST_PAUSE * 4);
    assert_eq!(pause(u64::MAX), LONGEST_PAUSE);
}
