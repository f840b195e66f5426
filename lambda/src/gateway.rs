//! Events of an HTTP API, payload format 2.0
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>).
//!
//! `lambda_http` converts such an event too, but panics if the path, the query or the host is not a URI, or the body
//! not base64. Here each part of the event is read on its own, and an invalid part is answered with a 4xx.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use form_urlencoded::Serializer;
use lambda_http::Body;
use lambda_http::http::header::{COOKIE, HeaderMap, HeaderName, HeaderValue};
use serde::de::{Error, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::extract::malformed_header;
use super::problem::common;
use super::{ProblemDetails, Rejection, Request};

/// Payload of an invocation: an event of an HTTP API. `None` if its parts are invalid, which is the client's fault. Any
/// other payload does not come from an HTTP API and fails the invocation.
#[derive(Debug)]
pub(super) struct Payload(pub(super) Option<GatewayEvent>);

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        if let Ok(event) = serde_json::from_str(json.get()) {
            return Ok(Self(Some(event)));
        }
        let members: HashMap<String, IgnoredAny> = serde_json::from_str(json.get()).unwrap_or_default();
        if members.contains_key("requestContext") {
            return Ok(Self(None));
        }
        Err(D::Error::custom("the event is none of an HTTP API, payload format 2.0"))
    }
}

/// The parts of an event that a request is made from.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GatewayEvent {
    pub(super) raw_path: Option<String>,
    raw_query_string: Option<String>,
    query_string_parameters: Option<HashMap<String, String>>,
    headers: Option<HashMap<String, String>>,
    cookies: Option<Vec<String>>,
    path_parameters: Option<HashMap<String, String>>,
    request_context: Context,
    body: Option<String>,
    is_base64_encoded: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Context {
    http: Http,
    /// The context of an authorizer of any kind; absent on a route without one.
    authorizer: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Http {
    method: String,
}

/// 400: the request line or the headers cannot be read.
pub(super) fn malformed() -> Rejection {
    ProblemDetails::of(common::MALFORMED_REQUEST).into()
}

impl GatewayEvent {
    pub(super) fn is_get(&self) -> bool {
        self.request_context.http.method == "GET"
    }

    /// A header's value from the event, where names are in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.as_ref()?.get(name).map(String::as_str)
    }

    /// The query as it was sent. An event written by hand may contain only the decoded parameters.
    pub(super) fn query(&self) -> String {
        match (&self.raw_query_string, &self.query_string_parameters) {
            (Some(raw), _) => raw.clone(),
            (None, Some(decoded)) => Serializer::new(String::new()).extend_pairs(decoded).finish(),
            (None, None) => String::new(),
        }
    }

    /// # Errors
    /// 400 where a header or the encoded body cannot be read.
    pub(super) fn into_request(self) -> Result<Request, Rejection> {
        Ok(Request {
            query: self.query(),
            headers: headers(self.headers.unwrap_or_default(), &self.cookies.unwrap_or_default())?,
            parameters: self.path_parameters.unwrap_or_default(),
            authorizer: self.request_context.authorizer,
            body: body(self.body, self.is_base64_encoded.unwrap_or_default())?,
        })
    }
}

fn headers(sent: HashMap<String, String>, cookies: &[String]) -> Result<HeaderMap, Rejection> {
    let mut headers = HeaderMap::with_capacity(sent.len());
    let cookies = (!cookies.is_empty()).then(|| (COOKIE.to_string(), cookies.join("; ")));
    for (name, value) in sent.into_iter().chain(cookies) {
        // No extractor can read a header whose name is not a token, so it is dropped.
        let Ok(name) = HeaderName::try_from(name) else { continue };
        // A value is never dropped: without it, a conditional request would become an unconditional one.
        let Ok(value) = HeaderValue::try_from(value) else {
            return Err(malformed_header(name.as_str(), "holds a control character"));
        };
        headers.append(name, value);
    }
    Ok(headers)
}

fn body(text: Option<String>, base64: bool) -> Result<Body, Rejection> {
    match text {
        None => Ok(Body::Empty),
        Some(text) if base64 => STANDARD.decode(text).map(Body::Binary).map_err(|_| {
            common::problem(common::MALFORMED_BODY).detail("the body is marked as base64, which it is not").into()
        }),
        Some(text) => Ok(Body::Text(text)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn event() -> Value {
        json!({
            "version": "2.0", "routeKey": "GET /x", "rawPath": "/x", "rawQueryString": "a=1&b=%20",
            "cookies": ["c=1", "d=2"], "headers": {"content-type": "application/json", "host": "a.example"},
            "pathParameters": {"id": "5"}, "body": "aGk=", "isBase64Encoded": true,
            "requestContext": {
                "http": {"method": "GET", "path": "/x"},
                "authorizer": {"jwt": {"claims": {"sub": "alice"}, "scopes": null}},
            },
        })
    }

    fn request(event: &Value) -> Result<Request, u16> {
        let status = |refused: Rejection| refused.into_details().status();
        let Payload(event) = serde_json::from_str(&event.to_string()).map_err(|_| 0_u16)?;
        event.ok_or_else(malformed).and_then(GatewayEvent::into_request).map_err(status)
    }

    #[test]
    fn a_request_is_what_the_event_says() {
        let mut request = request(&event()).unwrap();
        assert_eq!(request.query(), [("a".to_owned(), "1".to_owned()), ("b".to_owned(), " ".to_owned())]);
        assert_eq!(request.header("cookie").unwrap(), Some("c=1; d=2"));
        assert_eq!(request.claims().unwrap()["sub"], "alice");
        assert_eq!(request.take_body(), Body::Binary(b"hi".to_vec()));
    }

    #[test]
    fn an_odd_query_path_or_host_is_no_fault() {
        for (place, value) in [
            ("/rawQueryString", json!("a=\"1\"")),
            ("/rawQueryString", json!("%zz=%ff&\u{0}<>{}|\\^`&&==&\u{e9}")),
            ("/rawPath", json!(":99999 \u{0}\u{e9}")),
            ("/rawPath", Value::Null),
            ("/headers/host", json!("a.example,b.example")),
            ("/headers/host", json!("[::1")),
            ("/headers", Value::Null),
            ("/body", Value::Null),
        ] {
            let mut event = event();
            *event.pointer_mut(place).unwrap() = value.clone();
            assert!(request(&event).is_ok(), "{place} {value}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_the_clients_fault() {
        for (place, value) in [
            ("/body", json!("not base64!")),
            ("/headers/host", json!("a\nb")),
            ("/headers/host", json!(5)),
            ("/cookies", json!(["a\u{0}"])),
            ("/pathParameters", json!([])),
            ("/requestContext", json!({})),
        ] {
            let mut event = event();
            *event.pointer_mut(place).unwrap() = value.clone();
            assert_eq!(request(&event).unwrap_err(), 400, "{place} {value}");
        }
    }

    #[test]
    fn what_no_http_api_sends_is_an_error_of_the_invocation() {
        for event in [json!({}), json!("event"), json!([]), Value::Null, json!({"Records": []})] {
            assert_eq!(request(&event).unwrap_err(), 0, "{event}");
        }
    }

    #[test]
    fn an_event_by_hand_may_have_decoded_parameters_alone() {
        let mut by_hand = event();
        by_hand["rawQueryString"] = Value::Null;
        by_hand["queryStringParameters"] = json!({"from": "2026-11-22T10:00:00+01:00"});
        let request = request(&by_hand).unwrap();
        assert_eq!(request.query(), [("from".to_owned(), "2026-11-22T10:00:00+01:00".to_owned())]);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "\\PC{0,20}".prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..3)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// With any value in any place, an event gives a request or a 4xx.
        #[test]
        fn any_event_is_read_or_refused(
            place in prop::sample::select(vec![
                "", "/rawPath", "/rawQueryString", "/cookies", "/cookies/0", "/headers", "/headers/host",
                "/headers/content-type", "/pathParameters", "/pathParameters/id", "/requestContext",
                "/requestContext/http", "/requestContext/http/method", "/requestContext/authorizer",
                "/requestContext/authorizer/jwt", "/requestContext/authorizer/jwt/claims",
                "/requestContext/authorizer/jwt/claims/sub", "/body", "/isBase64Encoded",
            ]),
            value in any_json(),
        ) {
            let mut event = event();
            *event.pointer_mut(place).unwrap() = value;
            match request(&event) {
                Ok(request) => {
                    let _ = (request.query(), request.claims());
                }
                Err(status) if place.is_empty() => prop_assert!(status == 0 || status == 400),
                Err(status) => prop_assert_eq!(status, 400),
            }
        }
    }
}
