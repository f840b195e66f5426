//! Paths as they stand in a URI.

use std::fmt::Write;

/// A decoded path, such as API Gateway hands over, as a URI reference: all that RFC 3986 (section 3.3) does not let stand
/// in a path is percent-encoded.
pub(super) fn of_path(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    push(&mut uri, path, b"-._~!$&'()*+,;=:@/");
    uri
}

/// A decoded pair as it stands in a query (RFC 3986, section 3.4). A `+` is encoded, since it would be read as a space.
pub(super) fn push_pair(uri: &mut String, name: &str, value: &str) {
    push(uri, name, QUERY);
    uri.push('=');
    push(uri, value, QUERY);
}

const QUERY: &[u8] = b"-._~!$'()*,;:@/?";

/// Percent-encodes all but letters, digits and what is in `kept`.
fn push(uri: &mut String, text: &str, kept: &[u8]) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
}

/// What stands before the route in the path of a request: the key of the API mapping of a custom domain, such as `/v1`.
/// API Gateway takes it away to find the route, and leaves it in the path that the function gets.
pub(super) fn before_route<'a>(path: &'a str, route: &str) -> &'a str {
    let pieces = route.matches('/').count();
    let start = path.rmatch_indices('/').nth(pieces.saturating_sub(1));
    start.map_or("", |(start, _)| &path[..start])
}

#[cfg(test)]
mod tests {
    use super::{before_route, of_path, push_pair};

    #[test]
    fn a_pair_is_read_from_a_query_as_it_was_written() {
        for (name, value) in [("from", "2026-11-22T10:00:00+01:00"), ("a&=b", "<c>; \"d\" %41\u{e9}#?"), ("", "")] {
            let mut query = String::new();
            push_pair(&mut query, name, value);
            assert!(query.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"#".contains(&byte)), "{query}");
            let read: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            assert_eq!(read, [(name.to_owned(), value.to_owned())], "{query}");
        }
    }

    #[test]
    fn an_api_mapping_stands_before_the_route() {
        for (path, route, before) in [
            ("/bookings", "/bookings", ""),
            ("/v1/bookings", "/bookings", "/v1"),
            ("/a/v2/bookings/1/cancel", "/bookings/{booking_id}/cancel", "/a/v2"),
            ("", "/bookings", ""),
            ("bookings", "/bookings", ""),
        ] {
            assert_eq!(before_route(path, route), before, "{path}");
        }
    }

    #[test]
    fn only_what_may_stand_in_a_path_does() {
        assert_eq!(of_path("/users/a.b_c-d:e@f+1/bookings"), "/users/a.b_c-d:e@f+1/bookings");
        assert_eq!(of_path("/users/auth0|5f7c/bookings"), "/users/auth0%7C5f7c/bookings");
        assert_eq!(of_path("/a b/\u{e9}/50%/?#[]"), "/a%20b/%C3%A9/50%25/%3F%23%5B%5D");
    }
}
