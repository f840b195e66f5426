//! Common parts of batch operations: up to ten entries, each with an id and a result of its own.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::error;
use super::request::Request;
use crate::aws::interface::json::Refusal;

const MOST: usize = 10;

/// The ids and entries of a batch. `kind` is SQS's name of an entry.
pub(super) fn entries<'a>(request: Request<'a>, kind: &str) -> Result<Vec<(&'a str, Request<'a>)>, Refusal> {
    let entries: Vec<_> = request.list("Entries").collect();
    if entries.is_empty() {
        return Err(error::empty_batch(kind));
    }
    if entries.len() > MOST {
        return Err(error::too_many(MOST, entries.len()));
    }
    let mut ids = BTreeSet::new();
    let entries = entries.into_iter().map(|entry| {
        let id = entry.needed("Id")?;
        if id.len() > 80 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
            return Err(error::invalid_id());
        }
        if ids.insert(id) { Ok((id, entry)) } else { Err(error::repeated(id)) }
    });
    entries.collect()
}

/// The response to a batch.
pub(super) fn answer(results: impl IntoIterator<Item = Result<Value, Value>>) -> Value {
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(entry) => successful.push(entry),
            Err(entry) => failed.push(entry),
        }
    }
    json!({ "Successful": successful, "Failed": failed })
}

/// The result of an entry that failed.
pub(super) fn failure(id: &str, refusal: &Refusal) -> Value {
    let code = refusal.query.unwrap_or(&refusal.kind);
    json!({ "Id": id, "SenderFault": !refusal.fault, "Code": code, "Message": refusal.message })
}
