//! HTTP client of the database behind the front.

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Request, Uri, Version, header};
use axum::response::Response;
use bytes::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::broken;

/// Headers of a connection (RFC 9110, section 7.6.1), and the one that this server has already obeyed.
const HOP_BY_HOP: [HeaderName; 8] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::EXPECT,
];

pub(super) struct Upstream {
    client: Client<HttpConnector, Body>,
    uri: Uri,
}

impl Upstream {
    pub(super) fn new(uri: Uri) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self { client: Client::builder(TokioExecutor::new()).build(connector), uri }
    }

    /// Passes a request on.
    pub(super) async fn send(&self, head: Parts, body: Bytes) -> Response {
        self.stream(head, Body::from(body)).await
    }

    /// Passes a request on while it arrives.
    pub(super) async fn stream(&self, head: Parts, body: Body) -> Response {
        let mut request = Request::from_parts(head, body);
        let mut parts = self.uri.clone().into_parts();
        parts.path_and_query = request.uri().path_and_query().cloned().or(parts.path_and_query);
        let Ok(uri) = Uri::from_parts(parts) else { return broken() };
        *request.uri_mut() = uri;
        *request.version_mut() = Version::HTTP_11;
        clean(request.headers_mut());
        match self.client.request(request).await {
            Ok(response) => {
                let mut response = response.map(Body::new);
                clean(response.headers_mut());
                response
            }
            Err(_) => broken(),
        }
    }
}

fn clean(headers: &mut HeaderMap) {
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}
