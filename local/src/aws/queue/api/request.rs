//! Typed access to the parameters of a request.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde_json::{Map, Value};

use super::error;
use crate::aws::interface::json::Refusal;
use crate::aws::queue::message::Receipt;

/// A request, or an entry of a batch.
#[derive(Clone, Copy)]
pub(super) struct Request<'a>(pub &'a Value);

impl<'a> Request<'a> {
    pub(super) fn text(self, name: &str) -> Option<&'a str> {
        self.0.get(name).and_then(Value::as_str)
    }

    pub(super) fn needed(self, name: &str) -> Result<&'a str, Refusal> {
        self.text(name).filter(|text| !text.is_empty()).ok_or_else(|| error::missing(name))
    }

    /// The queue's name: the last segment of its URL.
    pub(super) fn queue(self) -> Result<&'a str, Refusal> {
        let url = self.needed("QueueUrl")?;
        Ok(url.rsplit('/').next().unwrap_or(url))
    }

    pub(super) fn receipt(self) -> Result<Receipt, Refusal> {
        let handle = self.needed("ReceiptHandle")?;
        Receipt::read(handle).ok_or_else(|| error::invalid_receipt(handle))
    }

    pub(super) fn number(self, name: &str, range: RangeInclusive<u64>) -> Result<Option<u64>, Refusal> {
        let Some(value) = self.0.get(name).filter(|value| !value.is_null()) else { return Ok(None) };
        value.as_u64().filter(|number| range.contains(number)).map(Some).ok_or_else(|| {
            let reason = format!("Must be between {} and {}, if provided.", range.start(), range.end());
            error::invalid_value(name, value, &reason)
        })
    }

    pub(super) fn seconds(self, name: &str, most: u64) -> Result<Option<Duration>, Refusal> {
        Ok(self.number(name, 0..=most)?.map(Duration::from_secs))
    }

    pub(super) fn members(self, name: &str) -> Option<&'a Map<String, Value>> {
        self.0.get(name).and_then(Value::as_object)
    }

    /// A list of strings, empty if absent.
    pub(super) fn texts(self, name: &str) -> Vec<&'a str> {
        self.list(name).filter_map(|item| item.0.as_str()).collect()
    }

    pub(super) fn list(self, name: &str) -> impl Iterator<Item = Request<'a>> + use<'a> {
        self.0.get(name).and_then(Value::as_array).into_iter().flatten().map(Request)
    }
}
