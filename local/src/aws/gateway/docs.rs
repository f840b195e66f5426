//! `/docs` and `/openapi.json`: the API's documentation, with a page to try it, from nothing but this machine.

use std::{sync::Arc, sync::LazyLock};

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use utoipa_swagger_ui::Config;

use super::{Gateway, refusal};
use crate::project::openapi;

/// The page's own way to where the document is.
const DOCUMENT: &str = "/openapi.json";

/// Asked of the functions once, when somebody wants to read it.
pub(super) async fn document(State(gateway): State<Arc<Gateway>>) -> Response {
    let document = gateway.document.get_or_try_init(async || gateway.api.document().await.map(|it| openapi::text(&it)));
    match document.await {
        Ok(text) => typed("application/json", text.clone().into()),
        Err(reason) => refusal(StatusCode::SERVICE_UNAVAILABLE, &reason.to_string()),
    }
}

/// The page's parts name each other by where they are, so its address ends in a slash.
pub(super) async fn page() -> Redirect {
    Redirect::temporary("/docs/")
}

pub(super) async fn index() -> Response {
    asset("index.html")
}

pub(super) async fn file(Path(name): Path<String>) -> Response {
    asset(&name)
}

fn asset(name: &str) -> Response {
    static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
        // "none" asks no validator on the internet.
        let config = Config::new([DOCUMENT]).use_base_layout().validator_url("none").default_models_expand_depth(0);
        Arc::new(config.try_it_out_enabled(true).display_operation_id(true).persist_authorization(true))
    });
    match utoipa_swagger_ui::serve(name, Arc::clone(&CONFIG)) {
        Ok(Some(file)) => typed(&file.content_type, file.bytes.into_owned().into()),
        Ok(None) => refusal(StatusCode::NOT_FOUND, "Not Found"),
        Err(error) => refusal(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

fn typed(content_type: &str, body: Body) -> Response {
    let mut response = body.into_response();
    if let Ok(content_type) = HeaderValue::from_str(content_type) {
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    }
    response
}
