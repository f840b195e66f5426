//! Responses of API Gateway itself, which clients have to expect.

use serde_json::{Map, Value, json};

use crate::project::template::Access;

/// The name of their schema.
const MESSAGE: &str = "GatewayMessage";

pub(super) fn schemas() -> Map<String, Value> {
    let message = json!({
        "description": "An answer of API Gateway's own: no function was asked, or none answered.",
        "type": "object",
        "required": ["message"],
        "properties": { "message": { "type": "string" } },
    });
    [(MESSAGE.to_owned(), message)].into_iter().collect()
}

/// Adds the gateway's responses to an operation. A function's response with the same status has another media type, and
/// is kept beside it.
pub(super) fn add(operation: &mut Map<String, Value>, has_parameters: bool, access: Option<&Access>) {
    let has_body = operation.contains_key("requestBody");
    let is_scoped = access.is_some_and(|access| !access.scopes.is_empty());
    let possible = [
        (has_parameters, 400, "Bad Request", "the path cannot be read"),
        (access.is_some(), 401, "Unauthorized", "the token is missing, has run out, or is not for this API"),
        (is_scoped, 403, "Forbidden", "the token has none of the scopes that this needs"),
        (has_parameters, 404, "Not Found", "a parameter is empty or has a slash in it"),
        (has_body, 413, "Request Entity Too Large", "the body is over 10 MB, or the request over Lambda's 6 MB"),
        (true, 429, "Too Many Requests", "more requests than the stage lets through"),
        (true, 431, "Request Header Fields Too Large", "request line and headers are over 10,240 bytes"),
        (true, 500, "Internal Server Error", "the function failed"),
        (true, 503, "Service Unavailable", "the function did not answer within 30 seconds"),
    ];
    let responses = operation.entry("responses").or_insert_with(|| json!({}));
    for (_, status, message, when) in possible.into_iter().filter(|(possible, ..)| *possible) {
        let response = &mut responses[status.to_string()];
        let description = match response["description"].as_str() {
            Some(own) => format!("{own}\n\nFrom API Gateway: {when}."),
            None => format!("From API Gateway: {when}."),
        };
        response["description"] = description.into();
        response["content"]["application/json"] = json!({
            "schema": { "$ref": format!("#/components/schemas/{MESSAGE}") },
            "example": { "message": message },
        });
        if matches!(status, 401 | 403) {
            response["headers"]["WWW-Authenticate"] = json!({
                "description": "What a token has to be (RFC 6750, section 3).",
                "schema": { "type": "string" },
            });
        }
    }
}
