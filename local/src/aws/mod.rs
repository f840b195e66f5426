//! The AWS endpoint of the functions: one listener for the services that exist here besides the database, each told by
//! the `X-Amz-Target` of a request, as AWS's JSON protocols have it.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html>

pub(crate) mod bus;
pub(crate) mod database;
pub(crate) mod gateway;
pub(crate) mod issuer;
pub(crate) mod queue;
pub(crate) mod runtime;
pub(crate) mod schedule;
pub(crate) mod stream;

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::Response,
    routing::post,
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::{Value, json};
use uuid::Uuid;

use self::{bus::Bus, queue::Queues};

/// The largest request of any service, escaped, and then some.
const BODY_LIMIT: usize = 16 * 1024 * 1024;
/// For clients that were made when SQS spoke another protocol: the error's name in that one.
const QUERY_ERROR: HeaderName = HeaderName::from_static("x-amzn-query-error");

/// A request that is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// `__type`.
    pub kind: String,
    pub message: String,
    /// What it is called in SQS's older protocol.
    pub query: Option<&'static str>,
    /// The fault is ours.
    pub fault: bool,
}

impl Refusal {
    pub(crate) fn new(kind: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind: kind.into(), message: message.into(), query: None, fault: false }
    }
}

#[derive(Clone)]
struct Services {
    bus: Bus,
    queues: Queues,
}

/// What functions find at `AWS_ENDPOINT_URL_EVENTBRIDGE` and `AWS_ENDPOINT_URL_SQS`. A queue's URL is an address too: some
/// clients send their requests there.
pub(crate) fn router(bus: Bus, queues: Queues) -> Router {
    let services = Services { bus, queues };
    Router::new().route("/", post(call)).route("/{account}/{queue}", post(call)).with_state(services)
}

async fn call(State(services): State<Services>, headers: HeaderMap, body: Body) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let (service, operation) = target.split_once('.').unwrap_or(("", target));
    let version = if service == queue::TARGET { "1.0" } else { "1.1" };
    let answer = match read(body).await {
        Ok(request) => match service {
            bus::TARGET => bus::call(&services.bus, operation, &request),
            queue::TARGET => queue::call(&services.queues, operation, &request).await,
            "" => Err(Refusal::new("UnknownOperationException", "There is no X-Amz-Target: only JSON is spoken here.")),
            _ => Err(Refusal::new("UnknownOperationException", "")),
        },
        Err(refusal) => Err(refusal),
    };
    respond(answer, version)
}

async fn read(body: Body) -> Result<Value, Refusal> {
    let body = Limited::new(body, BODY_LIMIT).collect().await.map_err(|error| {
        let too_large = error.is::<LengthLimitError>();
        let message = if too_large { "The request is too large." } else { "The request is not complete." };
        Refusal::new("ValidationException", message)
    })?;
    serde_json::from_slice(&body.to_bytes()).map_err(|error| Refusal::new("SerializationException", error.to_string()))
}

fn respond(answer: Result<Value, Refusal>, version: &str) -> Response {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::try_from(format!("application/x-amz-json-{version}")) {
        headers.insert(CONTENT_TYPE, kind);
    }
    if let Ok(id) = HeaderValue::try_from(Uuid::new_v4().to_string()) {
        headers.insert(HeaderName::from_static("x-amzn-requestid"), id);
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
