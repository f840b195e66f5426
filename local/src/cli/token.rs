//! `cargo local token`: requests a token of the running service, which has the key.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use bytes::Bytes;
use clap::Args;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::time::timeout;

use crate::aws::issuer::{TOKEN_PATH, TokenRequest};
use crate::base::listen::Host;

const PATIENCE: Duration = Duration::from_secs(10);

/// Print a token of the issuer of a running `cargo local --auth`
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The subject
    #[arg(long)]
    sub: String,

    /// Scopes, separated by spaces [default: all scopes of the template's routes]
    #[arg(long)]
    scope: Option<String>,

    /// The audience [default: that of the template's authorizer]
    #[arg(long)]
    audience: Option<String>,

    /// Lifetime in seconds; a negative one makes an expired token
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, allow_negative_numbers = true)]
    expires_in: i64,

    /// The --host of the service
    #[arg(long, value_name = "ADDRESS", default_value_t = Host::Localhost)]
    host: Host,

    /// Port of the service's HTTP API
    #[arg(long, default_value_t = 3000)]
    port: u16,
}

/// Returns the token.
pub(super) async fn fetch(arguments: Arguments) -> Result<String, String> {
    let Arguments { sub, scope, audience, expires_in, host, port } = arguments;
    let request = TokenRequest { sub, scope, audience, expires_in };
    let body = serde_json::to_vec(&request).map_err(|error| error.to_string())?;
    let start = format!("start it with `cargo local --auth{}`", place(host, port));
    let unreachable = |reason: String| {
        format!("no service answers on port {port} ({reason}); {start}, or name the port it has with --port <PORT>")
    };
    let (status, answer) = match timeout(PATIENCE, post(host, port, body)).await {
        Ok(answer) => answer.map_err(unreachable)?,
        Err(_) => return Err(unreachable("it takes too long".to_owned())),
    };
    let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    match (status, text("access_token"), text("message")) {
        (StatusCode::OK, Some(token), _) => Ok(token.to_owned()),
        (StatusCode::NOT_FOUND, _, Some(message)) => Err(format!("{message}; {start}")),
        (_, _, Some(message)) => Err(message.to_owned()),
        _ => Err(format!("what answers on port {port} is not `cargo local`; {start}")),
    }
}

/// Options for a service's address, empty for the default one.
pub(super) fn place(host: Host, port: u16) -> String {
    let host = if host == Host::Localhost { String::new() } else { format!(" --host {host}") };
    let port = if port == 3000 { String::new() } else { format!(" --port {port}") };
    host + &port
}

/// An error is a phrase.
async fn post(host: Host, port: u16, body: Vec<u8>) -> Result<(StatusCode, Bytes), String> {
    let address = SocketAddr::new(host.reachable(), port);
    let request = Request::post(format!("http://{address}{TOKEN_PATH}"))
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| error.to_string())?;
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request).await.map_err(|error| innermost(&error))?;
    let status = response.status();
    let body = Body::new(response.into_body()).collect().await.map_err(|error| error.to_string())?;
    Ok((status, body.to_bytes()))
}

fn innermost(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
