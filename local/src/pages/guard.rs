//! Guards the pages against other sites in the same browser.
//!
//! A page of another origin says so in its `Origin` header: <https://fetch.spec.whatwg.org/#origin-header>. A page under a
//! name that points to this machine (DNS rebinding) has its own name in `Host`.

use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use url::Url;

use crate::aws::interface::page::{Page, message};
use crate::base::listen::is_an_address;

/// Scripts and styles are files of the page. `data:` is for icons in style sheets.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";

/// Headers of all answers.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// A page that only itself and programs of this machine can use.
pub(crate) fn guarded(page: Page) -> Page {
    Page { handler: page.handler.layer(from_fn(guard)), ..page }
}

async fn guard(request: Request, next: Next) -> Response {
    let mut response = match refusal(request.headers()) {
        Some(reason) => message(StatusCode::FORBIDDEN, reason),
        None => next.run(request).await,
    };
    response.headers_mut().extend(HEADERS);
    response
}

fn refusal(headers: &HeaderMap) -> Option<&'static str> {
    let host = headers.get(HOST).filter(|host| is_an_address(host));
    let Some(host) = host else {
        return Some("this page is under an address or localhost only, under no other name");
    };
    let foreign = headers.get_all(ORIGIN).iter().any(|origin| !is_own(origin, host));
    foreign.then_some("this page is not for pages of other origins")
}

/// Whether an origin is that of a page under `host`.
fn is_own(origin: &HeaderValue, host: &HeaderValue) -> bool {
    let url = |text: &str| Url::parse(text).ok().map(|url| url.origin()).filter(url::Origin::is_tuple);
    let origin = origin.to_str().ok().and_then(url);
    let own = host.to_str().ok().and_then(|host| url(&format!("http://{host}/")));
    origin.is_some() && origin == own
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::from_iter([(HOST, host.parse().unwrap())]);
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        refusal(&headers).is_some()
    }

    #[test]
    fn the_page_itself_and_programs_are_admitted() {
        for (host, origin) in [
            ("127.0.0.1:3000", None),
            ("localhost:3000", Some("http://localhost:3000")),
            ("[::1]:3000", Some("http://[::1]:3000")),
            ("192.168.1.7:3000", Some("http://192.168.1.7:3000")),
            ("localhost", Some("http://localhost")),
            ("localhost:80", Some("http://localhost")),
            ("LOCALHOST:3000", Some("http://localhost:3000")),
        ] {
            assert!(!is_refused(host, origin), "{host} {origin:?}");
        }
    }

    #[test]
    fn other_origins_and_other_names_are_refused() {
        for (host, origin) in [
            ("evil.example:3000", None),
            ("evil.example:3000", Some("http://evil.example:3000")),
            ("localhost.evil.example", None),
            ("127.0.0.1.evil.example", None),
            ("", None),
            ("127.0.0.1:3000", Some("http://evil.example")),
            ("127.0.0.1:3000", Some("http://localhost:3000")),
            ("127.0.0.1:3000", Some("http://127.0.0.1:3001")),
            ("127.0.0.1:3000", Some("https://127.0.0.1:3000")),
            ("127.0.0.1:3000", Some("null")),
            ("127.0.0.1:3000", Some("")),
            ("127.0.0.1:3000", Some("file://")),
        ] {
            assert!(is_refused(host, origin), "{host} {origin:?}");
        }
        assert!(refusal(&HeaderMap::new()).is_some(), "without a Host");
    }
}
