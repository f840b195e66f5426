//! Percent-decoding of paths as an HTTP API does it: once, the whole path, before the route is chosen.
//!
//! Observed of the real one (the documentation is silent): `rawPath` arrives decoded, cut at a decoded `?`. So an encoded
//! slash separates segments like a plain one.

use percent_encoding::percent_decode_str;

/// The decoded path, or `None` when it is not UTF-8.
pub(super) fn decode(raw: &str) -> Option<String> {
    // The absolute form of a request target, and `OPTIONS *`.
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
