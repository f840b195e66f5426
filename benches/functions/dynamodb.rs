//! Fake DynamoDB over HTTPS, with fixed responses. It counts calls and connections.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{CipherSuite, ServerConfig};

use crate::{engine, sweeps};

/// Number of bookings on a page of a list.
pub(crate) const PAGE: usize = 50;

/// A running fake.
pub(crate) struct DynamoDb {
    /// The URL, `https://localhost:...`.
    pub(crate) url: String,
    /// The certificate that a function has to trust.
    pub(crate) bundle: PathBuf,
    calls: Arc<Mutex<BTreeMap<String, usize>>>,
    connections: Arc<AtomicUsize>,
    due: Arc<AtomicUsize>,
}

impl DynamoDb {
    /// Starts the server with a new certificate. The issuer's certificate is written to `directory`.
    pub(crate) async fn start(directory: &Path) -> Result<Self, Box<dyn Error>> {
        let (certificate, tls) = certificates()?;
        let bundle = directory.join("roots.pem");
        fs::write(&bundle, certificate)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("https://localhost:{}", listener.local_addr()?.port());
        let calls = Arc::new(Mutex::new(BTreeMap::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let (acceptor, counted) = (TlsAcceptor::from(Arc::new(tls)), Arc::clone(&calls));
        let accepted = Arc::clone(&connections);
        let due = Arc::new(AtomicUsize::new(0));
        let timers = Arc::clone(&due);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                accepted.fetch_add(1, Ordering::Relaxed);
                let (acceptor, calls, timers) = (acceptor.clone(), Arc::clone(&counted), Arc::clone(&timers));
                tokio::spawn(async move {
                    let _ = stream.set_nodelay(true);
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let serve = service_fn(|request| answer(Arc::clone(&calls), Arc::clone(&timers), request));
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), serve).await;
                });
            }
        });
        Ok(Self { url, bundle, calls, connections, due })
    }

    /// Sets how many reminders are due in each of four shards, for both sweepers.
    pub(crate) fn set_due(&self, due: usize) {
        self.due.store(due, Ordering::Relaxed);
    }

    /// The number of connections since the last call of this function.
    pub(crate) fn take_connections(&self) -> usize {
        self.connections.swap(0, Ordering::Relaxed)
    }

    /// The number of calls by operation, since the last call of this function.
    pub(crate) fn take_calls(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// An issuer's certificate, and a server configuration with a certificate that it has issued.
fn certificates() -> Result<(String, ServerConfig), Box<dyn Error>> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // The name differs from the server's: OpenSSL takes a certificate with equal issuer and subject for a self-signed
    // one.
    authority.distinguished_name.push(DnType::CommonName, "Bench CA");
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let server = CertificateParams::new(vec!["localhost".to_owned()])?.signed_by(&key, &authority)?;
    let mut provider = ring::default_provider();
    provider.cipher_suites.sort_by_key(|suite| suite.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
    let mut tls = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![server.der().clone()], PrivateKeyDer::try_from(key.serialize_der())?)?;
    // The server chooses the cipher suite, as Amazon's endpoints do, so that it is the same for every client.
    tls.ignore_client_order = true;
    Ok((authority.pem(), tls))
}

async fn answer(
    calls: Arc<Mutex<BTreeMap<String, usize>>>,
    due: Arc<AtomicUsize>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| target.split('.').next_back()).unwrap_or_default().to_owned();
    let request = request.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let body = match operation.as_str() {
        "GetItem" if contains(&request, "SWEEP") => json!({ "Item": sweeps::watermark() }).to_string(),
        "GetItem" => json!({ "Item": booking(0) }).to_string(),
        "Query" if contains(&request, "TIMER#") || contains(&request, "due_index") => {
            sweeps::page(&serde_json::from_slice(&request).unwrap_or_default(), due.load(Ordering::Relaxed))
        }
        "Query" => page((0..PAGE).map(booking)),
        "BatchGetItem" if contains(&request, "RESOURCE#") => {
            engine::ground(&serde_json::from_slice(&request).unwrap_or_default())
        }
        "BatchGetItem" => json!({ "Responses": {}, "UnprocessedKeys": {} }).to_string(),
        "TransactGetItems" => json!({ "Responses": [{ "Item": booking(0) }] }).to_string(),
        _ => "{}".to_owned(),
    };
    *calls.lock().unwrap_or_else(PoisonError::into_inner).entry(operation).or_default() += 1;
    // boto3 checks the checksum.
    let mut checksum = flate2::Crc::new();
    checksum.update(body.as_bytes());
    let mut response = Response::new(Full::from(body));
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static("application/x-amz-json-1.0"));
    headers.insert("x-amzn-requestid", HeaderValue::from_static("0A1B2C3D4E5F"));
    headers.insert("x-amz-crc32", HeaderValue::from(checksum.sum()));
    Ok(response)
}

fn contains(request: &[u8], text: &str) -> bool {
    request.windows(text.len()).any(|part| part == text.as_bytes())
}

/// A page of a query.
pub(crate) fn page(items: impl Iterator<Item = Value>) -> String {
    let items: Vec<_> = items.collect();
    json!({ "Count": items.len(), "ScannedCount": items.len(), "Items": items }).to_string()
}

/// A booking as it is stored.
fn booking(place: usize) -> Value {
    let id = format!("722fbf9c-42d9-5494-89ad-{place:012x}");
    let text = |text: &str| json!({ "S": text });
    let number = |number: u64| json!({ "N": number.to_string() });
    json!({
        "pk": text(&format!("BOOKING#{id}")), "sk": text("BOOKING"),
        "booking_id": text(&id), "user_id": text("alice"), "resource_id": text("room-1"), "status": text("active"),
        "start_time": text("2099-06-01T10:00:00.000Z"), "end_time": text("2099-06-01T11:00:00.000Z"),
        "created_at": text("2026-11-22T09:20:16.481Z"), "updated_at": text("2026-11-22T09:20:16.481Z"),
        "reminder_lead_seconds": number(900), "reminder_due": number(4_083_991_500),
        "reminder_generation": number(1), "timer_shard": number(2), "version": number(1),
        "request_fingerprint": text("9b74c989-7bac-5a9c-ae17-6a54b1d2c1f5"),
    })
}
