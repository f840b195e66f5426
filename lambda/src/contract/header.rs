//! Documented headers of responses.

use serde_json::{Value, json};

/// A documented header of a response.
#[derive(Debug, Clone, Copy)]
pub struct Header {
    /// The header's name.
    pub name: &'static str,
    /// The header's description.
    pub description: &'static str,
    /// Whether every response of its status has it.
    pub always: bool,
    /// An example value.
    pub example: &'static str,
}

impl Header {
    /// Every response of a function has it. API Gateway's own responses have `apigw-requestid` instead, so it is never
    /// documented as always there.
    pub(super) const REQUEST_ID: Self = Self {
        name: "x-request-id",
        description: "Names the request in the logs. An answer of API Gateway's own has `apigw-requestid` instead.",
        always: false,
        example: "27172058-42b1-4183-bef9-596bc3b891db",
    };

    pub(super) const RETRY_AFTER: Self = Self {
        name: "Retry-After",
        description: "After how many seconds trying again makes sense (RFC 9110, section 10.2.3).",
        always: false,
        example: "1",
    };

    pub(super) fn reference(&self) -> Value {
        json!({ "$ref": format!("#/components/headers/{}", self.name) })
    }

    pub(super) fn to_json(self) -> Value {
        // A number is documented as an integer, not as a string.
        let example: Value = self.example.parse::<u32>().map_or_else(|_| json!(self.example), |number| json!(number));
        let kind = if example.is_number() { "integer" } else { "string" };
        json!({
            "description": self.description,
            "required": self.always,
            "schema": { "type": kind },
            "example": example,
        })
    }
}
