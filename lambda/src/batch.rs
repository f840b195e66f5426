//! A batch of stream records, and what Lambda is told of it.

use serde_json::{Value, json};

use super::{Failure, FromEvent, Outcome, Stream};

/// The records of one batch, in the order of the stream. Each is decoded by itself, so that an odd one does not fail
/// its neighbours.
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

/// What came of a batch.
///
/// Lambda retries everything from the lowest failed sequence number on, so one number says it all
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchResult {
    /// The sequence number of the first record that is to be tried again; `None` when all is done.
    pub first_failed: Option<String>,
}

impl Outcome<Stream> for BatchResult {
    fn outcome(self) -> Result<Value, Failure> {
        // An empty list is success; a null identifier would fail the whole batch.
        let failures: Vec<_> = self.first_failed.iter().map(|sequence| json!({ "itemIdentifier": sequence })).collect();
        Ok(json!({ "batchItemFailures": failures }))
    }
}
