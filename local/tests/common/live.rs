//! A client of `GET /_local/live`.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Client;

const DEADLINE: Duration = Duration::from_secs(20);

pub(crate) struct Live(BufReader<TcpStream>);

impl Live {
    pub(crate) async fn open(url: &str) -> Self {
        let mut stream = Client::new(url).connect().await;
        stream.write_all(b"GET /_local/live HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").await.unwrap();
        let mut live = Self(BufReader::new(stream));
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(live.0.read_line(&mut head).await.unwrap() > 0, "{head}");
        }
        assert!(head.starts_with("HTTP/1.1 200") && head.contains("content-type: text/event-stream"), "{head}");
        live
    }

    /// The next event with its data.
    pub(crate) async fn next(&mut self) -> (String, Value) {
        self.read().await.expect("an event")
    }

    /// The data of the next event of this name for which it holds.
    pub(crate) async fn until(&mut self, event: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let found = async {
            loop {
                let (name, data) = self.next().await;
                if name == event && holds(&data) {
                    return data;
                }
            }
        };
        timeout(DEADLINE, found).await.unwrap_or_else(|_| panic!("no such event: {event}"))
    }

    /// Reads until the connection ends.
    pub(crate) async fn ended(mut self) {
        while self.read().await.is_some() {}
    }

    async fn read(&mut self) -> Option<(String, Value)> {
        let (mut event, mut data) = (String::new(), None);
        loop {
            let mut line = String::new();
            if timeout(DEADLINE, self.0.read_line(&mut line)).await.expect("a line in time").unwrap_or(0) == 0 {
                return None;
            }
            // Lines between the events are lengths of chunks.
            if let Some(name) = line.strip_prefix("event: ") {
                name.trim_end().clone_into(&mut event);
            } else if let Some(text) = line.strip_prefix("data: ") {
                data = Some(super::json(text));
            }
            if let Some(data) = data.take() {
                return Some((event, data));
            }
        }
    }
}
