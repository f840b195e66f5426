//! EventBridge's operations.

use serde_json::Value;

use super::{Bus, put_events};
use crate::aws::interface::Pending;
use crate::aws::interface::json::{JsonService, Refusal};

impl JsonService for Bus {
    fn target(&self) -> &'static str {
        "AWSEvents"
    }

    fn version(&self) -> &'static str {
        "1.1"
    }

    fn call<'a>(&'a self, operation: &'a str, request: &'a Value) -> Pending<'a, Result<Value, Refusal>> {
        Box::pin(async move {
            match operation {
                "PutEvents" => put_events::put(self, request),
                _ => Err(Refusal::new("UnknownOperationException", "")),
            }
        })
    }
}
