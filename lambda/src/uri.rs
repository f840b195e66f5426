//! Percent-encoding of paths and queries.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All characters except `pchar` and `/` (RFC 3986, section 3.3).
const PATH: &AsciiSet = &all_but(b"-._~!$&'()*+,;=:@/");
/// All characters except those allowed in a pair of a query (RFC 3986, section 3.4). `+` is encoded, because it would
/// be read as a space.
const QUERY: &AsciiSet = &all_but(b"-._~!$'()*,;:@/?");

const fn all_but(kept: &[u8]) -> AsciiSet {
    let mut set = NON_ALPHANUMERIC.remove(kept[0]);
    let mut index = 1;
    while index < kept.len() {
        set = set.remove(kept[index]);
        index += 1;
    }
    set
}

/// Encodes a decoded path, as API Gateway passes it, as a URI reference.
pub(super) fn of_path(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}

/// Appends a pair to a query, encoded.
pub(super) fn push_pair(uri: &mut String, name: &str, value: &str) {
    uri.extend(utf8_percent_encode(name, QUERY));
    uri.push('=');
    uri.extend(utf8_percent_encode(value, QUERY));
}

/// The prefix of a custom domain's API mapping in a request's path, such as `/v1`. API Gateway removes it to find the
/// route, but leaves it in the path that the function receives.
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
            ("/notes", "/notes", ""),
            ("/v1/notes", "/notes", "/v1"),
            ("/a/v2/notes/1/cancel", "/notes/{note_id}/cancel", "/a/v2"),
            ("", "/notes", ""),
            ("notes", "/notes", ""),
        ] {
            assert_eq!(before_route(path, route), before, "{path}");
        }
    }

    #[test]
    fn only_what_may_stand_in_a_path_does() {
        assert_eq!(of_path("/users/a.b_c-d:e@f+1/notes"), "/users/a.b_c-d:e@f+1/notes");
        assert_eq!(of_path("/users/auth0|5f7c/notes"), "/users/auth0%7C5f7c/notes");
        assert_eq!(of_path("/a b/\u{e9}/50%/?#[]"), "/a%20b/%C3%A9/50%25/%3F%23%5B%5D");
    }
}
