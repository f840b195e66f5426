//! EventBridge's operations.

use serde_json::Value;

use super::{Bus, put_events};
use crate::aws::Refusal;

/// What stands before the operation in `X-Amz-Target`.
pub(crate) const TARGET: &str = "AWSEvents";

/// Answers one request.
pub(crate) fn call(bus: &Bus, operation: &str, request: &Value) -> Result<Value, Refusal> {
    match operation {
        "PutEvents" => put_events::put(bus, request),
        _ => Err(Refusal::new("UnknownOperationException", "")),
    }
}
