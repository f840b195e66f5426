//! HTTP client of webhooks: a connection and a `POST` for each.
//!
//! No connection is kept. A process is frozen between invocations, so one that was kept may have been closed long ago.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use lambda::InitError;
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::address::Address;

/// Time limit of a try: name, connection, TLS, request, and the head of the response.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Why a webhook was not delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// The response has another status than 2xx.
    Status(StatusCode),
    /// No response within [`TIME_LIMIT`].
    TimedOut,
    /// The host's name has no address.
    NoAddress,
    /// A name that has to be of this machine has the address of another one.
    NotLoopback,
    /// The connection was refused, or the host cannot be reached.
    NotConnected,
    /// TLS failed: the certificate is not trusted, is of another name, or has expired; or no version is shared.
    Tls,
    /// The connection ended before a response, or the response is not HTTP.
    Broken,
}

impl Reason {
    /// The reason's name in the log.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Status(_) => "status",
            Self::TimedOut => "timed out",
            Self::NoAddress => "no address",
            Self::NotLoopback => "not a loopback address",
            Self::NotConnected => "not connected",
            Self::Tls => "TLS failed",
            Self::Broken => "no HTTP response",
        }
    }

    /// The status, if there was a response.
    pub(super) fn status(self) -> Option<u16> {
        match self {
            Self::Status(status) => Some(status.as_u16()),
            _ => None,
        }
    }
}

/// Client of one address.
#[derive(Clone)]
pub(super) struct Client {
    pub(super) address: Address,
    tls: Option<TlsConnector>,
    time_limit: Duration,
}

impl Client {
    /// Creates a client that trusts the system's certificates, or those in the file that `SSL_CERT_FILE` names.
    ///
    /// # Errors
    /// When the address asks for TLS, and there is no trusted certificate.
    pub(super) fn new(address: Address) -> Result<Self, InitError> {
        let tls = if address.secure { Some(trusting(roots()?)?) } else { None };
        Ok(Self { address, tls, time_limit: TIME_LIMIT })
    }

    /// Sends the request, which has neither URI nor host yet. The body of the response is not read, and a redirect is not
    /// followed.
    ///
    /// # Errors
    /// When the response has another status than 2xx, or there is none in time.
    pub(super) async fn post(&self, request: Request<Full<Bytes>>) -> Result<StatusCode, Reason> {
        let status = timeout(self.time_limit, self.send(request)).await.unwrap_or(Err(Reason::TimedOut))?;
        if status.is_success() { Ok(status) } else { Err(Reason::Status(status)) }
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<StatusCode, Reason> {
        let stream = self.connect().await?;
        let Some(tls) = &self.tls else { return exchange(stream, request).await };
        let name = ServerName::try_from(self.address.host.clone()).map_err(|_| Reason::Tls)?;
        exchange(tls.connect(name, stream).await.map_err(|error| refused(&error))?, request).await
    }

    async fn connect(&self) -> Result<TcpStream, Reason> {
        let found = lookup_host((self.address.host.as_str(), self.address.port)).await;
        let found: Vec<_> = found.map_err(|_| Reason::NoAddress)?.collect();
        // Nothing is sent unencrypted to another machine, whatever a name server says of `localhost`.
        let allowed: Vec<_> = found
            .iter()
            .copied()
            .filter(|address| self.tls.is_some() || address.ip().to_canonical().is_loopback())
            .collect();
        match (found.is_empty(), allowed.is_empty()) {
            (true, _) => Err(Reason::NoAddress),
            (false, true) => Err(Reason::NotLoopback),
            _ => TcpStream::connect(&allowed[..]).await.map_err(|_| Reason::NotConnected),
        }
    }
}

/// Why a TLS handshake has failed. rustls wraps its errors in those of `io`.
fn refused(error: &io::Error) -> Reason {
    match error.get_ref() {
        Some(inner) if inner.is::<rustls::Error>() => Reason::Tls,
        _ => Reason::Broken,
    }
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<StatusCode, Reason>
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|_| Reason::Broken)?;
    // Both are dropped with the status: that closes the connection, however long the response's body is.
    let answer = match select(pin!(sender.send_request(request)), pin!(connection)).await {
        Either::Left((answer, _)) => answer,
        Either::Right((_, answer)) => answer.await,
    };
    answer.map(|response| response.status()).map_err(|_| Reason::Broken)
}

/// The system's trusted certificates. `provided.al2023` has Fedora's file of them, `/etc/pki/tls/certs/ca-bundle.crt`, which
/// [functions in Go](https://docs.aws.amazon.com/lambda/latest/dg/golang-package.html) on this runtime
/// [read, too](https://github.com/golang/go/blob/master/src/crypto/x509/root_linux.go).
fn roots() -> Result<RootCertStore, InitError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(InitError::new(
            "the system has no trusted certificates: install the package ca-certificates, or name a file of them in SSL_CERT_FILE",
        ));
    }
    Ok(roots)
}

fn trusting(roots: RootCertStore) -> Result<TlsConnector, InitError> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| InitError::new(format!("TLS cannot be set up: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

#[cfg(test)]
mod tests;
