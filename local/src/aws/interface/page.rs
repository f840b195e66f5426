//! Pages that the API's listener serves beside the routes of the service.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::MethodRouter;

pub(crate) struct Page {
    /// In the syntax of `axum`.
    pub path: Cow<'static, str>,
    pub handler: MethodRouter,
    /// A route of the service for the same path takes precedence.
    pub yields: bool,
}

/// An error response in API Gateway's form: `{"message": "..."}`.
pub(crate) fn message(status: StatusCode, message: &str) -> Response {
    let mut response = Response::new(Body::from(serde_json::json!({ "message": message }).to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
