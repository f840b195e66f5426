//! A minimal HTTP/1.1 client, which can send malformed requests.

use std::collections::BTreeMap;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) struct Client {
    address: String,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    /// The last value of each name.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        super::json(&self.body)
    }
}

impl Client {
    pub(crate) fn new(url: &str) -> Self {
        Self { address: url.trim_start_matches("http://").to_owned() }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).await.unwrap()
    }

    pub(crate) async fn get(&self, target: &str) -> Answer {
        self.send(&format!("GET {target} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.address)).await
    }

    pub(crate) async fn request(&self, method: &str, target: &str, headers: &str, body: &str) -> Answer {
        let length = body.len();
        let host = &self.address;
        self.send(&format!("{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"))
            .await
    }

    /// Sends raw bytes.
    pub(crate) async fn send(&self, request: impl AsRef<[u8]>) -> Answer {
        let mut stream = self.connect().await;
        // A server may respond before the whole body has arrived.
        let _ = stream.write_all(request.as_ref()).await;
        Answer::read(stream).await
    }

    /// A `POST` that has arrived: the server confirmed it with `100 Continue` (RFC 9110, section 10.1.1). The response
    /// is still to come.
    pub(crate) async fn arrived(&self, headers: &str, body: &str) -> impl Future<Output = Answer> + use<> {
        let mut stream = self.connect().await;
        let (host, length) = (&self.address, body.len());
        let head = format!(
            "POST / HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\nexpect: 100-continue\r\n{headers}\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut interim = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
        stream.read_exact(&mut interim).await.unwrap();
        assert!(interim.starts_with(b"HTTP/1.1 100 "), "{interim:?}");
        stream.write_all(body.as_bytes()).await.unwrap();
        Answer::read(stream)
    }
}

impl Answer {
    /// Reads until the connection ends.
    async fn read(mut stream: TcpStream) -> Self {
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let text = String::from_utf8(answer).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers =
            lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { status, headers: headers.collect(), body: body.to_owned() }
    }
}
