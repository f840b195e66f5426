//! A resource, with its rules.

use schemars::JsonSchema;
use serde::Serialize;

use super::{ResourceId, Rules, Timestamp};

/// A resource that can be booked, with its rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Resource {
    /// Names the resource.
    pub resource_id: ResourceId,
    /// Its rules, with the defaults of those that were not set.
    #[serde(flatten)]
    pub rules: Rules,
    /// Grows by one each time its rules are set or removed; 0 where none were ever set.
    #[schemars(range(min = 0), example = 1)]
    pub version: u64,
    /// When its rules were last set or removed; null where none were ever set.
    #[schemars(example = &"2035-04-30T16:20:00.125Z")]
    pub updated_at: Option<Timestamp>,
}

impl Resource {
    /// The version as a strong entity tag (RFC 9110, section 8.8.3), with the quotes.
    #[must_use]
    pub fn entity_tag(&self) -> String {
        format!("\"{}\"", self.version)
    }
}
