//! CORS of the HTTP API. The gateway answers preflight requests itself and replaces the CORS headers of functions:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html>.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::project::template::Cors;

const OURS: [HeaderName; 6] = [
    header::ACCESS_CONTROL_ALLOW_ORIGIN,
    header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
    header::ACCESS_CONTROL_ALLOW_HEADERS,
    header::ACCESS_CONTROL_ALLOW_METHODS,
    header::ACCESS_CONTROL_EXPOSE_HEADERS,
    header::ACCESS_CONTROL_MAX_AGE,
];

/// The response to a preflight request.
pub(super) fn preflight(cors: &Cors, origin: &HeaderValue) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    decorate(cors, origin, response.headers_mut());
    if allowed_origin(cors, origin).is_some() {
        let headers = response.headers_mut();
        list(headers, header::ACCESS_CONTROL_ALLOW_METHODS, &cors.methods);
        list(headers, header::ACCESS_CONTROL_ALLOW_HEADERS, &cors.headers);
        if let Some(seconds) = cors.max_age {
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, seconds.into());
        }
    }
    response
}

/// Sets the CORS headers of any other response.
pub(super) fn decorate(cors: &Cors, origin: &HeaderValue, headers: &mut HeaderMap) {
    for name in OURS {
        headers.remove(name);
    }
    let Some(allowed) = allowed_origin(cors, origin) else { return };
    if allowed != "*" {
        headers.append(header::VARY, HeaderValue::from_static("origin"));
    }
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
    if cors.credentials {
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    if !cors.exposed.is_empty() {
        list(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, &cors.exposed);
    }
}

/// The value of `Access-Control-Allow-Origin`: `*`, or the origin itself where it is listed. `https://*.example.com`
/// and `https://*` are patterns.
fn allowed_origin(cors: &Cors, origin: &HeaderValue) -> Option<HeaderValue> {
    let text = origin.to_str().ok()?;
    let listed = |pattern: &String| match pattern.split_once('*') {
        Some((start, end)) => text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end),
        None => pattern.eq_ignore_ascii_case(text),
    };
    if cors.origins.iter().any(|pattern| pattern == "*") {
        return Some(HeaderValue::from_static("*"));
    }
    cors.origins.iter().any(listed).then(|| origin.clone())
}

fn list(headers: &mut HeaderMap, name: HeaderName, items: &[String]) {
    if let Ok(value) = HeaderValue::try_from(items.join(",")) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cors(origins: &[&str]) -> Cors {
        Cors {
            origins: origins.iter().map(ToString::to_string).collect(),
            headers: vec!["authorization".into()],
            methods: vec!["GET".into(), "PUT".into()],
            exposed: vec!["etag".into()],
            credentials: false,
            max_age: Some(300),
        }
    }

    #[test]
    fn a_preflight_names_what_is_allowed_and_only_to_whom_it_is() {
        let ask = |origin: &'static str| {
            preflight(&cors(&["https://a.example", "https://*.b.example"]), &HeaderValue::from_static(origin))
        };
        for origin in ["https://a.example", "https://x.b.example"] {
            let response = ask(origin);
            assert_eq!(response.status(), 204);
            assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], origin);
            assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_METHODS], "GET,PUT");
            assert_eq!(response.headers()[header::ACCESS_CONTROL_MAX_AGE], "300");
        }
        assert!(ask("https://evil.example").headers().is_empty());
    }

    #[test]
    fn a_functions_own_headers_are_replaced() {
        let mut headers = HeaderMap::from_iter([(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("x"))]);
        decorate(&cors(&["*"]), &HeaderValue::from_static("https://any.example"), &mut headers);
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert_eq!(headers[header::ACCESS_CONTROL_EXPOSE_HEADERS], "etag");
    }
}
