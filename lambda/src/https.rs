//! The HTTP client below the SDK: hyper's HTTP/1.1 over rustls with ring.
//!
//! A function works on one request at a time and talks to few endpoints, all of which speak HTTP/1.1. The SDK's
//! ready-made client also carries HTTP/2, proxies and a search for the system's certificates: a fifth of every function's
//! package. And it opens a connection only when a request is waiting for it.

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

/// How long TCP's handshake may take; TLS's is part of the SDK's limit of an attempt.
const CONNECT: Duration = Duration::from_secs(1);
/// A connection that nothing was sent over for this long is not used again: the other end may have closed it meanwhile.
const IDLE: Duration = Duration::from_mins(1);

type Connector = HttpsConnector<TcpConnector<Resolver>>;
type BoxError = Box<dyn Error + Send + Sync>;

/// Requests over connections that are kept open. Clones share them.
#[derive(Clone)]
pub(super) struct Https {
    connector: Connector,
    /// Connects in the init phase.
    first: Connector,
    open: Arc<Mutex<Vec<Connection>>>,
}

/// A connection between two requests.
struct Connection {
    sender: SendRequest<SdkBody>,
    /// Scheme, host and port.
    endpoint: Uri,
    used: Instant,
    /// The SDK has had a bad experience with it.
    poisoned: Arc<AtomicBool>,
}

impl fmt::Debug for Https {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Https")
    }
}

impl Https {
    /// Trusts `roots`. An endpoint that begins with `http://` is reached without TLS.
    ///
    /// # Errors
    /// When rustls has no version of TLS left to speak, which cannot be with ring.
    pub(super) fn new(roots: RootCertStore) -> Result<Self, rustls::Error> {
        let mut provider = ring::default_provider();
        // Offered first, as it is the cheapest and what Amazon's endpoints choose themselves.
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

    /// As the SDK wants it.
    pub(super) fn shared(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(self.clone());
        http_client_fn(move |_, _| connector.clone())
    }

    /// Opens a connection for the first request to come, in the init phase. Nothing is sent over it yet.
    ///
    /// # Errors
    /// When there is nobody at `url`, or nobody to trust.
    pub(super) async fn open(&self, url: &str) -> Result<(), BoxError> {
        let endpoint = endpoint(&url.parse()?)?;
        let connection = connect(self.first.clone(), endpoint).await?;
        self.keep(connection);
        Ok(())
    }

    fn keep(&self, connection: Connection) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }

    /// A connection that is open and has nothing to do. One that is still receiving an answer stays where it is.
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
                    // The other end had closed the connection before anything of the request was written.
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
    // The task ends with the connection; a request that waits for its answer is then told why.
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

/// Where a request goes, without what it asks for.
fn endpoint(uri: &Uri) -> Result<Uri, BoxError> {
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some("/".parse()?);
    Ok(Uri::from_parts(parts)?)
}

/// As a request stands on its connection: the host in a header, and the path alone (RFC 9112, section 3.2).
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

/// Lets the SDK put a connection aside on which an attempt has failed, so that the next takes another.
fn metadata(poisoned: Arc<AtomicBool>) -> ConnectionMetadata {
    ConnectionMetadata::builder().proxied(false).poison_fn(move || poisoned.store(true, Ordering::Relaxed)).build()
}

/// What the SDK's retries have to know of a failure: whether it may pass.
fn classify(error: hyper::Error) -> ConnectorError {
    if error.is_timeout() {
        ConnectorError::timeout(error.into())
    } else if error.is_user() {
        ConnectorError::user(error.into())
    } else if error.is_parse() {
        ConnectorError::other(error.into(), None)
    } else {
        // The connection ended before the answer did.
        ConnectorError::other(error.into(), Some(ErrorKind::TransientError))
    }
}
