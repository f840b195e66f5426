//! What API Gateway answers in a function's place, as every client of it has to expect.

use serde_json::{Map, Value, json};

use crate::project::template::Access;

/// The name of its answers' schema.
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

/// Adds them to the responses of an operation. What a function answers with the same status is of another media type, and
/// stays beside it.
///
/// Generators of clients read one media type of a status, the first or the one of plain JSON. So this one names whatever
/// the status can bring: with the gateway's message alone, such a client knows no problem of a function.
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
            "schema": with_problems(&response["content"]["application/problem+json"]["schema"]),
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

/// The gateway's message, or one of the problems that `schema` is.
fn with_problems(schema: &Value) -> Value {
    let message = json!({ "$ref": format!("#/components/schemas/{MESSAGE}") });
    let problems = match schema.get("oneOf").and_then(Value::as_array) {
        Some(several) => several.as_slice(),
        None if schema.is_null() => return message,
        None => std::slice::from_ref(schema),
    };
    let all: Vec<Value> = std::iter::once(message).chain(problems.iter().cloned()).collect();
    json!({ "oneOf": all })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_of_one_media_type_meets_the_functions_problems_too() {
        let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let problems = |schema: Value| json!({ "description": "x", "content": { "application/problem+json": { "schema": schema } } });
        let mut operation = Map::new();
        let responses = json!({
            "404": problems(reference("NotFoundProblem")),
            "503": problems(json!({ "oneOf": [reference("ContendedProblem"), reference("UnavailableProblem")] })),
        });
        operation.insert("responses".to_owned(), responses.clone());
        add(&mut operation, true, None);
        let schema = |status: &str| operation["responses"][status]["content"]["application/json"]["schema"].clone();
        assert_eq!(schema("400"), reference(MESSAGE));
        assert_eq!(schema("404"), json!({ "oneOf": [reference(MESSAGE), reference("NotFoundProblem")] }));
        let several = [MESSAGE, "ContendedProblem", "UnavailableProblem"].map(reference);
        assert_eq!(schema("503"), json!({ "oneOf": several }));
        let own = |responses: &Value| responses["503"]["content"]["application/problem+json"].clone();
        assert_eq!(own(&operation["responses"]), own(&responses), "what a function answers stays as precise as it was");
    }
}
