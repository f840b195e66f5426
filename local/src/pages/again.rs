//! `POST /_local/requests/{id}/again`: sends a recorded request once more, through the gateway's own listener.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::header::HOST;
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, body::Body};
use http_body_util::BodyExt;
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::requests::Requests;
use crate::activity::{Incomplete, Original};
use crate::aws::interface::page::message;

/// How long the gateway may take to receive it.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn again(State(requests): State<Requests>, Path(id): Path<String>) -> Response {
    let original = match requests.activity.original(&id) {
        Ok(original) => original,
        Err(Incomplete::Gone) => {
            return message(StatusCode::NOT_FOUND, "this request is not among the last thousand");
        }
        Err(Incomplete::Head) => {
            return message(StatusCode::CONFLICT, "its headers were too long to be kept: it cannot be sent again");
        }
        Err(Incomplete::Body) => {
            let reason = "its body was not kept whole, of which the limit is 64 KiB: it cannot be sent again";
            return message(StatusCode::CONFLICT, reason);
        }
    };
    match timeout(PATIENCE, send(&requests, original)).await {
        Ok(Some(id)) => (StatusCode::CREATED, Json(json!({ "id": id }))).into_response(),
        _ => message(StatusCode::SERVICE_UNAVAILABLE, "the gateway did not receive the request"),
    }
}

/// Returns the id of the new request as soon as the gateway has given it one. The answer is on the page.
async fn send(requests: &Requests, original: Original) -> Option<String> {
    let Original { method, target, headers, body } = original;
    let authority = requests.api.strip_prefix("http://")?;
    let mut request = Request::new(Body::from(body));
    *request.method_mut() = method;
    *request.uri_mut() = target.parse().ok()?;
    *request.headers_mut() = headers;
    request.headers_mut().insert(HOST, HeaderValue::from_str(authority).ok()?);

    let stream = TcpStream::connect(authority).await.ok()?;
    let id = requests.activity.await_request(stream.local_addr().ok()?);
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await.ok()?;
    tokio::spawn(connection);
    tokio::spawn(async move {
        // Until the end: without a reader, the gateway would give the request up.
        if let Ok(response) = sender.send_request(request).await {
            let _ = response.into_body().collect().await;
        }
    });
    id.await.ok()
}
