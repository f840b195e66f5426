//! The local issuer over HTTP: what a checker of its tokens reads, and `POST /_local/token`, which makes one.
//!
//! Where the service runs without an issuer, all of it is a 404. Pages that a browser shows get no token: from another
//! origin a request with JSON in it is asked about first, and nobody answers that here; and a name that somebody else lets
//! point to this machine is none of its own. Nor does another machine get one, where `--host` lets it in.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json,
    extract::{ConnectInfo, State},
    http::{HeaderMap, HeaderValue, StatusCode, header::HOST},
    response::{IntoResponse, Response},
};
use serde_json::json;
use url::{Host, Url};

use super::{Gateway, refusal};
use crate::aws::issuer::{Issuer, TokenError, TokenRequest};

pub(super) async fn configuration(State(gateway): State<Arc<Gateway>>) -> Response {
    publish(&gateway, |issuer| Json(issuer.configuration()).into_response())
}

pub(super) async fn keys(State(gateway): State<Arc<Gateway>>) -> Response {
    publish(&gateway, |issuer| Json(issuer.keys()).into_response())
}

pub(super) async fn token(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Json(request): Json<TokenRequest>,
) -> Response {
    if !gateway.host.is_of_this_machine(client.ip()) {
        return refusal(StatusCode::FORBIDDEN, "tokens are made for clients on this machine only");
    }
    if !headers.get(HOST).is_some_and(is_an_address) {
        return refusal(
            StatusCode::FORBIDDEN,
            "tokens are made under an address or localhost only, under no other name",
        );
    }
    publish(&gateway, |issuer| match issuer.token(&request) {
        Ok(token) => {
            let answer = json!({ "access_token": token, "token_type": "Bearer", "expires_in": request.expires_in });
            Json(answer).into_response()
        }
        Err(error) => refusal(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    })
}

/// An address cannot be let point to another machine, as a name can.
fn is_an_address(host: &HeaderValue) -> bool {
    let Some(host) = host.to_str().ok().and_then(|host| Url::parse(&format!("http://{host}/")).ok()) else {
        return false;
    };
    match host.host() {
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn publish(gateway: &Gateway, answer: impl FnOnce(&Issuer) -> Response) -> Response {
    match &gateway.issuer {
        Some(issuer) => answer(issuer),
        None => refusal(StatusCode::NOT_FOUND, &TokenError::Off.to_string()),
    }
}
