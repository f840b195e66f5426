//! The files of the page: those in the folder `page` of this crate.

use axum::body::Body;
use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use rust_embed::RustEmbed;

use crate::aws::interface::page::message;

#[derive(RustEmbed)]
#[folder = "page"]
struct Files;

/// The files have relative URLs, so the page's own ends with a slash.
pub(super) async fn redirect() -> Redirect {
    Redirect::temporary("/_local/")
}

pub(super) async fn index() -> Response {
    serve("index.html")
}

pub(super) async fn file(Path(name): Path<String>) -> Response {
    serve(&name)
}

fn serve(name: &str) -> Response {
    let Some(file) = Files::get(name) else { return message(StatusCode::NOT_FOUND, "Not Found") };
    let mut response = Body::from(file.data).into_response();
    let kind = file.metadata.mimetype();
    let charset = if kind.starts_with("text/") { "; charset=utf-8" } else { "" };
    if let Ok(kind) = HeaderValue::try_from(format!("{kind}{charset}")) {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_their_types_and_nothing_else_is_served() {
        let page = serve("index.html");
        assert_eq!(
            (page.status(), &page.headers()[CONTENT_TYPE]),
            (StatusCode::OK, &"text/html; charset=utf-8".parse().unwrap())
        );
        for name in ["", "..", "../Cargo.toml", "/etc/passwd", "index.html/", "nothing.js"] {
            assert_eq!(serve(name).status(), StatusCode::NOT_FOUND, "{name}");
        }
    }
}
