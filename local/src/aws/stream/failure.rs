//! The message to an on-failure destination. It has the position of the discarded records in the stream, and not the
//! records.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html>

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::record::Record;

/// Why records are discarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct GivenUp {
    pub reason: Reason,
    /// Invocations with these records.
    pub attempts: u64,
    /// The last response; `None` where the function never ran.
    pub last: Option<Answer>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    Attempts,
    Age(Duration),
}

/// The kind of failure that a response shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// The invocation failed.
    Error,
    /// The response named failed records.
    Report,
}

impl GivenUp {
    /// As text for the log.
    pub(super) fn words(&self) -> String {
        match self.reason {
            Reason::Attempts => format!("it failed {} times", self.attempts),
            Reason::Age(age) => format!("it is older than {} seconds", age.as_secs()),
        }
    }

    fn condition(&self) -> &'static str {
        match self.reason {
            Reason::Attempts => "RetryAttemptsExhausted",
            Reason::Age(_) => "RecordAgeExceeded",
        }
    }
}

/// The position of records, and the function they were for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub function_arn: &'a str,
    pub stream_arn: &'a str,
    pub shard: &'a str,
}

/// The message about `records`. `None` without records; `now` is in epoch seconds.
pub(super) fn message(records: &[Record], why: &GivenUp, place: Place<'_>, now: f64) -> Option<Value> {
    let (first, last) = (records.first()?, records.last()?);
    let mut message = json!({
        "requestContext": {
            "requestId": Uuid::new_v4().to_string(),
            "functionArn": place.function_arn,
            "condition": why.condition(),
            "approximateInvokeCount": why.attempts,
        },
        "version": "1.0",
        "timestamp": time(now, SecondsFormat::Millis),
        "DDBStreamBatchInfo": {
            "shardId": place.shard,
            "startSequenceNumber": first.sequence_number,
            "endSequenceNumber": last.sequence_number,
            "approximateArrivalOfFirstRecord": time(first.created, SecondsFormat::Secs),
            "approximateArrivalOfLastRecord": time(last.created, SecondsFormat::Secs),
            "batchSize": records.len(),
            "streamArn": place.stream_arn,
        },
    });
    if let Some(answer) = why.last {
        let mut context = json!({ "statusCode": 200, "executedVersion": "$LATEST" });
        if answer == Answer::Error {
            context["functionError"] = "Unhandled".into();
        }
        message["responseContext"] = context;
    }
    Some(message)
}

fn time(seconds: f64, format: SecondsFormat) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "a time in milliseconds is far from the bounds")]
    let time = DateTime::<Utc>::from_timestamp_millis((seconds * 1000.0) as i64);
    time.unwrap_or_default().to_rfc3339_opts(format, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::interface::invoke::Origin;

    #[test]
    fn the_message_is_lambdas() {
        let record = |number: &str, created| Record {
            sequence_number: number.into(),
            created,
            event: Value::Null,
            size: 0,
            origin: Origin::default(),
        };
        let records = [record("100", 1_795_334_400.0), record("102", 1_795_334_401.5)];
        let place = Place { function_arn: "arn:f", stream_arn: "arn:s", shard: "shardId-1" };
        let message = |reason, attempts, last| {
            message(&records, &GivenUp { reason, attempts, last }, place, 1_795_334_460.25).unwrap()
        };
        let mut tried = message(Reason::Attempts, 3, Some(Answer::Error));
        tried["requestContext"]["requestId"].take();
        assert_eq!(
            tried,
            json!({
                "requestContext": {
                    "requestId": null, "functionArn": "arn:f", "condition": "RetryAttemptsExhausted",
                    "approximateInvokeCount": 3,
                },
                "responseContext": { "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled" },
                "version": "1.0",
                "timestamp": "2026-11-22T08:01:00.250Z",
                "DDBStreamBatchInfo": {
                    "shardId": "shardId-1", "startSequenceNumber": "100", "endSequenceNumber": "102",
                    "approximateArrivalOfFirstRecord": "2026-11-22T08:00:00Z",
                    "approximateArrivalOfLastRecord": "2026-11-22T08:00:01Z",
                    "batchSize": 2, "streamArn": "arn:s",
                },
            })
        );
        let reported = message(Reason::Attempts, 1, Some(Answer::Report));
        assert_eq!(reported["responseContext"], json!({ "statusCode": 200, "executedVersion": "$LATEST" }));
        let old = message(Reason::Age(Duration::from_mins(1)), 0, None);
        assert_eq!(old["requestContext"]["condition"], "RecordAgeExceeded");
        assert_eq!(old.get("responseContext"), None);
    }
}
