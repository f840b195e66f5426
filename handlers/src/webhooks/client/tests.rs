use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use super::*;

/// How the server answers a connection.
#[derive(Clone)]
enum Answers {
    /// These bytes, and then nothing: the connection stays open.
    With(Vec<u8>),
    /// Nothing, and the connection stays open.
    Never,
    /// Nothing, and the connection is closed once the request was read.
    Closes,
}

/// A server on a free port, for one connection. Returns its port and a receiver of the request's bytes.
async fn serve(answers: Answers, tls: Option<ServerConfig>) -> (u16, oneshot::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, receiver) = oneshot::channel();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        match tls {
            None => respond(stream, answers, sender).await,
            Some(config) => {
                if let Ok(stream) = TlsAcceptor::from(Arc::new(config)).accept(stream).await {
                    respond(stream, answers, sender).await;
                }
            }
        }
    });
    (port, receiver)
}

async fn respond(mut stream: impl AsyncRead + AsyncWrite + Unpin, answers: Answers, told: oneshot::Sender<String>) {
    let mut request = Vec::new();
    while !request.ends_with(b"{}") {
        if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let _ = told.send(String::from_utf8(request).unwrap());
    match answers {
        Answers::Closes => return,
        Answers::Never => {}
        Answers::With(bytes) => {
            let _ = stream.write_all(&bytes).await;
        }
    }
    // Until the client hangs up.
    while stream.read_u8().await.is_ok() {}
}

fn request() -> Request<Full<Bytes>> {
    Request::post("/hook?key=1").header("host", "example.com").body(Full::from("{}")).unwrap()
}

/// A client of the port, over plain HTTP, that waits as long as webhooks do.
fn plain(port: u16) -> Client {
    Client::new(Address::parse(&format!("http://127.0.0.1:{port}/hook?key=1")).unwrap()).unwrap()
}

/// An authority and, signed by it, the configuration of a server with this name.
fn certified(name: &str, change: impl FnOnce(&mut CertificateParams)) -> (CertificateDer<'static>, ServerConfig) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    change(&mut params);
    let certificate = params.self_signed(&key).unwrap().der().clone();
    let private = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], private)
        .unwrap();
    (certificate, config)
}

/// A client of `localhost` at the port, over TLS, that trusts the certificate alone.
fn secure(port: u16, trusted: Option<CertificateDer<'static>>) -> Client {
    let mut roots = RootCertStore::empty();
    if let Some(certificate) = trusted {
        roots.add(certificate).unwrap();
    }
    let address = Address::parse(&format!("https://localhost:{port}/hook")).unwrap();
    Client { address, tls: Some(trusting(roots).unwrap()), time_limit: TIME_LIMIT }
}

fn status(code: u16, more: &str) -> Answers {
    Answers::With(format!("HTTP/1.1 {code} X\r\n{more}content-length: 0\r\n\r\n").into_bytes())
}

#[tokio::test]
async fn every_status_of_2xx_is_a_delivery_and_no_other() {
    for code in [200, 201, 202, 204, 299] {
        let (port, _) = serve(status(code, ""), None).await;
        assert_eq!(plain(port).post(request()).await, Ok(StatusCode::from_u16(code).unwrap()));
    }
    for code in [304, 400, 401, 404, 410, 429, 500, 503, 599] {
        let (port, _) = serve(status(code, ""), None).await;
        assert_eq!(plain(port).post(request()).await, Err(Reason::Status(StatusCode::from_u16(code).unwrap())));
    }
}

#[tokio::test]
async fn an_interim_response_is_not_the_answer() {
    let (port, _) = serve(Answers::With(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 500 X\r\n\r\n".into()), None).await;
    assert_eq!(plain(port).post(request()).await, Err(Reason::Status(StatusCode::INTERNAL_SERVER_ERROR)));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (elsewhere, mut followed) = serve(status(200, ""), None).await;
    for code in [301, 302, 303, 307, 308] {
        let location = format!("location: http://127.0.0.1:{elsewhere}/\r\n");
        let (port, _) = serve(status(code, &location), None).await;
        assert_eq!(plain(port).post(request()).await, Err(Reason::Status(StatusCode::from_u16(code).unwrap())));
    }
    assert!(followed.try_recv().is_err());
}

/// The server sends one byte of ten megabytes: whoever reads the body waits until the time is up.
#[tokio::test]
async fn the_body_of_the_response_is_not_waited_for() {
    let (port, _) = serve(Answers::With(b"HTTP/1.1 200 OK\r\ncontent-length: 10485760\r\n\r\nx".into()), None).await;
    assert_eq!(plain(port).post(request()).await, Ok(StatusCode::OK));
}

#[tokio::test]
async fn the_request_goes_to_path_and_query_of_the_address() {
    let (port, got) = serve(status(200, ""), None).await;
    plain(port).post(request()).await.unwrap();
    let got = got.await.unwrap();
    assert!(got.starts_with("POST /hook?key=1 HTTP/1.1\r\n") && got.contains("content-length: 2\r\n"), "{got}");
}

#[tokio::test]
async fn an_address_that_does_not_answer_is_given_up_in_time() {
    let head = Answers::With(b"HTTP/1.1 200 OK\r\nx-slow: ".into());
    for answers in [Answers::Never, head] {
        let (port, _) = serve(answers, None).await;
        let hasty = Client { time_limit: Duration::from_millis(50), ..plain(port) };
        assert_eq!(hasty.post(request()).await, Err(Reason::TimedOut));
    }
    // A server that accepts, and does not begin TLS.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hasty = Client { time_limit: Duration::from_millis(50), ..secure(listener.local_addr().unwrap().port(), None) };
    assert_eq!(hasty.post(request()).await, Err(Reason::TimedOut));
}

#[tokio::test]
async fn a_connection_that_ends_or_speaks_no_http_is_no_delivery() {
    for answers in [
        Answers::Closes,
        Answers::With(b"220 smtp.example.com ready\r\n".into()),
        Answers::With(b"HTTP/1.1 99 X\r\n\r\n".into()),
    ] {
        let (port, _) = serve(answers, None).await;
        assert_eq!(plain(port).post(request()).await, Err(Reason::Broken));
    }
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    assert_eq!(plain(closed).post(request()).await, Err(Reason::NotConnected));
}

#[tokio::test]
async fn a_certificate_that_is_trusted_and_of_the_name_is_taken() {
    let (trusted, config) = certified("localhost", |_| {});
    let (port, got) = serve(status(204, ""), Some(config)).await;
    assert_eq!(secure(port, Some(trusted)).post(request()).await, Ok(StatusCode::NO_CONTENT));
    assert!(got.await.unwrap().ends_with("\r\n\r\n{}"));
}

#[tokio::test]
async fn nothing_is_sent_to_a_wrong_certificate() {
    let (unknown, unknown_config) = certified("localhost", |_| {});
    let (other, other_config) = certified("other.example", |_| {});
    let (expired, expired_config) =
        certified("localhost", |params| params.not_after = rcgen::date_time_ymd(2020, 1, 1));
    drop(unknown);
    for (trusted, config) in [(None, unknown_config), (Some(other), other_config), (Some(expired), expired_config)] {
        let (port, mut got) = serve(status(200, ""), Some(config)).await;
        assert_eq!(secure(port, trusted).post(request()).await, Err(Reason::Tls));
        assert!(got.try_recv().is_err());
    }
}

#[tokio::test]
async fn a_server_without_tls_is_no_https() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        while stream.read_u8().await.is_ok() {}
    });
    assert_eq!(secure(port, None).post(request()).await, Err(Reason::Tls));
}

#[tokio::test]
async fn nothing_is_sent_unencrypted_to_another_machine() {
    let address = Address { host: "192.0.2.1".to_owned(), ..Address::parse("http://localhost/").unwrap() };
    assert_eq!(Client::new(address).unwrap().post(request()).await, Err(Reason::NotLoopback));
}
