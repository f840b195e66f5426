//! HTTP API of the local issuer: its `OpenID` configuration, its keys, and `POST /_local/token`, which makes a token.
//!
//! Without `--auth` each is a 404. A web page gets no token: a cross-origin request with JSON needs a preflight, which
//! is not answered, and a `Host` that is a foreign name is refused (DNS rebinding). Another machine gets none either,
//! even where `--host` admits it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::header::HOST;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;

use super::{Issuer, TOKEN_PATH, TokenError, TokenRequest};
use crate::aws::interface::page::{Page, message};
use crate::base::listen::{Host, is_an_address};

#[derive(Clone)]
struct Api {
    issuer: Option<Arc<Issuer>>,
    host: Host,
}

pub(crate) fn pages(issuer: Option<Arc<Issuer>>, host: Host) -> [Page; 3] {
    let api = Api { issuer, host };
    [
        ("/_local/issuer/.well-known/openid-configuration", get(configuration)),
        ("/_local/issuer/jwks.json", get(keys)),
        (TOKEN_PATH, post(token)),
    ]
    .map(|(path, handler)| Page { path: path.into(), handler: handler.with_state(api.clone()), yields: false })
}

async fn configuration(State(api): State<Api>) -> Response {
    publish(&api, |issuer| Json(issuer.configuration()).into_response())
}

async fn keys(State(api): State<Api>) -> Response {
    publish(&api, |issuer| Json(issuer.keys()).into_response())
}

async fn token(
    State(api): State<Api>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Json(request): Json<TokenRequest>,
) -> Response {
    if !api.host.is_of_this_machine(client.ip()) {
        return message(StatusCode::FORBIDDEN, "tokens are made for clients on this machine only");
    }
    if !headers.get(HOST).is_some_and(is_an_address) {
        return message(
            StatusCode::FORBIDDEN,
            "tokens are made under an address or localhost only, under no other name",
        );
    }
    publish(&api, |issuer| match issuer.token(&request) {
        Ok(token) => {
            let answer = json!({ "access_token": token, "token_type": "Bearer", "expires_in": request.expires_in });
            Json(answer).into_response()
        }
        Err(error) => message(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    })
}

fn publish(api: &Api, answer: impl FnOnce(&Issuer) -> Response) -> Response {
    match &api.issuer {
        Some(issuer) => answer(issuer),
        None => message(StatusCode::NOT_FOUND, &TokenError::Off.to_string()),
    }
}
