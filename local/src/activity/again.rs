//! Sending a request again, and recognizing it at the gateway.

use std::collections::HashMap;
use std::net::SocketAddr;

use axum::http::{HeaderMap, HeaderName, Method, header};
use bytes::Bytes;
use tokio::sync::oneshot;

use super::requests::Request;

/// Headers of a connection, and those that the new request has of its own.
const OWN: [HeaderName; 11] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::EXPECT,
];

/// A request that was recorded whole.
#[derive(Debug)]
pub(crate) struct Original {
    pub method: Method,
    /// Path and query.
    pub target: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Why a request cannot be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Incomplete {
    /// It is not among the last thousand.
    Gone,
    /// Its path, query and headers are too long to be kept.
    Head,
    /// Its body is too long to be kept, or was not read.
    Body,
}

impl Original {
    pub(super) fn of(request: &Request) -> Result<Self, Incomplete> {
        if request.beheaded {
            return Err(Incomplete::Head);
        }
        let body = request.body.whole().ok_or(Incomplete::Body)?;
        let mut headers = request.headers.clone();
        for name in OWN {
            headers.remove(name);
        }
        let query = request.query.as_ref().map_or_else(String::new, |query| format!("?{query}"));
        let target = format!("{}{query}", request.path);
        Ok(Self { method: request.method.clone(), target, headers, body: Bytes::copy_from_slice(body) })
    }
}

/// The senders that wait for the ids of their requests, by the addresses that they send from.
#[derive(Default)]
pub(super) struct Awaited(HashMap<SocketAddr, oneshot::Sender<String>>);

impl Awaited {
    pub(super) fn add(&mut self, client: SocketAddr) -> oneshot::Receiver<String> {
        // Of those that gave up.
        self.0.retain(|_, sender| !sender.is_closed());
        let (sender, receiver) = oneshot::channel();
        self.0.insert(client, sender);
        receiver
    }

    pub(super) fn arrived(&mut self, client: SocketAddr, id: &str) {
        if let Some(sender) = self.0.remove(&client) {
            let _ = sender.send(id.to_owned());
        }
    }
}
