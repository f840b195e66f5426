//! An address that webhooks are sent to, which can answer in the ways of the real ones.

use std::sync::{Arc, Mutex};

use handlers::booking::Timestamp;
use rustls::ServerConfig;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::eventually;
use super::verify::verify;

/// How a webhook is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answering {
    Status(u16),
    /// 500 as often as this, then 200.
    Fails(usize),
    /// 307 to this address.
    Redirect(String),
    /// Never.
    Hangs,
    /// The connection ends before an answer.
    Closes,
    /// 200 with ten megabytes.
    Large,
}

/// A webhook as it came.
#[derive(Debug, Clone)]
pub struct Got {
    head: String,
    pub text: String,
    pub body: Value,
}

impl Got {
    pub fn header(&self, name: &str) -> &str {
        let line = self.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("no {name}: {}", self.head))
    }

    /// The request line.
    pub fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    pub fn kind(&self) -> &str {
        self.body["type"].as_str().expect("a type")
    }

    /// The same with this signature alone.
    pub fn with_signature(mut self, signature: &str) -> Self {
        let all = self.header("webhook-signature").to_owned();
        self.head = self.head.replace(&all, signature);
        self
    }

    /// Whether it is signed by the secret.
    pub fn is_signed_by(&self, secret: &str) -> bool {
        let (at, signatures) = (self.header("webhook-timestamp"), self.header("webhook-signature"));
        verify(secret, self.id(), at, signatures, &self.text, Timestamp::now().seconds())
    }
}

/// The address.
#[derive(Clone)]
pub struct Receiver {
    pub port: u16,
    state: Arc<Mutex<(Answering, Vec<Got>)>>,
}

impl Receiver {
    pub async fn start(answering: Answering) -> Self {
        Self::over(None, answering).await
    }

    /// Over TLS, if there is a configuration of it.
    pub async fn over(tls: Option<ServerConfig>, answering: Answering) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let receiver = Self { port, state: Arc::new(Mutex::new((answering, Vec::new()))) };
        let (serving, tls) = (receiver.clone(), tls.map(|config| TlsAcceptor::from(Arc::new(config))));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (receiver, tls) = (serving.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => receiver.serve(stream).await,
                        Some(tls) => receiver.serve(tls.accept(stream).await.ok()?).await,
                    }
                });
            }
        });
        receiver
    }

    /// The address over plain HTTP.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    /// Answers otherwise from now on.
    pub fn answer(&self, answering: Answering) {
        self.state.lock().unwrap().0 = answering;
    }

    /// Every webhook that came, in order.
    pub fn got(&self) -> Vec<Got> {
        self.state.lock().unwrap().1.clone()
    }

    /// Waits until `count` webhooks came.
    pub async fn wait(&self, count: usize) -> Vec<Got> {
        eventually(&format!("{count} webhooks come"), async || Some(self.got()).filter(|got| got.len() >= count)).await
    }

    async fn serve(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> Option<()> {
        let (head, body) = read(&mut stream).await?;
        let text = String::from_utf8(body).ok()?;
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        let (answering, count) = {
            let mut state = self.state.lock().unwrap();
            state.1.push(Got { head, text, body });
            (state.0.clone(), state.1.len())
        };
        let (status, headers, body) = match answering {
            Answering::Closes => return None,
            Answering::Hangs => return std::future::pending().await,
            Answering::Status(status) => (status, String::new(), Vec::new()),
            Answering::Fails(most) => (if count > most { 200 } else { 500 }, String::new(), Vec::new()),
            Answering::Redirect(to) => (307, format!("location: {to}\r\n"), Vec::new()),
            Answering::Large => (200, String::new(), vec![b'x'; 10 * 1024 * 1024]),
        };
        let head = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).await.ok()?;
        // The sender hangs up before it has read all of it.
        stream.write_all(&body).await.ok()
    }
}

/// The head and the body of a request.
async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(place) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break place + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let length: usize = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())?;
    let mut body = bytes.split_off(end);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some((head, body))
}
