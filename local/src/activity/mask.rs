//! Masks the values of headers that hold secrets.

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::{Value, json};

/// Headers with credentials, of requests and of answers.
const SECRET: [HeaderName; 6] = [
    header::AUTHORIZATION,
    header::PROXY_AUTHORIZATION,
    header::COOKIE,
    header::SET_COOKIE,
    HeaderName::from_static("x-api-key"),
    HeaderName::from_static("x-amz-security-token"),
];
const MASK: &str = "•••";

/// The value of a header as it is shown: bytes that are not UTF-8 as Latin-1 (RFC 9110, section 5.5).
pub(super) fn shown<'a>(name: &HeaderName, value: &'a HeaderValue) -> Cow<'a, str> {
    if SECRET.contains(name) || value.is_sensitive() {
        return MASK.into();
    }
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.into(),
        Err(_) => value.as_bytes().iter().map(|byte| char::from(*byte)).collect::<String>().into(),
    }
}

/// `[[name, value]]`.
pub(super) fn headers(headers: &HeaderMap) -> Value {
    headers.iter().map(|(name, value)| json!([name.as_str(), shown(name, value)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_masked_and_other_headers_are_shown() {
        for name in
            ["authorization", "cookie", "x-api-key", "set-cookie", "proxy-authorization", "x-amz-security-token"]
        {
            let all = HeaderMap::from_iter([(name.parse().unwrap(), HeaderValue::from_static("secret"))]);
            assert_eq!(headers(&all), json!([[name, "•••"]]));
        }
        let latin = HeaderValue::from_bytes(b"caf\xe9").unwrap();
        let all = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static("a")), (header::VIA, latin)]);
        assert_eq!(headers(&all), json!([["accept", "a"], ["via", "café"]]));
    }
}
