//! `/docs` and `/openapi.json`: the API's documentation. The page loads nothing from other hosts.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use tokio::sync::OnceCell;

use super::swagger;
use crate::aws::interface::page::{Page, message};
use crate::project::openapi::{self, Api};

/// Swagger UI with the header and the colours of the pages below `/_local/`, in place of its own `index.html`.
const INDEX: &str = include_str!("../../page/docs.html");

struct Docs {
    api: Api,
    /// Assembled at the first request.
    text: OnceCell<String>,
}

/// The pages. A route of the service for the same path takes precedence.
pub(super) fn pages(api: Api) -> [Page; 4] {
    let docs = Arc::new(Docs { api, text: OnceCell::new() });
    [
        ("/openapi.json", get(document).with_state(docs)),
        ("/docs", get(page)),
        ("/docs/", get(index)),
        ("/docs/{*file}", get(file)),
    ]
    .map(|(path, handler)| Page { path: path.into(), handler, yields: true })
}

async fn document(State(docs): State<Arc<Docs>>) -> Response {
    match docs.text.get_or_try_init(async || docs.api.document().await.map(|it| openapi::text(&it))).await {
        Ok(text) => typed("application/json", text.clone().into()),
        Err(reason) => message(StatusCode::SERVICE_UNAVAILABLE, &reason.to_string()),
    }
}

/// The page's assets have relative URLs, so its own ends with a slash.
async fn page() -> Redirect {
    Redirect::temporary("/docs/")
}

async fn index() -> Response {
    typed("text/html", INDEX.into())
}

async fn file(Path(name): Path<String>) -> Response {
    if name == "index.html" { index().await } else { asset(&name) }
}

fn asset(name: &str) -> Response {
    match swagger::file(name) {
        Ok(Some((media_type, bytes))) => typed(media_type, bytes.into()),
        Ok(None) => message(StatusCode::NOT_FOUND, "Not Found"),
        Err(error) => message(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

fn typed(content_type: &str, body: Body) -> Response {
    let mut response = body.into_response();
    if let Ok(content_type) = HeaderValue::from_str(content_type) {
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    }
    response
}
