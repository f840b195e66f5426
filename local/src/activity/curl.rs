//! A request as a command line of `curl`.

use axum::http::{HeaderName, Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::mask;
use super::requests::Request;

/// Headers that `curl` sets itself.
const OWN: [HeaderName; 6] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::EXPECT,
    header::UPGRADE,
];

/// The command for a POSIX shell. Secrets are masked. In place of a body that was not kept whole it names a file.
pub(super) fn command(request: &Request, api: &str) -> String {
    let query = request.query.as_ref().map_or_else(String::new, |query| format!("?{query}"));
    let mut words = vec!["curl".to_owned()];
    match request.method {
        Method::GET if request.body.whole() == Some(&[]) => {}
        Method::HEAD => words.push("--head".to_owned()),
        _ => words.extend(["-X".to_owned(), quoted(request.method.as_str())]),
    }
    // Without these, curl removes `..` from a path, and reads brackets as a range.
    words.extend(["--path-as-is".to_owned(), "--globoff".to_owned()]);
    words.push(quoted(&format!("{api}{}{query}", request.path)));
    for (name, value) in request.headers.iter().filter(|(name, _)| !OWN.contains(name)) {
        let value = mask::shown(name, value);
        // `name;` sends a header without a value, which `name:` would remove.
        let header = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        words.extend(["-H".to_owned(), quoted(&header)]);
    }
    let whole = request.body.whole();
    if whole != Some(&[]) && !request.headers.contains_key(header::CONTENT_TYPE) {
        // curl's default would be that of a form.
        words.extend(["-H".to_owned(), quoted("content-type:")]);
    }
    match (whole, request.body.text()) {
        (Some([]), _) => {}
        (Some(_), Some(text)) if !text.contains('\0') => words.extend(["--data-raw".to_owned(), quoted(text)]),
        (Some(bytes), _) => {
            let bytes = STANDARD.encode(bytes);
            return format!("printf %s {} | base64 -d | {} --data-binary @-", quoted(&bytes), words.join(" "));
        }
        (None, _) => words.extend(["--data-binary".to_owned(), "@request-body".to_owned()]),
    }
    words.join(" ")
}

/// A word in single quotes: the shell changes nothing in them.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::requests::Requests;
    use crate::aws::interface::observe::RequestHead;

    fn of(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> String {
        let pairs = headers.iter().map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap()));
        let (method, uri) = (method.parse().unwrap(), target.parse().unwrap());
        let head = RequestHead {
            id: "id",
            client: ([127, 0, 0, 1], 1).into(),
            method: &method,
            uri: &uri,
            headers: &pairs.collect(),
        };
        let mut requests = Requests::new();
        requests.begin(&head);
        requests.read("id", body);
        command(requests.get("id").unwrap(), "http://127.0.0.1:3000")
    }

    #[test]
    fn a_read_is_its_address_and_a_write_has_method_headers_and_body() {
        assert_eq!(
            of("GET", "/a?b=[1]", &[("host", "x"), ("accept", "*/*")], b""),
            "curl --path-as-is --globoff 'http://127.0.0.1:3000/a?b=[1]' -H 'accept: */*'"
        );
        assert_eq!(
            of("POST", "/a", &[("content-type", "application/json"), ("content-length", "2")], b"{}"),
            "curl -X 'POST' --path-as-is --globoff 'http://127.0.0.1:3000/a' -H 'content-type: application/json' --data-raw '{}'"
        );
        assert!(of("HEAD", "/a", &[], b"").starts_with("curl --head "));
    }

    #[test]
    fn quotes_of_a_request_do_not_end_those_of_the_shell() {
        let command = of("X'", "/a'$(b)", &[("x-y", "it's")], b"o'clock `date`");
        assert!(command.contains(r"-X 'X'\'''"), "{command}");
        assert!(command.contains(r"'http://127.0.0.1:3000/a'\''$(b)'"), "{command}");
        assert!(command.contains(r"-H 'x-y: it'\''s'"), "{command}");
        assert!(command.ends_with(r"-H 'content-type:' --data-raw 'o'\''clock `date`'"), "{command}");
    }

    #[test]
    fn secrets_are_masked_bytes_are_in_base64_and_a_long_body_is_a_file() {
        let command = of("GET", "/a", &[("authorization", "Bearer secret"), ("x-empty", "")], b"");
        assert!(command.ends_with("-H 'authorization: •••' -H 'x-empty;'"), "{command}");
        let command = of("PUT", "/a", &[("content-type", "a/b")], &[0xff, 0]);
        assert!(command.starts_with("printf %s '/wA=' | base64 -d | curl ") && command.ends_with("--data-binary @-"));
        assert!(of("PUT", "/a", &[], &vec![b'x'; 70_000]).ends_with("--data-binary @request-body"));
    }
}
