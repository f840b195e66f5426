//! Batches of DynamoDB stream records, and their results in the form that Lambda expects.

use serde_json::{Value, json};

use super::{Failure, FromEvent, Outcome, Stream};

/// The records of one batch, in the order of the stream. Each is decoded on its own, so that one that cannot be read
/// does not fail the others.
#[derive(Debug, Clone, Default)]
pub struct Records(pub Vec<Value>);

impl FromEvent<Stream> for Records {
    fn from_event(mut payload: Value) -> Result<Self, Failure> {
        match payload.get_mut("Records").map(Value::take) {
            Some(Value::Array(records)) => Ok(Self(records)),
            _ => Err(Failure::new("the event has no `Records`")),
        }
    }
}

/// Result of a batch, as Lambda expects it from a stream function that reports partial failures.
///
/// Lambda retries all records from the lowest failed sequence number on, so one number is enough
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchResult {
    /// The sequence number of the first record to try again; `None` when all succeeded. An empty one fails the whole batch.
    pub first_failed: Option<String>,
}

impl Outcome<Stream> for BatchResult {
    fn outcome(self) -> Result<Value, Failure> {
        // An empty list is success; a null identifier would fail the whole batch.
        let failures: Vec<_> = self.first_failed.iter().map(|sequence| json!({ "itemIdentifier": sequence })).collect();
        Ok(json!({ "batchItemFailures": failures }))
    }
}
