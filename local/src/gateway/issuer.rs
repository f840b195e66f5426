//! The local issuer over HTTP: what a checker of its tokens reads, and `POST /_local/token`, which makes one.
//!
//! Where the service runs without an issuer, all of it is a 404. Pages that a browser shows get no token: from another
//! origin a request with JSON in it is asked about first, and nobody answers that here; and a name that somebody else lets
//! point to this machine is none of its own.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header::HOST},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{Gateway, refusal};
use crate::auth::{Issuer, TokenError, TokenRequest};

pub(super) async fn configuration(State(gateway): State<Arc<Gateway>>) -> Response {
    publish(&gateway, |issuer| Json(issuer.configuration()).into_response())
}

pub(super) async fn keys(State(gateway): State<Arc<Gateway>>) -> Response {
    publish(&gateway, |issuer| Json(issuer.keys()).into_response())
}

pub(super) async fn token(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Json(request): Json<TokenRequest>,
) -> Response {
    if !headers.get(HOST).is_some_and(of_this_machine) {
        return refusal(StatusCode::FORBIDDEN, "tokens are made for 127.0.0.1 and localhost only");
    }
    publish(&gateway, |issuer| match issuer.token(&request) {
        Ok(token) => {
            let answer = json!({ "access_token": token, "token_type": "Bearer", "expires_in": request.expires_in });
            Json(answer).into_response()
        }
        Err(error) => refusal(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    })
}

fn of_this_machine(host: &HeaderValue) -> bool {
    let host = host.to_str().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "127.0.0.1" || name.eq_ignore_ascii_case("localhost")
}

fn publish(gateway: &Gateway, answer: impl FnOnce(&Issuer) -> Response) -> Response {
    match &gateway.issuer {
        Some(issuer) => answer(issuer),
        None => refusal(StatusCode::NOT_FOUND, &TokenError::Off.to_string()),
    }
}
