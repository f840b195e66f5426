//! Faults of a request, one per invalid value.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

/// One fault of a request: where, and which rule is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Fault {
    /// RFC 6901 JSON pointer into the body, or the name of a query parameter.
    #[schemars(example = &"/end_time")]
    pub pointer: String,
    /// The rule, in words that say what to send instead.
    #[schemars(example = &"must be after start_time")]
    pub detail: Cow<'static, str>,
}

impl Fault {
    /// Creates a fault at `pointer`.
    pub fn new(pointer: impl Into<String>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}

/// All faults of a request; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}
