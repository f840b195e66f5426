//! Lambda's errors, with the statuses and members of the API's model.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An error response: the function did not run.
#[derive(Debug)]
pub(super) struct Refused {
    status: StatusCode,
    /// The value of `x-amzn-errortype`.
    kind: &'static str,
    body: Value,
}

impl Refused {
    fn of_user(status: StatusCode, kind: &'static str, message: &str) -> Self {
        Self { status, kind, body: json!({ "Type": "User", "message": message }) }
    }

    pub(super) fn access(message: &str) -> Self {
        Self { status: StatusCode::FORBIDDEN, kind: "AccessDeniedException", body: json!({ "Message": message }) }
    }

    pub(super) fn unknown_operation() -> Self {
        let body = json!({ "Message": "Of Lambda's API, only Invoke is known here." });
        Self { status: StatusCode::NOT_FOUND, kind: "UnknownOperationException", body }
    }

    pub(super) fn not_found(arn: &str) -> Self {
        let body = json!({ "Type": "User", "Message": format!("Function not found: {arn}") });
        Self { status: StatusCode::NOT_FOUND, kind: "ResourceNotFoundException", body }
    }

    pub(super) fn content(message: &str) -> Self {
        Self::of_user(StatusCode::BAD_REQUEST, "InvalidRequestContentException", message)
    }

    pub(super) fn too_large(limit: usize) -> Self {
        let message = format!("Request must be smaller than {limit} bytes for the InvokeFunction operation");
        Self::of_user(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", &message)
    }

    pub(super) fn throttled(message: &str) -> Self {
        Self::of_user(StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", message)
    }

    pub(super) fn stopping(message: &str) -> Self {
        let body = json!({ "Type": "Service", "Message": message });
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, kind: "ServiceException", body }
    }

    pub(super) fn qualifiers() -> Self {
        let message = "The derived qualifier from the function name does not match the specified qualifier.";
        Self::of_user(StatusCode::BAD_REQUEST, "InvalidParameterValueException", message)
    }

    /// A value that does not match its pattern.
    pub(super) fn pattern(member: &str) -> Self {
        Self::validation(member, "regular expression pattern of the API's model")
    }

    /// A value outside of an enumeration.
    pub(super) fn outside(member: &str, set: &str) -> Self {
        Self::validation(member, &format!("enum value set: {set}"))
    }

    fn validation(member: &str, rule: &str) -> Self {
        let message = format!(
            "1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must satisfy {rule}"
        );
        Self { status: StatusCode::BAD_REQUEST, kind: "ValidationException", body: json!({ "message": message }) }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert("x-amzn-errortype", HeaderValue::from_static(self.kind));
        response
    }
}
