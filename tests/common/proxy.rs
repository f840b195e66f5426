//! A proxy in front of DynamoDB that makes it fail in the ways a network and a service can.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `ProvisionedThroughputExceededException`.
    Throttled,
    /// `InternalServerError`.
    Broken,
    /// No answer, for longer than anybody waits.
    Silent,
    /// The connection ends before the call has been made.
    Reset,
    /// The call is made, and the connection ends before its answer arrives.
    AnswerLost,
}

/// The proxy. It forwards faithfully until it is told to fail.
#[derive(Clone)]
pub struct Proxy {
    pub url: String,
    state: Arc<Mutex<State>>,
    /// Whether batches of keys wait before they are read.
    held: Arc<watch::Sender<bool>>,
}

/// A `BatchGetItem` that was answered.
#[derive(Debug, Clone)]
pub struct Read {
    pub body: Vec<u8>,
    /// Before it was read.
    pub at: Instant,
}

/// A call that waits in the proxy, or will.
pub struct Held {
    arrived: oneshot::Receiver<()>,
    release: oneshot::Sender<()>,
}

impl Held {
    /// Waits until the call is in the proxy.
    pub async fn arrived(&mut self) {
        (&mut self.arrived).await.expect("the proxy runs");
    }

    /// Lets the call go on.
    pub fn release(self) {
        // Its client may have given it up.
        let _ = self.release.send(());
    }
}

/// The next call of an operation waits.
struct Hold {
    operation: String,
    arrived: oneshot::Sender<()>,
    release: oneshot::Receiver<()>,
}

struct State {
    target: String,
    next: Option<Hold>,
    faults: Vec<Fault>,
    /// Of a hundred calls, how many fail.
    percent: u8,
    random: fastrand::Rng,
    failed: usize,
    reads: Vec<Read>,
    calls: Vec<String>,
    head: String,
}

impl Proxy {
    /// Listens on a free port; `seed` decides which calls fail.
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

    /// Where calls go.
    pub fn target(&self, url: String) {
        self.state.lock().unwrap().target = url;
    }

    /// From now on, `percent` of the calls meet one of `faults`.
    pub fn fail(&self, percent: u8, faults: &[Fault]) {
        let mut state = self.state.lock().unwrap();
        (state.percent, state.faults) = (percent, faults.to_vec());
    }

    /// From now on, each `BatchGetItem` waits to be read until this is called again with `false`.
    pub fn hold(&self, held: bool) {
        self.held.send_replace(held);
    }

    /// The next call of `operation`, and no other, waits until it is released.
    pub fn hold_next(&self, operation: &str) -> Held {
        let (arrive, arrived) = oneshot::channel();
        let (release, released) = oneshot::channel();
        let hold = Hold { operation: operation.to_owned(), arrived: arrive, release: released };
        self.state.lock().unwrap().next = Some(hold);
        Held { arrived, release }
    }

    /// Every `BatchGetItem` that was answered, in order.
    pub fn reads(&self) -> Vec<Read> {
        self.state.lock().unwrap().reads.clone()
    }

    /// What requests have called since the last time: operations, in order. What the sweeper and the publisher call
    /// beside them is left out; they are the only ones that read the index of due reminders, and bookings in batches.
    pub fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().calls)
    }

    /// The line and the headers of what was called last.
    pub fn last_head(&self) -> String {
        self.state.lock().unwrap().head.clone()
    }

    fn note(&self, head: &str, body: &[u8]) {
        let target = head.lines().find_map(|line| line.strip_prefix("x-amz-target: DynamoDB_20120810."));
        let body = String::from_utf8_lossy(body);
        let aside = match target {
            Some("BatchGetItem") => body.contains("BOOKING#"),
            Some("Query") => body.contains("due_index"),
            Some("UpdateItem") => true,
            _ => false,
        };
        if let Some(target) = target.filter(|_| !aside) {
            let mut state = self.state.lock().unwrap();
            state.calls.push(target.to_owned());
            head.clone_into(&mut state.head);
        }
    }

    /// How many calls have failed.
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

    /// Serves one connection until either end closes it.
    async fn serve(&self, mut stream: TcpStream, client: Client) -> Option<()> {
        loop {
            let (head, body) = read(&mut stream).await?;
            self.note(&head, &body);
            let batch = head.contains("DynamoDB_20120810.BatchGetItem");
            if batch {
                let mut holding = self.held.subscribe();
                // Who hangs up meanwhile is not waiting any more.
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
            let at = Instant::now();
            let (status, answer) = match fault {
                Some(Fault::Reset) => return None,
                Some(Fault::Silent) => {
                    tokio::time::sleep(Duration::from_mins(1)).await;
                    return None;
                }
                Some(Fault::Throttled) => (400, error("ProvisionedThroughputExceededException")),
                Some(Fault::Broken) => (500, error("InternalServerError")),
                Some(Fault::AnswerLost) | None => {
                    let mut request = client.post(&target).body(body.clone());
                    for line in head.lines().skip(1) {
                        let Some((name, value)) = line.split_once(':') else { continue };
                        if !["host", "content-length", "connection"].contains(&name.to_ascii_lowercase().as_str()) {
                            request = request.header(name, value.trim());
                        }
                    }
                    let answer = request.send().await.ok()?;
                    let status = answer.status().as_u16();
                    let bytes = answer.bytes().await.ok()?;
                    if fault.is_some() {
                        return None;
                    }
                    if batch {
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

/// One request: its head and its body.
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
