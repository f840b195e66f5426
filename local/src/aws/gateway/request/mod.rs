//! Converts a request to the event of payload format 2.0.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.proxy-format>

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::http::header::{self, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, HOST, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Utc;
use serde_json::{Map, Value, json};
use url::{Url, form_urlencoded};

use super::authorizer::Grant;
use super::routes::Found;
use crate::aws::interface::trace::Trace;
use crate::project::template::ACCOUNT;

/// Quota of the request line and the headers together:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>.
pub(super) const HEAD_LIMIT: usize = 10_240;

/// Headers of the connection, which are not forwarded.
const HOP_BY_HOP: [HeaderName; 6] = [
    header::CONNECTION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::PROXY_AUTHORIZATION,
];

/// A request with a route.
pub(super) struct Incoming<'a> {
    pub head: &'a Parts,
    /// Percent-decoded.
    pub path: String,
    pub host: String,
    pub client: SocketAddr,
    pub request_id: &'a str,
    pub trace: &'a Trace,
    pub port: u16,
    /// The claims, where the route has an authorizer.
    pub grant: Option<&'a Grant>,
}

pub(super) fn head_size(head: &Parts) -> usize {
    let target = head.uri.path_and_query().map_or(0, |target| target.as_str().len());
    let headers = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len());
    head.method.as_str().len() + target + headers.sum::<usize>()
}

/// The `Host` header. `None` where no URL can be built from it: functions may try.
pub(super) fn host(head: &Parts, port: u16) -> Option<String> {
    let host = match head.headers.get(HOST) {
        Some(host) => host.to_str().ok()?.to_owned(),
        None => format!("127.0.0.1:{port}"),
    };
    let url = Url::parse(&format!("http://{host}/")).ok()?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    (bare && url.password().is_none()).then_some(host)
}

/// An IPv6 address in brackets has colons of its own.
fn without_port(host: &str) -> &str {
    if host.ends_with(']') { host } else { host.rsplit_once(':').map_or(host, |(name, _)| name) }
}

pub(super) fn event(request: &Incoming<'_>, found: &Found<'_>, body: &[u8]) -> Value {
    let Incoming { head, path, host, client, request_id, trace, port, grant } = request;
    let now = Utc::now();
    let domain = without_port(host);
    let query = head.uri.query().unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": found.route_key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers(&head.headers, *client, &trace.header(), *port),
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "local",
            "domainName": domain,
            "domainPrefix": domain.split('.').next(),
            "http": {
                "method": head.method.as_str(),
                "path": path,
                "protocol": if head.version == Version::HTTP_10 { "HTTP/1.0" } else { "HTTP/1.1" },
                "sourceIp": client.ip().to_string(),
                "userAgent": head.headers.get(USER_AGENT).map(text).unwrap_or_default(),
            },
            "requestId": request_id,
            "routeKey": found.route_key,
            "stage": "$default",
            "time": now.format("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": now.timestamp_millis(),
        },
        "isBase64Encoded": false,
    });
    if let Some(grant) = grant {
        event["requestContext"]["authorizer"] = grant.event();
    }
    // Absent members are left out, not empty.
    let cookies = cookies(&head.headers);
    if !cookies.is_empty() {
        event["cookies"] = cookies.into();
    }
    let parameters = query_parameters(query);
    if !parameters.is_empty() {
        event["queryStringParameters"] = parameters.into();
    }
    if !found.parameters.is_empty() {
        event["pathParameters"] =
            found.parameters.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str()))).collect();
    }
    if !body.is_empty() {
        if let Some(text) = readable(&head.headers, body) {
            event["body"] = text.into();
        } else {
            event["body"] = STANDARD.encode(body).into();
            event["isBase64Encoded"] = true.into();
        }
    }
    event
}

/// Header names in lower case, values of one name joined by commas. `X-Forwarded-*` and the trace header are the
/// gateway's: a client's own values are replaced.
fn headers(headers: &HeaderMap, client: SocketAddr, trace: &str, port: u16) -> Map<String, Value> {
    let mut joined: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in headers {
        if HOP_BY_HOP.contains(name) || name == COOKIE {
            continue;
        }
        let value = text(value);
        joined
            .entry(name.as_str())
            .and_modify(|all| *all = format!("{all},{value}"))
            .or_insert_with(|| value.into_owned());
    }
    let client = client.ip().to_string();
    let forwarded =
        joined.get("x-forwarded-for").map_or_else(|| client.clone(), |earlier| format!("{earlier}, {client}"));
    joined.insert("x-forwarded-for", forwarded);
    joined.insert("x-forwarded-proto", "http".to_owned());
    joined.insert("x-forwarded-port", port.to_string());
    joined.insert("x-amzn-trace-id", trace.to_owned());
    joined.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect()
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let all = headers.get_all(COOKIE).iter().map(text);
    all.flat_map(|line| line.split(';').map(|cookie| cookie.trim().to_owned()).collect::<Vec<_>>())
        .filter(|cookie| !cookie.is_empty())
        .collect()
}

/// Decoded query parameters, values of one name joined by commas.
fn query_parameters(query: &str) -> Map<String, Value> {
    let mut parameters: Map<String, Value> = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let joined = match parameters.get(&*name).and_then(Value::as_str) {
            Some(earlier) => format!("{earlier},{value}"),
            None => value.into_owned(),
        };
        parameters.insert(name.into_owned(), joined.into());
    }
    parameters
}

/// A header value as UTF-8, else as Latin-1 (RFC 9110, section 5.5).
fn text(value: &HeaderValue) -> Cow<'_, str> {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.into(),
        Err(_) => value.as_bytes().iter().map(|byte| char::from(*byte)).collect::<String>().into(),
    }
}

/// The body as a string, where its content type is textual, it has no content coding, and it is UTF-8.
fn readable<'a>(headers: &HeaderMap, body: &'a [u8]) -> Option<&'a str> {
    if headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return None;
    }
    if let Some(kind) = headers.get(CONTENT_TYPE) {
        let kind = text(kind).split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let textual = kind.starts_with("text/")
            || ["application/json", "application/xml", "application/javascript"].contains(&kind.as_str())
            || kind.ends_with("+json")
            || kind.ends_with("+xml");
        if !textual {
            return None;
        }
    }
    std::str::from_utf8(body).ok()
}

#[cfg(test)]
mod tests;
