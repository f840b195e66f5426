//! The outcome of an asynchronous invocation, and the record of it that a destination gets:
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>.

use bytes::Bytes;
use chrono::{SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::aws::interface::error::FunctionError;

/// The outcome of an asynchronous invocation.
pub(super) struct Outcome {
    pub condition: Condition,
    /// How often the function was invoked.
    pub invocations: usize,
    /// The last answer.
    pub answer: Result<Bytes, FunctionError>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    Success,
    RetriesExhausted,
    EventAgeExceeded,
}

impl Condition {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Success => "Success",
            Self::RetriesExhausted => "RetriesExhausted",
            Self::EventAgeExceeded => "EventAgeExceeded",
        }
    }
}

/// The record for a destination. `arn` is the function's, with the version.
pub(super) fn of(outcome: &Outcome, id: &str, arn: &str, payload: &[u8]) -> Value {
    let parsed = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap_or_default();
    let mut context = json!({ "statusCode": 200, "executedVersion": "$LATEST" });
    let answer = match &outcome.answer {
        Ok(answer) => parsed(answer),
        Err(error) => {
            context["functionError"] = "Unhandled".into();
            error.payload()
        }
    };
    json!({
        "version": "1.0",
        "timestamp": Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true),
        "requestContext": {
            "requestId": id,
            "functionArn": arn,
            "condition": outcome.condition.name(),
            "approximateInvokeCount": outcome.invocations,
        },
        "requestPayload": parsed(payload),
        "responseContext": context,
        "responsePayload": answer,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::interface::error::Failure;

    #[test]
    fn the_record_is_lambdas() {
        let record = |condition, answer| {
            let outcome = Outcome { condition, invocations: 3, answer };
            let mut record = of(&outcome, "id", "arn:f:$LATEST", br#"{"a":1}"#);
            assert!(record["timestamp"].take().is_string());
            record
        };
        let failed = FunctionError::new(Failure::Reported, "Sorry", "on purpose");
        assert_eq!(
            record(Condition::RetriesExhausted, Err(failed)),
            json!({
                "version": "1.0", "timestamp": null,
                "requestContext": {
                    "requestId": "id", "functionArn": "arn:f:$LATEST", "condition": "RetriesExhausted",
                    "approximateInvokeCount": 3,
                },
                "requestPayload": { "a": 1 },
                "responseContext": { "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled" },
                "responsePayload": { "errorType": "Sorry", "errorMessage": "on purpose" },
            })
        );
        let done = record(Condition::Success, Ok(Bytes::from_static(b"true")));
        assert_eq!((&done["requestContext"]["condition"], &done["responsePayload"]), (&json!("Success"), &json!(true)));
        assert!(done["responseContext"].get("functionError").is_none());
    }
}
