//! The headers, the query and the payload of an `Invoke` request:
//! <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestParameters>.

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::IgnoredAny;
use serde_json::Value;
use url::form_urlencoded;

use super::error::Refused;

/// Limit of the client context in Base64.
const CONTEXT_LIMIT: usize = 3_583;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InvocationType {
    RequestResponse,
    Event,
    DryRun,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Settings {
    pub kind: InvocationType,
    pub log_tail: bool,
    /// JSON on one line.
    pub client_context: Option<String>,
}

impl Settings {
    pub(super) fn read(headers: &HeaderMap) -> Result<Self, Refused> {
        let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("\u{fffd}"));
        let kind = match header("x-amz-invocation-type") {
            None | Some("RequestResponse") => InvocationType::RequestResponse,
            Some("Event") => InvocationType::Event,
            Some("DryRun") => InvocationType::DryRun,
            Some(_) => return Err(Refused::outside("invocationType", "[RequestResponse, Event, DryRun]")),
        };
        let log_tail = match header("x-amz-log-type") {
            None | Some("None") => false,
            Some("Tail") => true,
            Some(_) => return Err(Refused::outside("logType", "[None, Tail]")),
        };
        let client_context = header("x-amz-client-context").map(client_context).transpose()?;
        Ok(Self { kind, log_tail, client_context })
    }
}

fn client_context(text: &str) -> Result<String, Refused> {
    if text.len() > CONTEXT_LIMIT {
        return Err(Refused::content("the client context is longer than 3583 bytes"));
    }
    let context = STANDARD.decode(text).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    match context {
        Some(context @ Value::Object(_)) => Ok(context.to_string()),
        _ => Err(Refused::content("the client context is not a Base64-encoded JSON object")),
    }
}

/// The `Qualifier` of a query.
pub(super) fn qualifier(query: &str) -> Option<String> {
    let mut parameters = form_urlencoded::parse(query.as_bytes());
    parameters.find(|(name, value)| name == "Qualifier" && !value.is_empty()).map(|(_, value)| value.into_owned())
}

/// Refuses a payload that is not JSON, without quoting it.
pub(super) fn check(payload: &[u8]) -> Result<(), Refused> {
    let text = std::str::from_utf8(payload).map_err(|_| Refused::content("the payload is not UTF-8"))?;
    serde_json::from_str::<IgnoredAny>(text).map(drop).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Refused::content(&format!("Could not parse request body into json: line {line}, column {column}"))
    })
}
