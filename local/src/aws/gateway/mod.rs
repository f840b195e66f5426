//! API Gateway's HTTP API, with payload format 2.0.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
//!
//! Responses of the gateway itself, as of an HTTP API. A REST API differs: 403 for an unknown path, 502 and 504 for a
//! failed function.
//!
//! | status | when |
//! |---|---|
//! | 400 | a path or a `Host` that cannot be read |
//! | 401 | the route asks for a token, and there is none or a bad one |
//! | 403 | the token is good, and has none of the route's scopes |
//! | 404 | no route for this method and path |
//! | 413 | the body is over 10 MB, or the function's request over Lambda's 6 MB |
//! | 431 | request line and headers over 10,240 bytes |
//! | 500 | the function failed, crashed, ran into its own timeout, or answered nonsense |
//! | 503 | no answer within 30 seconds, or the function is at its concurrency limit |
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>

mod authorizer;
mod cors;
mod observed;
mod path;
mod request;
mod response;
mod routes;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use bytes::Bytes;
use chrono::Utc;
use jsonwebtoken::jwk::JwkSet;
use tokio::time::timeout;
use uuid::Uuid;

use self::authorizer::{Denied, Grant};
use self::observed::Observed;
use self::request::Incoming;
use self::routes::Routes;
use crate::aws::interface::body::{self, Unread};
use crate::aws::interface::error::Failure;
use crate::aws::interface::invoke::{Cause, Invoke, Request as Invocation};
use crate::aws::interface::observe::Observer;
use crate::aws::interface::page::{Page, message};
use crate::aws::interface::trace::Trace;
use crate::base::log::Logger;
use crate::project::template::{Access, Cors, Template};

/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>
const BODY_LIMIT: usize = 10 * 1024 * 1024;
const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(30);
const REQUEST_ID: HeaderName = HeaderName::from_static("apigw-requestid");

/// State of the HTTP API.
pub(crate) struct Gateway {
    routes: Routes,
    cors: Option<Cors>,
    functions: Arc<dyn Invoke>,
    logger: Logger,
    observer: Arc<dyn Observer>,
    /// Headers that authorizers read tokens from. A recorder masks them.
    secrets: Vec<HeaderName>,
    port: u16,
    /// The issuer's public keys, where `--auth` is on.
    keys: Option<JwkSet>,
}

impl Gateway {
    pub(crate) fn new(
        template: &Template,
        functions: Arc<dyn Invoke>,
        keys: Option<JwkSet>,
        logger: Logger,
        observer: Arc<dyn Observer>,
        port: u16,
    ) -> Self {
        let (routes, cors) = (Routes::new(&template.functions), template.cors.clone());
        let secrets = observed::secrets(template);
        Self { routes, cors, functions, logger, observer, secrets, port, keys }
    }

    /// The routes and the pages beside them. It is served with the client's address as `ConnectInfo`.
    pub(crate) fn router(self, pages: Vec<Page>) -> Router {
        let is_free = |path: &str| self.routes.find("GET", path).is_none_or(|found| found.route_key == "$default");
        let pages = pages.into_iter().filter(|page| !page.yields || is_free(&page.path));
        let router = pages.fold(Router::new(), |router, page| router.route(&page.path, page.handler.with_state(())));
        router.fallback(answer).with_state(Arc::new(self))
    }

    /// The claims that the function receives, where the route has an authorizer.
    fn authorize(&self, access: Option<&Access>, head: &Parts) -> Result<Option<Grant>, Denied> {
        let Some(access) = access else { return Ok(None) };
        let keys = self.keys.as_ref().ok_or(Denied::Missing)?;
        authorizer::check(access, &head.headers, &head.uri, keys, Utc::now()).map(Some)
    }
}

/// Handles and logs a request.
async fn answer(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    mut request: Request,
) -> Response {
    let started = Instant::now();
    // A listener on `::` reports an IPv4 client with a mapped IPv6 address.
    let client = SocketAddr::new(client.ip().to_canonical(), client.port());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let cross_origin = gateway.cors.as_ref().zip(request.headers().get(header::ORIGIN).cloned());
    let request_id = request_id();
    observed::mark(&gateway.secrets, request.headers_mut());
    let observed = Observed::begin(&gateway.observer, &request_id, client, &request);
    let mut response = match cross_origin {
        Some((cors, origin)) if method == Method::OPTIONS => cors::preflight(cors, &origin),
        Some((cors, origin)) => {
            let mut response = handle(&gateway, client, &request_id, request).await;
            cors::decorate(cors, &origin, response.headers_mut());
            response
        }
        None => handle(&gateway, client, &request_id, request).await,
    };
    if let Ok(value) = HeaderValue::try_from(request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let response = observed.end(response).await;
    gateway.logger.access(method.as_str(), &path, response.status().as_u16(), started.elapsed().as_millis());
    response
}

async fn handle(gateway: &Arc<Gateway>, client: SocketAddr, request_id: &str, request: Request) -> Response {
    let (head, body) = request.into_parts();
    if request::head_size(&head) > request::HEAD_LIMIT {
        return message(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Request Header Fields Too Large");
    }
    let (Some(path), Some(host)) = (path::decode(head.uri.path()), request::host(&head, gateway.port)) else {
        return message(StatusCode::BAD_REQUEST, "Bad Request");
    };
    let Some(found) = gateway.routes.find(head.method.as_str(), &path) else {
        observed::read(&gateway.observer, request_id, &head.headers, body).await;
        return message(StatusCode::NOT_FOUND, "Not Found");
    };
    let grant = match gateway.authorize(found.access, &head) {
        Ok(grant) => grant,
        Err(reason) => {
            observed::read(&gateway.observer, request_id, &head.headers, body).await;
            return unauthorized(&reason);
        }
    };
    let body = match body::read(body, &head.headers, BODY_LIMIT).await {
        Ok(body) => body,
        Err(Unread::TooLarge) => return too_large(),
        // The client has disconnected, and does not read this.
        Err(Unread::Incomplete) => return message(StatusCode::BAD_REQUEST, "Bad Request"),
    };
    gateway.observer.request_read(request_id, &body);
    let trace = Trace::of_header(head.headers.get("x-amzn-trace-id").and_then(|value| value.to_str().ok()));
    let (trace_of, port, grant) = (&trace, gateway.port, grant.as_ref());
    let incoming = Incoming { head: &head, path, host, client, request_id, trace: trace_of, port, grant };
    let event = Bytes::from(request::event(&incoming, &found, &body).to_string());
    drop(body);
    gateway.observer.request_routed(request_id, found.function, trace.root());
    let cause = Cause::Gateway(request_id.to_owned());
    let invocation = Invocation { cause, ..Invocation::new(event, trace) };
    let invocation = gateway.functions.invoke(found.function, invocation);
    match timeout(INTEGRATION_TIMEOUT, invocation).await {
        Err(_) => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        Ok(Ok(payload)) => response::from_payload(&payload).unwrap_or_else(|reason| {
            gateway.logger.say(found.function, &format!("ERROR the answer is no HTTP response: {reason}"));
            broken()
        }),
        Ok(Err(error)) => match error.failure {
            Failure::Request => too_large(),
            Failure::Throttled | Failure::Stopping => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
            _ => broken(),
        },
    }
}

fn unauthorized(reason: &Denied) -> Response {
    let mut response = match reason {
        Denied::Missing | Denied::Invalid(_) => message(StatusCode::UNAUTHORIZED, "Unauthorized"),
        Denied::Scope(_) => message(StatusCode::FORBIDDEN, "Forbidden"),
    };
    let challenge = HeaderValue::try_from(reason.challenge()).unwrap_or(HeaderValue::from_static("Bearer"));
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    response
}

fn too_large() -> Response {
    message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
}

fn broken() -> Response {
    message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}

/// Sixteen characters, like API Gateway's request ids: `JKJaXmPLvHcESHA=`. They are those of a path segment.
fn request_id() -> String {
    URL_SAFE.encode(&Uuid::new_v4().as_bytes()[..11])
}
