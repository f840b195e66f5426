//! EventBridge's operations.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Bus, put_events};
use crate::aws::interface::Pending;
use crate::aws::interface::json::{JsonService, Refusal};
use crate::project::template::DEFAULT_BUS;

impl JsonService for Bus {
    fn target(&self) -> &'static str {
        "AWSEvents"
    }

    fn version(&self) -> &'static str {
        "1.1"
    }

    fn name(&self) -> &'static str {
        "EventBridge"
    }

    fn resource(&self, request: &Value) -> Option<String> {
        let entries = request["Entries"].as_array().into_iter().flatten();
        let asked = |entry: &Value| entry["EventBusName"].as_str().unwrap_or(DEFAULT_BUS).to_owned();
        let buses: BTreeSet<String> = entries.map(asked).collect();
        (!buses.is_empty()).then(|| buses.into_iter().collect::<Vec<_>>().join(", "))
    }

    fn call<'a>(
        &'a self,
        operation: &'a str,
        request: &'a Value,
        trace: Option<&'a str>,
    ) -> Pending<'a, Result<Value, Refusal>> {
        Box::pin(async move {
            match operation {
                "PutEvents" => put_events::put(self, request, trace),
                _ => Err(Refusal::new("UnknownOperationException", "")),
            }
        })
    }
}
