//! Fake EventBridge that records all accepted events and can fail in the ways of the real one.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use super::proxy::read;

/// An event that the bus has accepted.
#[derive(Debug, Clone)]
pub struct Taken {
    pub detail_type: String,
    pub detail: Value,
    pub at: Instant,
}

/// The fake bus. It accepts everything until [`FailingBus::fail`] is called.
#[derive(Clone)]
pub struct FailingBus {
    pub url: String,
    state: Arc<Mutex<State>>,
}

struct State {
    taken: Vec<Taken>,
    /// The bookings whose reminder was refused the last time.
    refused: BTreeSet<String>,
    failing: bool,
    random: fastrand::Rng,
}

impl FailingBus {
    pub async fn start(seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = State {
            taken: Vec::new(),
            refused: BTreeSet::new(),
            failing: false,
            random: fastrand::Rng::with_seed(seed),
        };
        let bus = Self { url, state: Arc::new(Mutex::new(state)) };
        let serving = bus.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let bus = serving.clone();
                tokio::spawn(async move { bus.serve(stream).await });
            }
        });
        bus
    }

    /// Turns failures on or off. Of a hundred calls, 8 are throttled, 5 are answered 500, and 3 are accepted without a
    /// response. In all other calls, 30 % of the entries fail.
    pub fn fail(&self, failing: bool) {
        self.state.lock().unwrap().failing = failing;
    }

    /// The accepted events after the first `seen`, in order.
    pub fn taken_after(&self, seen: usize) -> Vec<Taken> {
        self.state.lock().unwrap().taken[seen..].to_vec()
    }

    /// The bookings whose reminder was refused and has not been accepted since.
    pub fn refused(&self) -> BTreeSet<String> {
        self.state.lock().unwrap().refused.clone()
    }

    async fn serve(&self, mut stream: TcpStream) -> Option<()> {
        loop {
            let (_, body) = read(&mut stream).await?;
            let request: Value = serde_json::from_slice(&body).ok()?;
            let (status, answer) = self.answer(&request)?;
            let answer = answer.to_string();
            let head = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\n\r\n",
                answer.len()
            );
            stream.write_all(head.as_bytes()).await.ok()?;
            stream.write_all(answer.as_bytes()).await.ok()?;
        }
    }

    /// The status and the body; `None` to close the connection.
    fn answer(&self, request: &Value) -> Option<(u16, Value)> {
        let mut state = self.state.lock().unwrap();
        let luck = if state.failing { state.random.u8(..100) } else { 100 };
        match luck {
            0..8 => return Some((400, json!({"__type": "ThrottlingException", "message": "Rate exceeded"}))),
            8..13 => return Some((500, json!({"__type": "InternalException", "message": "injected"}))),
            _ => {}
        }
        let mut entries = Vec::new();
        let mut failed = 0;
        for entry in request["Entries"].as_array()? {
            let detail: Value = serde_json::from_str(entry["Detail"].as_str()?).ok()?;
            let detail_type = entry["DetailType"].as_str()?.to_owned();
            let reminds = (detail_type == "ReminderDue").then(|| detail["booking_id"].as_str().unwrap().to_owned());
            if (16..100).contains(&luck) && state.random.u8(..100) < 30 {
                failed += 1;
                entries.push(json!({"ErrorCode": "InternalFailure", "ErrorMessage": "injected"}));
                state.refused.extend(reminds);
                continue;
            }
            if let Some(booking) = reminds {
                state.refused.remove(&booking);
            }
            state.taken.push(Taken { detail_type, detail, at: Instant::now() });
            entries.push(json!({"EventId": format!("{:032x}", state.random.u128(..))}));
        }
        if luck < 16 {
            return None;
        }
        Some((200, json!({"FailedEntryCount": failed, "Entries": entries})))
    }
}
