//! Percent-decoding of request paths: the whole path, once, before the route is selected.
//!
//! Observed on API Gateway, whose documentation is silent: `rawPath` is decoded, and cut at a decoded `?`. An encoded
//! slash separates segments.

use percent_encoding::percent_decode_str;

/// The decoded path. `None` where it is not UTF-8.
pub(super) fn decode(raw: &str) -> Option<String> {
    // Refuses the absolute form of a request target, and `OPTIONS *`.
    if !raw.starts_with('/') {
        return None;
    }
    let decoded = percent_decode_str(raw).decode_utf8().ok()?;
    Some(match decoded.split_once('?') {
        Some((path, _)) => path.to_owned(),
        None => decoded.into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn decoded_once_and_only_when_utf8() {
        for (raw, decoded) in [
            ("/a", Some("/a")),
            ("/a%20b", Some("/a b")),
            ("/a%2Fb", Some("/a/b")),
            ("/%C3%A9", Some("/\u{e9}")),
            ("/%2520", Some("/%20")),
            ("/a+b", Some("/a+b")),
            ("/a%3Fb=c", Some("/a")),
            ("/100%", Some("/100%")),
            ("/%zz", Some("/%zz")),
            ("/%FF", None),
            ("/%C3", None),
            ("*", None),
        ] {
            assert_eq!(decode(raw).as_deref(), decoded, "{raw}");
        }
    }
}
