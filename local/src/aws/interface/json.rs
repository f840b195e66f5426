//! AWS's JSON protocols over HTTP: `X-Amz-Target` names the service and the operation, so that several services share one
//! listener.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html>

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::post;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::{Value, json};
use uuid::Uuid;

use super::clock::now;
use super::observe::{Called, Observer};
use super::{Pending, trace};
use crate::base::listen::is_of_a_page;

/// Limit of any request. The largest, a batch of SQS, is 1 MB before JSON escapes it.
const BODY_LIMIT: usize = 16 * 1024 * 1024;
/// The error's name in SQS's older query protocol, for clients that match on it.
const QUERY_ERROR: HeaderName = HeaderName::from_static("x-amzn-query-error");

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// An error response to a whole request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// `__type`.
    pub kind: String,
    pub message: String,
    /// The error's name in SQS's query protocol.
    pub query: Option<&'static str>,
    /// A fault of the server, not of the sender.
    pub fault: bool,
}

impl Refusal {
    pub(crate) fn new(kind: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind: kind.into(), message: message.into(), query: None, fault: false }
    }
}

/// A service with an AWS JSON protocol.
pub(crate) trait JsonService: Send + Sync {
    /// The part of `X-Amz-Target` before the dot.
    fn target(&self) -> &'static str;

    /// The version of the protocol, as `1.0`.
    fn version(&self) -> &'static str;

    /// The service's name in traces.
    fn name(&self) -> &'static str;

    /// The bus or the queue that a request is about.
    fn resource(&self, request: &Value) -> Option<String>;

    /// `trace` is the request's X-Ray trace header, which has the segment of the invocation that calls.
    fn call<'a>(
        &'a self,
        operation: &'a str,
        request: &'a Value,
        trace: Option<&'a str>,
    ) -> Pending<'a, Result<Value, Refusal>>;
}

/// The services of a listener.
#[derive(Clone)]
struct Services {
    all: Arc<[Arc<dyn JsonService>]>,
    observer: Arc<dyn Observer>,
}

/// Serves the services at `/`, and at queue URLs, where some clients send their requests.
pub(crate) fn router(services: impl IntoIterator<Item = Arc<dyn JsonService>>, observer: Arc<dyn Observer>) -> Router {
    let services = Services { all: services.into_iter().collect(), observer };
    Router::new().route("/", post(call)).route("/{account}/{queue}", post(call)).with_state(services)
}

async fn call(State(services): State<Services>, headers: HeaderMap, body: Body) -> Response {
    if is_of_a_page(&headers) {
        return respond(Err(Refusal::new("AccessDeniedException", "Pages in a browser cannot call AWS here.")), "1.1");
    }
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let (name, operation) = target.split_once('.').unwrap_or(("", target));
    let service = services.all.iter().find(|service| service.target() == name);
    let version = service.map_or("1.1", |service| service.version());
    let trace = headers.get("x-amzn-trace-id").and_then(|trace| trace.to_str().ok());
    let call = Call { operation, segment: trace.and_then(trace::parent), began: now() };
    let (body, length) = read(body).await;
    let answer = match (body, service) {
        (Ok(request), Some(service)) => {
            let answer = service.call(operation, &request, trace).await;
            let response = respond(answer, version);
            call.report(&**service, &request, length, &response, &*services.observer);
            return response;
        }
        (Ok(_), None) if name.is_empty() => {
            Err(Refusal::new("UnknownOperationException", "There is no X-Amz-Target: only JSON is spoken here."))
        }
        (Ok(_), None) => Err(Refusal::new("UnknownOperationException", "")),
        (Err(refusal), _) => Err(refusal),
    };
    respond(answer, version)
}

/// A call as it is reported.
struct Call<'a> {
    operation: &'a str,
    segment: Option<&'a str>,
    began: f64,
}

impl Call<'_> {
    /// `length` is that of the request.
    fn report(
        &self,
        service: &dyn JsonService,
        request: &Value,
        length: usize,
        response: &Response,
        observer: &dyn Observer,
    ) {
        let Self { operation, segment, began } = *self;
        let id = response.headers().get(&REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
        let answered = response.body().size_hint().exact().and_then(|length| usize::try_from(length).ok());
        observer.called(Called {
            request_id: id,
            segment,
            service: service.name(),
            operation,
            resource: service.resource(request),
            status: response.status(),
            bytes: length + answered.unwrap_or_default(),
            consumed: None,
            began,
            ended: now(),
            writes: false,
        });
    }
}

/// The body of a request, and its length.
async fn read(body: Body) -> (Result<Value, Refusal>, usize) {
    let body = match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => {
            let too_large = error.is::<LengthLimitError>();
            let message = if too_large { "The request is too large." } else { "The request is not complete." };
            return (Err(Refusal::new("ValidationException", message)), 0);
        }
    };
    let read = serde_json::from_slice(&body);
    (read.map_err(|error| Refusal::new("SerializationException", error.to_string())), body.len())
}

fn respond(answer: Result<Value, Refusal>, version: &str) -> Response {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::try_from(format!("application/x-amz-json-{version}")) {
        headers.insert(CONTENT_TYPE, kind);
    }
    if let Ok(id) = HeaderValue::try_from(Uuid::new_v4().to_string()) {
        headers.insert(REQUEST_ID.clone(), id);
    }
    let body = match answer {
        Ok(body) => body,
        Err(Refusal { kind, message, query, fault }) => {
            let whose = if fault { "Receiver" } else { "Sender" };
            if let Some(Ok(value)) = query.map(|code| HeaderValue::try_from(format!("{code};{whose}"))) {
                headers.insert(QUERY_ERROR, value);
            }
            *response.status_mut() = if fault { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::BAD_REQUEST };
            json!({ "__type": kind, "message": message })
        }
    };
    *response.body_mut() = Body::from(body.to_string());
    response
}
