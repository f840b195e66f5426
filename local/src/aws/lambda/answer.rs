//! Responses of `Invoke`: <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_ResponseSyntax>.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::error::Refused;
use crate::aws::interface::error::{Failure, FunctionError};
use crate::aws::interface::invoke::PAYLOAD_LIMIT;

/// The response without a payload.
pub(super) fn empty(status: StatusCode) -> Response {
    status.into_response()
}

/// The response to a synchronous invocation. A failed function is a 200 with `X-Amz-Function-Error`.
pub(super) fn of(result: Result<Bytes, FunctionError>, log_tail: Option<Vec<u8>>) -> Result<Response, Refused> {
    let (payload, failed) = match result {
        Ok(payload) => (payload, false),
        Err(error) => match error.failure {
            Failure::Request => return Err(Refused::too_large(PAYLOAD_LIMIT)),
            Failure::Throttled => return Err(Refused::throttled(&error.message)),
            Failure::Stopping | Failure::Unknown => return Err(Refused::stopping(&error.message)),
            _ => (Bytes::from(error.payload().to_string()), true),
        },
    };
    let mut response = payload.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("x-amz-executed-version", HeaderValue::from_static("$LATEST"));
    if failed {
        headers.insert("x-amz-function-error", HeaderValue::from_static("Unhandled"));
    }
    if let Some(Ok(log)) = log_tail.map(|log| HeaderValue::try_from(STANDARD.encode(log))) {
        headers.insert("x-amz-log-result", log);
    }
    Ok(response)
}

/// Adds the request id to a response.
pub(super) fn identified(mut response: Response, id: &str) -> Response {
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert("x-amzn-requestid", id);
    }
    response
}
