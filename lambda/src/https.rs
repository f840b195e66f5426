//! HTTP client of the AWS SDK: hyper's HTTP/1.1 over rustls with ring.
//!
//! A function works on one request at a time and calls few endpoints, all of which speak HTTP/1.1. The SDK's own client
//! also contains HTTP/2, proxies and a search for the system's certificates: a fifth of every function's package. It
//! also opens a connection only when a request is waiting for it.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector as TcpConnector;
use hyper_util::client::legacy::connect::dns::GaiResolver;
use lambda_http::Service;
use lambda_http::http::header::{HOST, HeaderValue, USER_AGENT};
use lambda_http::http::{Request, Response, Uri};
use rustls::crypto::ring;
use rustls::{CipherSuite, ClientConfig, RootCertStore};

use super::resolver::Resolver;
use super::service::user_agent;

/// Time limit of TCP's handshake. TLS's handshake counts towards the SDK's limit of an attempt.
const CONNECT: Duration = Duration::from_secs(1);
/// A connection that was idle for this long is not reused: the server may have closed it.
const IDLE: Duration = Duration::from_mins(1);

type Connector = HttpsConnector<TcpConnector<Resolver>>;
type BoxError = Box<dyn Error + Send + Sync>;

/// HTTP client that keeps connections open. Clones share the connections.
#[derive(Clone)]
pub(super) struct Https {
    connector: Connector,
    /// Connector of the init phase.
    first: Connector,
    open: Arc<Mutex<Vec<Connection>>>,
}

/// An idle connection.
struct Connection {
    sender: SendRequest<SdkBody>,
    /// Scheme, host and port.
    endpoint: Uri,
    used: Instant,
    /// Set by the SDK after an attempt failed on this connection.
    poisoned: Arc<AtomicBool>,
}

impl fmt::Debug for Https {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Https")
    }
}

impl Https {
    /// Creates a client that trusts `roots`. Endpoints with `http://` are called without TLS.
    ///
    /// # Errors
    /// When rustls supports no version of TLS, which cannot happen with ring.
    pub(super) fn new(roots: RootCertStore) -> Result<Self, rustls::Error> {
        let mut provider = ring::default_provider();
        // Offered first: it is the cheapest, and Amazon's endpoints choose it too.
        provider.cipher_suites.sort_by_key(|suite| suite.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
        let tls = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            connector: connector(tls.clone(), Resolver::InThread(GaiResolver::new())),
            first: connector(tls, Resolver::Blocking),
            open: Arc::default(),
        })
    }

    /// This client as the SDK's HTTP client.
    pub(super) fn shared(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(self.clone());
        http_client_fn(move |_, _| connector.clone())
    }

    /// Opens a connection in the init phase, for the first request. Sends nothing over it.
    ///
    /// # Errors
    /// When `url` cannot be reached, or its certificate is not trusted.
    pub(super) async fn open(&self, url: &str) -> Result<(), BoxError> {
        let endpoint = endpoint(&url.parse()?)?;
        let connection = connect(self.first.clone(), endpoint).await?;
        self.keep(connection);
        Ok(())
    }

    fn keep(&self, connection: Connection) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }

    /// Takes an idle connection to the endpoint. One that is still receiving a response stays in the pool.
    fn take(&self, endpoint: &Uri) -> Option<Connection> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|connection| {
            let poisoned = connection.poisoned.load(Ordering::Relaxed);
            !poisoned && !connection.sender.is_closed() && connection.used.elapsed() < IDLE
        });
        let place = open.iter().rposition(|found| found.sender.is_ready() && found.endpoint == *endpoint)?;
        Some(open.swap_remove(place))
    }

    async fn send(
        &self,
        mut request: Request<SdkBody>,
        capture: Option<CaptureSmithyConnection>,
    ) -> Result<Response<hyper::body::Incoming>, ConnectorError> {
        let endpoint = endpoint(request.uri()).map_err(ConnectorError::user)?;
        prepare(&mut request).map_err(ConnectorError::user)?;
        loop {
            let kept = self.take(&endpoint);
            let is_kept = kept.is_some();
            let mut connection = match kept {
                Some(connection) => connection,
                None => connect(self.connector.clone(), endpoint.clone()).await.map_err(ConnectorError::io)?,
            };
            if let Some(capture) = &capture {
                let poisoned = Arc::clone(&connection.poisoned);
                capture.set_connection_retriever(move || Some(metadata(Arc::clone(&poisoned))));
            }
            match connection.sender.try_send_request(request).await {
                Ok(answer) => {
                    connection.used = Instant::now();
                    self.keep(connection);
                    return Ok(answer);
                }
                Err(mut refused) => match refused.take_message() {
                    // The server had closed the connection before anything of the request was written: try again on
                    // another one.
                    Some(unsent) if is_kept => request = unsent,
                    _ => return Err(classify(refused.into_error())),
                },
            }
        }
    }
}

fn connector(tls: ClientConfig, resolver: Resolver) -> Connector {
    let mut tcp = TcpConnector::new_with_resolver(resolver);
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT));
    HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp)
}

async fn connect(mut connector: Connector, endpoint: Uri) -> Result<Connection, BoxError> {
    poll_fn(|context| connector.poll_ready(context)).await?;
    let stream = connector.call(endpoint.clone()).await?;
    let (sender, connection) = http1::handshake(stream).await?;
    // The task ends with the connection. A request that waits for its response then gets the error.
    tokio::spawn(connection);
    Ok(Connection { sender, endpoint, used: Instant::now(), poisoned: Arc::default() })
}

impl HttpConnector for Https {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let capture = request.extensions().get::<CaptureSmithyConnection>().cloned();
        let https = self.clone();
        HttpConnectorFuture::new(async move {
            let answer = https.send(request, capture).await?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Scheme, host and port of a URI.
fn endpoint(uri: &Uri) -> Result<Uri, BoxError> {
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some("/".parse()?);
    Ok(Uri::from_parts(parts)?)
}

/// Puts a request into the form that is sent: the host in a header, and the path alone as target (RFC 9112, section
/// 3.2).
fn prepare(request: &mut Request<SdkBody>) -> Result<(), BoxError> {
    request.headers_mut().insert(USER_AGENT, user_agent());
    let uri = std::mem::take(request.uri_mut()).into_parts();
    if let Some(authority) = uri.authority {
        request.headers_mut().insert(HOST, HeaderValue::from_str(authority.as_str())?);
    }
    if let Some(path) = uri.path_and_query {
        *request.uri_mut() = Uri::from(path);
    }
    Ok(())
}

/// Lets the SDK discard a connection on which an attempt has failed, so that the next attempt uses another one.
fn metadata(poisoned: Arc<AtomicBool>) -> ConnectionMetadata {
    ConnectionMetadata::builder().proxied(false).poison_fn(move || poisoned.store(true, Ordering::Relaxed)).build()
}

/// Classifies an error for the SDK's retries: transient or not.
fn classify(error: hyper::Error) -> ConnectorError {
    if error.is_timeout() {
        ConnectorError::timeout(error.into())
    } else if error.is_user() {
        ConnectorError::user(error.into())
    } else if error.is_parse() {
        ConnectorError::other(error.into(), None)
    } else {
        // The connection ended before the response did.
        ConnectorError::other(error.into(), Some(ErrorKind::TransientError))
    }
}
