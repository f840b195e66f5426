//! Answers of a table that is busy: batches that are done in part, and transactions that are refused.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::items::Writer;
use super::run::{Refused, Run};
use super::table::TABLE;
use super::world::{Reply, World, error};

/// The message of a reason of a cancellation: an item would be larger than 400 KB.
const TOO_LARGE: &str = "Item size to update has exceeded the maximum allowed size";

impl World {
    pub fn partly(&self, run: &Run, operation: &str, bytes: &[u8]) -> Reply {
        let mut body: Value = serde_json::from_slice(bytes).unwrap();
        let (list, rest_name) = match operation {
            "BatchGetItem" => (body["RequestItems"][TABLE]["Keys"].as_array_mut(), "UnprocessedKeys"),
            _ => (body["RequestItems"][TABLE].as_array_mut(), "UnprocessedItems"),
        };
        let list = list.unwrap();
        if list.len() < 2 {
            if run.draw(|rng| rng.u8(..4)) > 0 {
                return self.carry_out(run, 0, operation, bytes, false);
            }
            run.met_fault();
            return error(400, "ProvisionedThroughputExceededException");
        }
        run.partial.store(true, Ordering::Relaxed);
        let rest = list.split_off(run.draw(|rng| if rng.u8(..4) > 0 { 1 } else { rng.usize(1..list.len()) }));
        let (status, reply) = self.table.answer(operation, &serde_json::to_vec(&body).unwrap());
        self.observe(Writer::Sweeper);
        let mut reply: Value = serde_json::from_slice(&reply).unwrap();
        let rest =
            if operation == "BatchGetItem" { json!({ "Keys": rest, "ConsistentRead": true }) } else { json!(rest) };
        reply[rest_name] = json!({ TABLE: rest });
        (status, serde_json::to_vec(&reply).unwrap())
    }

    /// The answer to a transaction that meets another one. One that is committed already is answered as such
    /// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>).
    pub fn conflict(&self, run: &Run, number: u32, operation: &str, bytes: &[u8], reason: Option<Refused>) -> Reply {
        let body: Value = serde_json::from_slice(bytes).unwrap();
        if body["ClientRequestToken"].as_str().is_some_and(|token| self.tokens.lock().unwrap().contains(token)) {
            return self.carry_out(run, number, operation, bytes, false);
        }
        let writes = body["TransactItems"].as_array().map_or(&[][..], Vec::as_slice);
        let count = writes.len();
        let place = match reason {
            None => run.draw(|rng| rng.usize(..count)),
            Some(_) => match writes.iter().position(grows) {
                None => return self.carry_out(run, number, operation, bytes, false),
                Some(place) => place,
            },
        };
        let code = match reason {
            None => run.draw(|rng| ["TransactionConflict", "TransactionConflict", "ThrottlingError"][rng.usize(..3)]),
            Some(_) => "ValidationError",
        };
        let message = match reason {
            Some(Refused::TooLarge) => Some(TOO_LARGE),
            Some(Refused::Odd) => run.draw(|rng| [None, Some("The provided expression is not valid")][rng.usize(..2)]),
            None => None,
        };
        match reason {
            None => drop(run.conflicts.fetch_add(1, Ordering::Relaxed)),
            Some(reason) => drop(run.refused.lock().unwrap().replace(reason)),
        }
        let reason =
            |at| if at == place { json!({ "Code": code, "Message": message }) } else { json!({ "Code": "None" }) };
        let reasons: Vec<_> = (0..count).map(reason).collect();
        let body = json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": "simulated", "CancellationReasons": reasons,
        });
        (400, serde_json::to_vec(&body).unwrap())
    }
}

/// Whether the write adds to an item that is there.
fn grows(write: &Value) -> bool {
    write["Update"]["UpdateExpression"]
        .as_str()
        .is_some_and(|expression| expression.starts_with("SET") && expression.contains("#busy"))
}
