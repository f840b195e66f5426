//! Proxy in front of DynamoDB that can fail in the ways of a network and of the service.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};

/// The way in which a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `ProvisionedThroughputExceededException`.
    Throttled,
    /// `InternalServerError`.
    Broken,
    /// No response, for longer than any client waits.
    Silent,
    /// The connection ends before the call was forwarded.
    Reset,
    /// The call was executed, and the connection ends before its response.
    AnswerLost,
    /// A `BatchGetItem` is answered with all of its keys as `UnprocessedKeys`; other calls are forwarded.
    Unprocessed,
}

/// The proxy. It forwards all calls unchanged until one of its methods is called.
#[derive(Clone)]
pub struct Proxy {
    pub url: String,
    state: Arc<Mutex<State>>,
    /// Whether each `TransactGetItems`, by which the publisher reads bookings, waits before it is forwarded.
    held: Arc<watch::Sender<bool>>,
}

/// A `TransactGetItems` that was answered.
#[derive(Debug, Clone)]
pub struct Read {
    pub body: Vec<u8>,
    /// The time before it was forwarded.
    pub at: Instant,
}

/// A call that is held in the proxy, or the next one that will be.
pub struct Held {
    arrived: oneshot::Receiver<()>,
    release: oneshot::Sender<()>,
}

impl Held {
    /// Waits until the call has arrived in the proxy.
    pub async fn arrived(&mut self) {
        (&mut self.arrived).await.expect("the proxy runs");
    }

    /// Forwards the call.
    pub fn release(self) {
        // The client may have given up.
        let _ = self.release.send(());
    }
}

/// Holds the next call of an operation.
struct Hold {
    operation: String,
    arrived: oneshot::Sender<()>,
    release: oneshot::Receiver<()>,
}

struct State {
    target: String,
    next: Option<Hold>,
    faults: Vec<Fault>,
    /// The percentage of calls that fail.
    percent: u8,
    random: fastrand::Rng,
    failed: usize,
    reads: Vec<Read>,
    calls: Vec<String>,
    head: String,
    /// The capacity that calls have consumed, by operation, if it is metered.
    consumed: Option<BTreeMap<String, f64>>,
}

impl Proxy {
    /// Listens on a free port. `seed` decides which calls fail.
    pub async fn start(seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let random = fastrand::Rng::with_seed(seed);
        let state = State {
            target: String::new(),
            next: None,
            faults: Vec::new(),
            percent: 0,
            random,
            failed: 0,
            reads: Vec::new(),
            calls: Vec::new(),
            head: String::new(),
            consumed: None,
        };
        let proxy = Self { url, state: Arc::new(Mutex::new(state)), held: Arc::new(watch::Sender::new(false)) };
        let serving = proxy.clone();
        tokio::spawn(async move {
            let client = Client::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (proxy, client) = (serving.clone(), client.clone());
                tokio::spawn(async move { proxy.serve(stream, client).await });
            }
        });
        proxy
    }

    /// Sets the URL to which calls are forwarded.
    pub fn target(&self, url: String) {
        self.state.lock().unwrap().target = url;
    }

    /// Makes `percent` of the calls fail from now on, each in one of the ways of `faults`.
    pub fn fail(&self, percent: u8, faults: &[Fault]) {
        let mut state = self.state.lock().unwrap();
        (state.percent, state.faults) = (percent, faults.to_vec());
    }

    /// Holds each `TransactGetItems` from now on, until this is called with `false`.
    pub fn hold(&self, held: bool) {
        self.held.send_replace(held);
    }

    /// Holds the next call of `operation` only, until it is released.
    pub fn hold_next(&self, operation: &str) -> Held {
        let (arrive, arrived) = oneshot::channel();
        let (release, released) = oneshot::channel();
        let hold = Hold { operation: operation.to_owned(), arrived: arrive, release: released };
        self.state.lock().unwrap().next = Some(hold);
        Held { arrived, release }
    }

    /// Every `TransactGetItems` that was answered, in order.
    pub fn reads(&self) -> Vec<Read> {
        self.state.lock().unwrap().reads.clone()
    }

    /// The operations that HTTP functions have called since the last time, in order. Calls of the sweeper and the
    /// publisher are left out: only they use timers by query and batch, the watermark, and transactional reads.
    pub fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().calls)
    }

    /// The request line and headers of the last call.
    pub fn last_head(&self) -> String {
        self.state.lock().unwrap().head.clone()
    }

    fn note(&self, head: &str, body: &[u8]) {
        let target = head.lines().find_map(|line| line.strip_prefix("x-amz-target: DynamoDB_20120810."));
        let body = String::from_utf8_lossy(body);
        let aside = match target {
            Some("TransactGetItems" | "BatchWriteItem") => true,
            Some("Query") => body.contains("TIMER#"),
            Some("GetItem" | "PutItem") => body.contains("WATERMARK"),
            _ => false,
        };
        if let Some(target) = target.filter(|_| !aside) {
            let mut state = self.state.lock().unwrap();
            state.calls.push(target.to_owned());
            head.clone_into(&mut state.head);
        }
    }

    /// Asks the database from now on for the capacity that each call consumes. Returns what was consumed since the last
    /// time, in units, by operation.
    pub fn meter(&self) -> BTreeMap<String, f64> {
        self.state.lock().unwrap().consumed.replace(BTreeMap::new()).unwrap_or_default()
    }

    /// `body`, asking for the consumed capacity if it is metered.
    fn metered(&self, body: &[u8]) -> Vec<u8> {
        let asks = self.state.lock().unwrap().consumed.is_some();
        match serde_json::from_slice::<Value>(body) {
            Ok(Value::Object(mut request)) if asks => {
                request.insert("ReturnConsumedCapacity".to_owned(), "TOTAL".into());
                serde_json::to_vec(&request).unwrap()
            }
            _ => body.to_vec(),
        }
    }

    fn note_consumed(&self, head: &str, answer: &[u8]) {
        let mut state = self.state.lock().unwrap();
        let Some(consumed) = &mut state.consumed else { return };
        let Ok(answer) = serde_json::from_slice::<Value>(answer) else { return };
        let target = head.lines().find_map(|line| line.strip_prefix("x-amz-target: DynamoDB_20120810."));
        // One, or a list of one for each table.
        let units = match &answer["ConsumedCapacity"] {
            Value::Array(tables) => tables.iter().filter_map(|table| table["CapacityUnits"].as_f64()).sum(),
            one => one["CapacityUnits"].as_f64().unwrap_or_default(),
        };
        *consumed.entry(target.unwrap_or_default().to_owned()).or_default() += units;
    }

    /// The number of calls that have failed.
    pub fn failed(&self) -> usize {
        self.state.lock().unwrap().failed
    }

    fn decide(&self) -> (String, Option<Fault>) {
        let mut state = self.state.lock().unwrap();
        let fails = state.random.u8(..100) < state.percent && !state.faults.is_empty();
        let fault = fails.then(|| {
            let count = state.faults.len();
            let place = state.random.usize(..count);
            state.failed += 1;
            state.faults[place]
        });
        (state.target.clone(), fault)
    }

    /// Serves a connection until either end closes it.
    async fn serve(&self, mut stream: TcpStream, client: Client) -> Option<()> {
        loop {
            let (head, body) = read(&mut stream).await?;
            self.note(&head, &body);
            let fence = head.contains("DynamoDB_20120810.TransactGetItems");
            if fence {
                let mut holding = self.held.subscribe();
                // A client that closes the connection meanwhile no longer waits for the response.
                tokio::select! {
                    _ = holding.wait_for(|held| !held) => {}
                    _ = stream.read_u8() => return None,
                }
            }
            let ours = |hold: &mut Hold| head.contains(&format!("DynamoDB_20120810.{}", hold.operation));
            let hold = self.state.lock().unwrap().next.take_if(ours);
            if let Some(hold) = hold {
                let _ = hold.arrived.send(());
                let _ = hold.release.await;
            }
            let (target, fault) = self.decide();
            let batch = head.contains("DynamoDB_20120810.BatchGetItem");
            let fault = fault.filter(|fault| *fault != Fault::Unprocessed || batch);
            let at = Instant::now();
            let (status, answer) = match fault {
                Some(Fault::Reset) => return None,
                Some(Fault::Silent) => {
                    tokio::time::sleep(Duration::from_mins(1)).await;
                    return None;
                }
                Some(Fault::Throttled) => (400, error("ProvisionedThroughputExceededException")),
                Some(Fault::Broken) => (500, error("InternalServerError")),
                Some(Fault::Unprocessed) => {
                    let request: Value = serde_json::from_slice(&body).ok()?;
                    let answer = serde_json::json!({"Responses": {}, "UnprocessedKeys": request["RequestItems"]});
                    (200, answer.to_string().into_bytes())
                }
                Some(Fault::AnswerLost) | None => {
                    let mut request = client.post(&target).body(self.metered(&body));
                    for line in head.lines().skip(1) {
                        let Some((name, value)) = line.split_once(':') else { continue };
                        if !["host", "content-length", "connection"].contains(&name.to_ascii_lowercase().as_str()) {
                            request = request.header(name, value.trim());
                        }
                    }
                    let answer = request.send().await.ok()?;
                    let status = answer.status().as_u16();
                    let bytes = answer.bytes().await.ok()?;
                    self.note_consumed(&head, &bytes);
                    if fault.is_some() {
                        return None;
                    }
                    if fence {
                        self.state.lock().unwrap().reads.push(Read { body, at });
                    }
                    (status, bytes.to_vec())
                }
            };
            let head = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\r\n",
                answer.len()
            );
            stream.write_all(head.as_bytes()).await.ok()?;
            stream.write_all(&answer).await.ok()?;
        }
    }
}

fn error(kind: &str) -> Vec<u8> {
    format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{kind}","message":"injected"}}"#).into_bytes()
}

/// Reads a request: its head and its body.
pub async fn read(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
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
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let mut body = bytes.split_off(end);
    while body.len() < length.unwrap_or_default() {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some((head, body))
}
