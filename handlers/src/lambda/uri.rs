//! Paths as they stand in a URI.

use std::fmt::Write;

/// A decoded path, such as API Gateway hands over, as a URI reference: all that RFC 3986 (section 3.3) does not let stand
/// in a path is percent-encoded.
pub(super) fn of_path(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
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
    use super::{before_route, of_path};

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
