//! Headers of answers.

use serde_json::{Value, json};

/// A documented header of an answer.
#[derive(Debug, Clone, Copy)]
pub struct Header {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub description: &'static str,
    /// Whether every such answer has it.
    pub always: bool,
    /// One that it may have.
    pub example: &'static str,
}

impl Header {
    /// Goes with every answer of a function. API Gateway's own answers have `apigw-requestid` instead, so no status
    /// can promise it.
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
        // A number is documented as one.
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
