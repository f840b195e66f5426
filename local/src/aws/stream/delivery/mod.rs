//! Delivery of a batch: retries, bisection, partial failures and expiry.
//!
//! The rules of event source mappings: <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-errors.html> and
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::failure::{Answer, GivenUp, Reason};
use super::record::Record;
use crate::aws::interface::error::{Failure, FunctionError};
use crate::project::template::StreamMapping;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The function of a batch, and the receiver of its progress.
pub(super) trait Target: Sync {
    fn invoke(&self, payload: Bytes, records: &[Record]) -> impl Future<Output = Result<Bytes, FunctionError>> + Send;
    /// All records up to this sequence number are processed or discarded.
    fn done(&self, sequence_number: &str);
    /// These records are discarded.
    fn give_up(&self, records: &[Record], why: &GivenUp);
    /// These records will be retried.
    fn retry(&self, records: &[Record], failures: u64);
    /// Epoch seconds.
    fn now(&self) -> f64;
    /// Returns `false` when the mapping ends.
    fn pause(&self, time: Duration) -> impl Future<Output = bool> + Send;
}

/// Records that are delivered together, and their failed attempts.
struct Chunk {
    records: Vec<Record>,
    failures: u64,
    /// The last response of the function.
    last: Option<Answer>,
}

impl Chunk {
    /// Records without an attempt.
    fn new(records: Vec<Record>) -> Self {
        Self { records, failures: 0, last: None }
    }

    fn given_up(&self, reason: Reason) -> GivenUp {
        GivenUp { reason, attempts: self.failures, last: self.last }
    }
}

/// A function's verdict on a batch.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Success,
    /// The first record that failed. Those before it succeeded.
    FailedAt(usize),
}

/// Returns `true` when every record is processed or discarded, and `false` when the mapping ends first.
pub(super) async fn deliver<T: Target>(mapping: &StreamMapping, target: &T, records: Vec<Record>) -> bool {
    let mut chunks = VecDeque::from([Chunk::new(records)]);
    while let Some(mut chunk) = chunks.pop_front() {
        drop_old(mapping, target, &mut chunk);
        let Some(last) = chunk.records.last().map(|record| record.sequence_number.clone()) else { continue };
        let (failed_at, answer) = match target.invoke(payload(&chunk.records), &chunk.records).await {
            Err(error) if error.failure == Failure::Stopping => return false,
            Err(error) => (0, answer_of(&error)),
            Ok(_) if !mapping.report_failures => {
                target.done(&last);
                continue;
            }
            Ok(answer) => match verdict(&answer, &chunk.records) {
                Verdict::Success => {
                    target.done(&last);
                    continue;
                }
                Verdict::FailedAt(index) => (index, Some(Answer::Report)),
            },
        };
        let records = chunk.records.split_off(failed_at);
        let mut rest = Chunk { records, failures: chunk.failures + 1, last: answer };
        if let Some(before) = chunk.records.last() {
            target.done(&before.sequence_number);
            // Records before it succeeded, so this record is first in its chunk now, with one failed attempt.
            rest.failures = 1;
        } else if mapping.bisect && rest.records.len() > 1 {
            // Splitting a batch does not count as a retry.
            let second = rest.records.split_off(rest.records.len().div_ceil(2));
            chunks.push_front(Chunk::new(second));
            chunks.push_front(Chunk::new(rest.records));
            continue;
        }
        if mapping.maximum_retries.is_some_and(|most| rest.failures > most) {
            target.give_up(&rest.records, &rest.given_up(Reason::Attempts));
            target.done(&last);
            continue;
        }
        target.retry(&rest.records, rest.failures);
        if !target.pause(pause(rest.failures)).await {
            return false;
        }
        chunks.push_front(rest);
    }
    true
}

fn drop_old<T: Target>(mapping: &StreamMapping, target: &T, chunk: &mut Chunk) {
    let Some(age) = mapping.maximum_age else { return };
    let oldest = target.now() - age.as_secs_f64();
    // Records are in the order of their creation.
    let young = chunk.records.partition_point(|record| record.created < oldest);
    let rest = chunk.records.split_off(young);
    let old = std::mem::replace(&mut chunk.records, rest);
    if let Some(last) = old.last() {
        target.give_up(&old, &chunk.given_up(Reason::Age(age)));
        target.done(&last.sequence_number);
    }
}

/// These failures happened before the function ran.
fn answer_of(error: &FunctionError) -> Option<Answer> {
    match error.failure {
        Failure::Throttled | Failure::Request | Failure::Unknown => None,
        _ => Some(Answer::Error),
    }
}

fn payload(records: &[Record]) -> Bytes {
    let events: Vec<&Value> = records.iter().map(|record| &record.event).collect();
    Bytes::from(json!({ "Records": events }).to_string())
}

/// No reported failure is a success. An unreadable report fails the whole batch.
fn verdict(answer: &[u8], records: &[Record]) -> Verdict {
    if answer.trim_ascii().is_empty() {
        return Verdict::Success;
    }
    let failures = match serde_json::from_slice(answer) {
        Ok(Value::Null) => return Verdict::Success,
        Ok(Value::Object(mut members)) => match members.remove("batchItemFailures") {
            None | Some(Value::Null) => return Verdict::Success,
            Some(Value::Array(failures)) => failures,
            Some(_) => return Verdict::FailedAt(0),
        },
        _ => return Verdict::FailedAt(0),
    };
    let place = |failure: &Value| {
        let identifier = failure.get("itemIdentifier")?.as_str()?;
        records.iter().position(|record| record.sequence_number == identifier)
    };
    match failures.iter().map(place).collect::<Option<Vec<_>>>() {
        Some(places) => places.into_iter().min().map_or(Verdict::Success, Verdict::FailedAt),
        None => Verdict::FailedAt(0),
    }
}

fn pause(failures: u64) -> Duration {
    let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or(u32::MAX).min(16);
    FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests;
