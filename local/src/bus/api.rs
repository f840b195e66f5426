//! EventBridge's wire protocol: `POST /` with the operation in `X-Amz-Target`.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::Response,
    routing::post,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Bus, put_events};

const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");
/// Ten entries of the largest size, escaped, and then some.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// A request that is refused as a whole.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub kind: &'static str,
    pub message: String,
}

/// The endpoint the functions find in `AWS_ENDPOINT_URL_EVENTBRIDGE`.
pub(crate) fn router(bus: Bus) -> Router {
    Router::new().route("/", post(call)).with_state(bus)
}

async fn call(State(bus): State<Bus>, headers: HeaderMap, body: Body) -> Response {
    let answer = match to_bytes(body, BODY_LIMIT).await {
        Ok(body) => dispatch(&bus, &headers, &body),
        Err(_) => Err(Refusal { kind: "ValidationException", message: "The request is too large.".to_owned() }),
    };
    let (status, body) = match answer {
        Ok(body) => (StatusCode::OK, body),
        Err(Refusal { kind, message }) => (StatusCode::BAD_REQUEST, json!({ "__type": kind, "message": message })),
    };
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    if let Ok(id) = HeaderValue::try_from(Uuid::new_v4().to_string()) {
        response.headers_mut().insert(HeaderName::from_static("x-amzn-requestid"), id);
    }
    response
}

fn dispatch(bus: &Bus, headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    match target {
        "AWSEvents.PutEvents" => {
            let request = serde_json::from_slice(body)
                .map_err(|error| Refusal { kind: "SerializationException", message: error.to_string() })?;
            put_events::put(bus, &request)
        }
        _ => Err(Refusal { kind: "UnknownOperationException", message: String::new() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{log::Logger, options::Log};

    #[test]
    fn only_put_events_is_known() {
        let bus = Bus::new(Vec::new(), "r".into(), Logger::new(Log::Captured, std::iter::empty()));
        let call = |target: &'static str, body: &[u8]| {
            let headers =
                HeaderMap::from_iter([(HeaderName::from_static("x-amz-target"), HeaderValue::from_static(target))]);
            dispatch(&bus, &headers, body).map_err(|refusal| refusal.kind)
        };
        assert_eq!(call("AWSEvents.PutRule", b"{}"), Err("UnknownOperationException"));
        assert_eq!(call("AWSEvents.PutEvents", b"not json"), Err("SerializationException"));
        assert_eq!(call("AWSEvents.PutEvents", b"{}"), Err("ValidationException"));
    }
}
