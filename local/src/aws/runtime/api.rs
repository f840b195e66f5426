//! The Lambda Runtime API of one process, on its own listener.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>. Each process has a listener because
//! `AWS_LAMBDA_RUNTIME_API` is `host:port` on AWS: it has no room for a path.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use chrono::Utc;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::json;
use tokio::sync::{mpsc, oneshot, watch};

use super::launch::Launch;
use crate::aws::interface::clock::now;
use crate::aws::interface::error::{Failure, FunctionError};
use crate::aws::interface::invoke::PAYLOAD_LIMIT;
use crate::base::listen::is_of_a_page;

/// An invocation for a process.
pub(super) struct Invocation {
    pub id: String,
    pub payload: Bytes,
    pub trace: String,
    pub qualifier: Option<String>,
    pub client_context: Option<String>,
    /// Sent with the time, in milliseconds since 1970, when the process takes the invocation, which starts its timeout.
    pub taken: oneshot::Sender<f64>,
    pub answer: oneshot::Sender<Result<Bytes, FunctionError>>,
}

/// The state of the API.
pub(super) struct Session {
    launch: Arc<Launch>,
    work: tokio::sync::Mutex<mpsc::Receiver<Invocation>>,
    current: Mutex<Option<Current>>,
    pub init: watch::Sender<Init>,
}

struct Current {
    id: String,
    answer: oneshot::Sender<Result<Bytes, FunctionError>>,
}

/// The initialization phase of a process.
#[derive(Debug, Clone)]
pub(super) enum Init {
    Starting,
    /// The process has asked for its first invocation.
    Ready,
    /// The process reported an initialization error.
    Failed(FunctionError),
}

impl Session {
    pub(super) fn new(launch: Arc<Launch>, work: mpsc::Receiver<Invocation>) -> Arc<Self> {
        Arc::new(Self {
            launch,
            work: tokio::sync::Mutex::new(work),
            current: Mutex::default(),
            init: watch::Sender::new(Init::Starting),
        })
    }

    pub(super) fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .layer(from_fn(guard))
            .with_state(self)
    }

    fn begin(&self, current: Current) {
        let unanswered = self.current.lock().unwrap_or_else(PoisonError::into_inner).replace(current);
        if let Some(unanswered) = unanswered {
            let error = FunctionError::new(
                Failure::Exited,
                "Runtime.NoResponse",
                "the runtime asked for the next invocation without answering this one",
            );
            let _ = unanswered.answer.send(Err(error));
        }
    }

    /// Ends the invocation `id`, if it is the current one.
    fn finish(&self, id: &str) -> Option<Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).take_if(|current| current.id == id)
    }
}

/// A page in a browser must not take an invocation from its function.
async fn guard(request: Request, next: Next) -> Response {
    if is_of_a_page(request.headers()) {
        return StatusCode::FORBIDDEN.into_response();
    }
    next.run(request).await
}

async fn next(State(session): State<Arc<Session>>) -> Response {
    session.init.send_replace(Init::Ready);
    // The lock is held while waiting: of two concurrent requests, one gets the invocation.
    let Some(invocation) = session.work.lock().await.recv().await else {
        // The process is being stopped. Any response would be taken for an invocation, so there is none.
        return std::future::pending().await;
    };
    let Invocation { id, payload, trace, qualifier, client_context, taken, answer } = invocation;
    let deadline = Utc::now() + session.launch.timeout;
    let headers = [
        ("lambda-runtime-aws-request-id", id.clone()),
        ("lambda-runtime-deadline-ms", deadline.timestamp_millis().to_string()),
        ("lambda-runtime-invoked-function-arn", session.launch.qualified_arn(qualifier.as_deref())),
        ("lambda-runtime-trace-id", trace),
    ];
    let context = client_context.map(|context| ("lambda-runtime-client-context", context));
    session.begin(Current { id, answer });
    // The process may have made its first call before the other side of this channel runs.
    let _ = taken.send(now());
    let mut response = payload.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in headers.into_iter().chain(context) {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

async fn response(State(session): State<Arc<Session>>, Path(id): Path<String>, body: Body) -> Response {
    let body = read(body).await;
    let Some(current) = session.finish(&id) else { return unknown_request() };
    match body {
        Ok(body) => {
            let _ = current.answer.send(Ok(body));
            accepted()
        }
        Err(Unread::TooLarge) => {
            let message =
                format!("Response payload size exceeded maximum allowed payload size ({PAYLOAD_LIMIT} bytes).");
            let error = FunctionError::new(Failure::Response, "Function.ResponseSizeTooLarge", message.as_str());
            let _ = current.answer.send(Err(error));
            refused(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message)
        }
        Err(Unread::HungUp) => {
            let message = "the runtime hung up before the whole response had come";
            let error = FunctionError::new(Failure::Response, "Runtime.TruncatedResponse", message);
            let _ = current.answer.send(Err(error));
            hung_up()
        }
    }
}

async fn error(
    State(session): State<Arc<Session>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let body = read(body).await;
    let Some(current) = session.finish(&id) else { return unknown_request() };
    let (error, response) = report(Failure::Reported, &headers, body);
    let _ = current.answer.send(Err(error));
    response
}

async fn init_error(State(session): State<Arc<Session>>, headers: HeaderMap, body: Body) -> Response {
    let (error, response) = report(Failure::Init, &headers, read(body).await);
    session.init.send_replace(Init::Failed(error));
    response
}

/// Why there is no body.
enum Unread {
    TooLarge,
    HungUp,
}

async fn read(body: Body) -> Result<Bytes, Unread> {
    let body = Limited::new(body, PAYLOAD_LIMIT).collect().await;
    let body = body.map_err(|error| if error.is::<LengthLimitError>() { Unread::TooLarge } else { Unread::HungUp })?;
    Ok(body.to_bytes())
}

/// The error that a runtime reports, and the response to it. An unreadable report is an error as well.
fn report(failure: Failure, headers: &HeaderMap, body: Result<Bytes, Unread>) -> (FunctionError, Response) {
    let kind = error_type(headers);
    let unread = |message: &str| FunctionError::new(failure, kind.unwrap_or("Unhandled"), message);
    match body {
        Ok(body) => (FunctionError::reported(failure, kind, &body), accepted()),
        Err(Unread::TooLarge) => {
            let message = format!("the report of the error is larger than {PAYLOAD_LIMIT} bytes");
            (unread(&message), refused(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message))
        }
        Err(Unread::HungUp) => {
            // The runtime's state is unknown: the process is not reused.
            let failure = if failure == Failure::Reported { Failure::Exited } else { failure };
            let mut error = unread("the runtime hung up before the whole report of its error had come");
            error.failure = failure;
            (error, hung_up())
        }
    }
}

/// The client has disconnected.
fn hung_up() -> Response {
    refused(StatusCode::BAD_REQUEST, "InvalidRequest", "the body is not complete")
}

fn error_type(headers: &HeaderMap) -> Option<&str> {
    headers.get("lambda-runtime-function-error-type").and_then(|value| value.to_str().ok())
}

fn accepted() -> Response {
    (StatusCode::ACCEPTED, axum::Json(json!({ "status": "OK" }))).into_response()
}

fn unknown_request() -> Response {
    refused(StatusCode::BAD_REQUEST, "InvalidRequestID", "there is no such invocation at this process")
}

fn refused(status: StatusCode, kind: &str, message: &str) -> Response {
    (status, axum::Json(json!({ "errorType": kind, "errorMessage": message }))).into_response()
}
