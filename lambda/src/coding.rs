//! Content codings of request bodies (RFC 9110, section 8.4): none is supported.

use lambda_http::http::HeaderMap;
use lambda_http::http::header::CONTENT_ENCODING;

use super::Rejection;
use super::problem::common::{self, ACCEPTED, problem};

/// Refuses a body that has a content coding, with 415.
pub(super) fn check(headers: &HeaderMap) -> Result<(), Rejection> {
    let mut codings = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        // A value that is not ASCII cannot be a list of tokens.
        let list = value.to_str().unwrap_or("?");
        codings.extend(list.split(',').map(str::trim).filter(|coding| !coding.is_empty()));
    }
    codings.retain(|coding| !coding.eq_ignore_ascii_case(ACCEPTED.example));
    if codings.is_empty() {
        return Ok(());
    }
    let detail = if codings.iter().all(|coding| is_token(coding)) {
        format!("the body has the content coding `{}`; send it without one", codings.join(", "))
    } else {
        "the body has a content coding; send it without one".to_owned()
    };
    Err(problem(common::CODED).detail(detail).header(ACCEPTED.name, ACCEPTED.example).into())
}

/// Whether `coding` is a token (RFC 9110, section 5.6.2) that is short enough to repeat in an error message. No
/// registered name is longer.
fn is_token(coding: &str) -> bool {
    coding.len() <= 32 && coding.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use lambda_http::http::{HeaderMap, HeaderValue};

    use super::{CONTENT_ENCODING, check};

    fn refused(values: &[&[u8]]) -> Option<String> {
        let values = values.iter().map(|value| (CONTENT_ENCODING, HeaderValue::from_bytes(value).unwrap()));
        let headers: HeaderMap = values.collect();
        let details = check(&headers).err().map(|refused| serde_json::to_value(refused.into_details()).unwrap());
        details.map(|details| details["detail"].as_str().unwrap().to_owned())
    }

    #[test]
    fn a_body_without_a_coding_is_read() {
        for value in ["identity", "Identity", "", " , ,", "identity, IDENTITY,"] {
            assert_eq!(refused(&[value.as_bytes()]), None, "{value:?}");
        }
        assert_eq!(refused(&[]), None);
    }

    #[test]
    fn a_coding_is_named_where_it_is_a_name() {
        for (values, named) in [
            (&[&b"gzip"[..]][..], "`gzip`"),
            (&[b"identity, br"], "`br`"),
            (&[b"deflate,,GZIP"], "`deflate, GZIP`"),
            (&[b"identity", b"zstd"], "`zstd`"),
        ] {
            let detail = refused(values).unwrap();
            assert!(detail.contains(named), "{detail}");
        }
        for value in [&b"<script>"[..], b"gzip;q=1", b"\xff", b"a b", &[b'a'; 33]] {
            assert_eq!(refused(&[value]).unwrap(), "the body has a content coding; send it without one");
        }
    }
}
