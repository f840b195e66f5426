//! Origin protection: with CloudFront and its firewall in front of the API, requests that bypass them are refused.
//!
//! An HTTP API cannot check a header, and its only authorizer per route is the one for tokens. So CloudFront adds a
//! secret header, and the functions check it.

use std::sync::LazyLock;

use lambda_http::http::{HeaderMap, HeaderValue};
use subtle::ConstantTimeEq;

const HEADER: &str = "x-edge-secret";

/// From `EDGE_SECRET`. Absent or empty: all requests are accepted.
static SECRET: LazyLock<Option<String>> =
    LazyLock::new(|| std::env::var("EDGE_SECRET").ok().filter(|secret| !secret.is_empty()));

/// Whether a request with these headers came through the edge, or the edge is not required.
pub(super) fn lets_in(headers: &HeaderMap) -> bool {
    knows(headers, SECRET.as_deref())
}

fn knows(headers: &HeaderMap, secret: Option<&str>) -> bool {
    let given = || headers.get(HEADER).map(HeaderValue::as_bytes);
    // Compares in constant time, so that timing does not reveal the secret byte by byte.
    secret.is_none_or(|secret| given().is_some_and(|given| given.ct_eq(secret.as_bytes()).into()))
}

#[cfg(test)]
mod tests {
    use super::{HEADER, HeaderMap, knows};

    #[test]
    fn only_who_knows_the_secret_is_let_in() {
        let with = |value: &str| HeaderMap::from_iter([(HEADER.parse().unwrap(), value.parse().unwrap())]);
        assert!(knows(&with("secret"), Some("secret")));
        for wrong in ["", "secre", "secrets", "Secret", "tecret"] {
            assert!(!knows(&with(wrong), Some("secret")), "{wrong:?}");
        }
        assert!(!knows(&HeaderMap::new(), Some("secret")));
    }

    #[test]
    fn without_a_secret_everybody_is_let_in() {
        assert!(knows(&HeaderMap::new(), None));
    }
}
