//! Reports a request to the recorder, from its head to its answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, EXPECT};
use axum::http::{HeaderMap, HeaderName};
use axum::response::Response;
use http_body_util::BodyExt;
use tokio::time::timeout;

use crate::aws::interface::observe::{Answer, Observer, RequestHead};
use crate::project::template::{Authorizer, Identity, Jwt, Template};

/// A longer body of a refused request is not read.
const SHORT: u64 = 64 * 1024;
/// How long a refused request may take to arrive.
const PATIENCE: Duration = Duration::from_secs(1);

/// Reads and reports the short body of a refused request, so that it can be sent again once there is a route for it.
pub(super) async fn read(observer: &Arc<dyn Observer>, id: &str, headers: &HeaderMap, body: Body) {
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    // A client with `Expect: 100-continue` waits for the answer before it sends the body.
    if headers.contains_key(EXPECT) || !length.is_some_and(|length| (1..=SHORT).contains(&length)) {
        return;
    }
    if let Ok(Ok(body)) = timeout(PATIENCE, body.collect()).await {
        observer.request_read(id, &body.to_bytes());
    }
}

/// The headers that the template's authorizers read tokens from.
pub(super) fn secrets(template: &Template) -> Vec<HeaderName> {
    let identities = template.guarded().filter_map(|(_, access)| match &access.authorizer {
        Authorizer::Jwt(Jwt { identity: Identity::Header(name), .. }) => name.parse().ok(),
        _ => None,
    });
    identities.collect()
}

/// Marks the values of these headers as secrets.
pub(super) fn mark(secrets: &[HeaderName], headers: &mut HeaderMap) {
    for (name, value) in headers.iter_mut() {
        if secrets.contains(name) {
            value.set_sensitive(true);
        }
    }
}

/// A request without an answer. When it is dropped, its client has disconnected.
pub(super) struct Observed {
    observer: Arc<dyn Observer>,
    id: String,
    answered: bool,
}

impl Observed {
    pub(super) fn begin(observer: &Arc<dyn Observer>, id: &str, client: SocketAddr, request: &Request) -> Self {
        let (method, uri, headers) = (request.method(), request.uri(), request.headers());
        observer.request_began(&RequestHead { id, client, method, uri, headers });
        Self { observer: observer.clone(), id: id.to_owned(), answered: false }
    }

    pub(super) async fn end(mut self, response: Response) -> Response {
        let (head, body) = response.into_parts();
        // The gateway's bodies are in memory: this neither waits nor fails.
        let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        self.observer
            .request_ended(&self.id, Some(Answer { status: head.status, headers: &head.headers, body: &body }));
        self.answered = true;
        Response::from_parts(head, Body::from(body))
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        if !self.answered {
            self.observer.request_ended(&self.id, None);
        }
    }
}
