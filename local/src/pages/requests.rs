//! `/_local/requests`: the last requests to the gateway.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::activity::Activity;
use crate::aws::interface::page::message;

#[derive(Clone)]
pub(super) struct Requests {
    pub activity: Activity,
    /// The URL of the API.
    pub api: String,
}

pub(super) async fn list(State(requests): State<Requests>) -> Json<Vec<Value>> {
    Json(requests.activity.requests())
}

pub(super) async fn one(State(requests): State<Requests>, Path(id): Path<String>) -> Response {
    match requests.activity.request(&id, &requests.api) {
        Some(request) => Json(request).into_response(),
        None => message(StatusCode::NOT_FOUND, "this request is not among the last thousand"),
    }
}
