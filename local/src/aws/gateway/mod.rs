//! API Gateway's HTTP API in front of the functions, with payload format 2.0.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
//!
//! What the gateway answers itself, as an HTTP API does (a REST API differs: 403 for an unknown path, 502 and 504 for a
//! broken function):
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

mod body;
mod cors;
mod docs;
mod events;
mod issuer;
mod path;
mod queues;
mod request;
mod response;
mod routes;

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::Response,
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use chrono::Utc;
use tokio::{sync::OnceCell, task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use self::{request::Incoming, routes::Routes};
use crate::{
    aws::{
        bus::Bus,
        issuer::{self as auth, Grant, Issuer, Refusal},
        queue::Queues,
        runtime::{Failure, Functions, Trace},
    },
    base::{
        listen::{Host, Listeners},
        log::Logger,
    },
    project::{
        openapi::Api,
        template::{Access, Cors, Template},
    },
};

/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>
const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(30);
const REQUEST_ID: HeaderName = HeaderName::from_static("apigw-requestid");

/// Everything a request may need.
pub(crate) struct Gateway {
    pub routes: Routes,
    pub cors: Option<Cors>,
    pub functions: Functions,
    pub bus: Bus,
    pub queues: Queues,
    pub logger: Logger,
    pub host: Host,
    pub port: u16,
    /// Whose tokens are checked.
    pub issuer: Option<Arc<Issuer>>,
    pub api: Api,
    /// What `api` says, once somebody has asked.
    pub document: OnceCell<String>,
}

impl Gateway {
    pub(crate) fn new(
        template: &Template,
        api: Api,
        functions: Functions,
        (bus, queues): (Bus, Queues),
        logger: Logger,
        (host, port): (Host, u16),
        issuer: Option<Arc<Issuer>>,
    ) -> Self {
        let cors = template.cors.clone();
        let (routes, document) = (Routes::new(&template.functions), OnceCell::new());
        Self { routes, cors, functions, bus, queues, logger, host, port, issuer, api, document }
    }

    /// Answers until told to stop, then finishes what has begun.
    pub(crate) async fn serve(self, listeners: Listeners, stop: CancellationToken) {
        let app = self.router().into_make_service_with_connect_info::<SocketAddr>();
        let mut served = JoinSet::new();
        for socket in listeners.into_sockets() {
            let serving = axum::serve(socket, app.clone()).with_graceful_shutdown(stop.clone().cancelled_owned());
            served.spawn(serving.into_future());
        }
        // An accept error is retried inside; there is no other.
        while served.join_next().await.is_some() {}
    }

    /// What is not the service's own stands here beside it. A route of the service's own is the service's, whatever it is.
    fn router(self) -> Router {
        let documentation = [
            ("/openapi.json", get(docs::document)),
            ("/docs", get(docs::page)),
            ("/docs/", get(docs::index)),
            ("/docs/{*file}", get(docs::file)),
        ];
        let is_free = |path: &str| self.routes.find("GET", path).is_none_or(|found| found.route_key == "$default");
        let documentation = documentation.into_iter().filter(|(path, _)| is_free(path));
        documentation
            .fold(Router::new(), |router, (path, handler)| router.route(path, handler))
            .route("/_local/events", get(events::list))
            .route("/_local/queues", get(queues::list))
            .route("/_local/issuer/.well-known/openid-configuration", get(issuer::configuration))
            .route("/_local/issuer/jwks.json", get(issuer::keys))
            .route(auth::TOKEN_PATH, post(issuer::token))
            .fallback(answer)
            .with_state(Arc::new(self))
    }

    /// What the function may know of who calls, where the route asks for it.
    fn authorize(&self, access: Option<&Access>, head: &Parts) -> Result<Option<Grant>, Refusal> {
        let Some(access) = access else { return Ok(None) };
        let issuer = self.issuer.as_ref().ok_or(Refusal::Missing)?;
        auth::check(access, &head.headers, &head.uri, issuer.keys(), Utc::now()).map(Some)
    }
}

/// One request, answered and logged.
async fn answer(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let started = Instant::now();
    // A listener on `::` gives an IPv4 client an IPv6 address.
    let client = SocketAddr::new(client.ip().to_canonical(), client.port());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let cross_origin = gateway.cors.as_ref().zip(request.headers().get(header::ORIGIN).cloned());
    let request_id = request_id();
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
    gateway.logger.access(method.as_str(), &path, response.status().as_u16(), started.elapsed().as_millis());
    response
}

async fn handle(gateway: &Arc<Gateway>, client: SocketAddr, request_id: &str, request: Request) -> Response {
    let (head, body) = request.into_parts();
    if request::head_size(&head) > request::HEAD_LIMIT {
        return refusal(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Request Header Fields Too Large");
    }
    let (Some(path), Some(host)) = (path::decode(head.uri.path()), request::host(&head, gateway.port)) else {
        return refusal(StatusCode::BAD_REQUEST, "Bad Request");
    };
    let Some(found) = gateway.routes.find(head.method.as_str(), &path) else {
        return refusal(StatusCode::NOT_FOUND, "Not Found");
    };
    let grant = match gateway.authorize(found.access, &head) {
        Ok(grant) => grant,
        Err(reason) => return unauthorized(&reason),
    };
    let body = match body::read(body, &head.headers).await {
        Ok(body) => body,
        Err(body::Unread::TooLarge) => return too_large(),
        // Whoever sent half a body is not there to read this.
        Err(body::Unread::Broken) => return refusal(StatusCode::BAD_REQUEST, "Bad Request"),
    };
    let trace = Trace::of_header(head.headers.get("x-amzn-trace-id").and_then(|value| value.to_str().ok()));
    let (trace_of, port, grant) = (&trace, gateway.port, grant.as_ref());
    let incoming = Incoming { head: &head, path, host, client, request_id, trace: trace_of, port, grant };
    let event = Bytes::from(request::event(&incoming, &found, &body).to_string());
    drop(body);
    match timeout(INTEGRATION_TIMEOUT, gateway.functions.invoke(found.function, event, trace)).await {
        Err(_) => refusal(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        Ok(Ok(payload)) => response::from_payload(&payload).unwrap_or_else(|reason| {
            gateway.logger.say(found.function, &format!("ERROR the answer is no HTTP response: {reason}"));
            broken()
        }),
        Ok(Err(error)) => match error.failure {
            Failure::Request => too_large(),
            Failure::Throttled | Failure::Stopping => refusal(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
            _ => broken(),
        },
    }
}

fn unauthorized(reason: &Refusal) -> Response {
    let mut response = match reason {
        Refusal::Missing | Refusal::Invalid(_) => refusal(StatusCode::UNAUTHORIZED, "Unauthorized"),
        Refusal::Scope(_) => refusal(StatusCode::FORBIDDEN, "Forbidden"),
    };
    let challenge = HeaderValue::try_from(reason.challenge()).unwrap_or(HeaderValue::from_static("Bearer"));
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    response
}

fn too_large() -> Response {
    refusal(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
}

fn broken() -> Response {
    refusal(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}

/// An answer of the gateway's own.
fn refusal(status: StatusCode, message: &str) -> Response {
    let mut response = Response::new(Body::from(serde_json::json!({ "message": message }).to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
    response
}

/// Sixteen characters, as API Gateway's: `JKJaXmPLvHcESHA=`.
fn request_id() -> String {
    STANDARD.encode(&Uuid::new_v4().as_bytes()[..11])
}
