//! SQS for which no time has to pass: a proxy that makes each message visible again at once that a function hides.

use std::sync::{Arc, Mutex};

use reqwest::Client;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use super::proxy::read;

/// The proxy. Functions reach it by `AWS_ENDPOINT_URL_SQS`.
#[derive(Clone)]
pub struct Lapse {
    pub url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// The server that calls are passed on to; set once the service has started.
    target: Option<String>,
    /// For how many seconds messages were to be hidden, in the order of the calls.
    hidden: Vec<u64>,
    /// Leaves times as they are.
    real: bool,
}

impl Lapse {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let lapse = Self { url, state: Arc::default() };
        let serving = lapse.clone();
        tokio::spawn(async move {
            let client = Client::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (lapse, client) = (serving.clone(), client.clone());
                tokio::spawn(async move { lapse.serve(stream, &client).await });
            }
        });
        lapse
    }

    /// Forwards calls to this SQS from now on.
    pub fn forward(&self, url: String) {
        self.state.lock().unwrap().target = Some(url);
    }

    /// Lets the time pass as it does, or not.
    pub fn real(&self, real: bool) {
        self.state.lock().unwrap().real = real;
    }

    /// For how many seconds messages were to be hidden so far.
    pub fn hidden(&self) -> Vec<u64> {
        self.state.lock().unwrap().hidden.clone()
    }

    fn shorten(&self, call: &mut Value) {
        let mut state = self.state.lock().unwrap();
        if let Some(seconds) = call["VisibilityTimeout"].as_u64() {
            state.hidden.push(seconds);
            if !state.real {
                call["VisibilityTimeout"] = json!(0);
            }
        }
    }

    async fn serve(&self, mut stream: TcpStream, client: &Client) -> Option<()> {
        loop {
            let (head, body) = read(&mut stream).await?;
            let mut call: Value = serde_json::from_slice(&body).ok()?;
            self.shorten(&mut call);
            for entry in call.get_mut("Entries").and_then(Value::as_array_mut).into_iter().flatten() {
                self.shorten(entry);
            }
            let target = self.state.lock().unwrap().target.clone()?;
            let mut request = client.post(target).body(call.to_string());
            for line in head.lines() {
                if let Some((name, value)) = line.split_once(": ").filter(|(name, _)| {
                    ["authorization", "content-type", "x-amz-date", "x-amz-target"]
                        .contains(&name.to_lowercase().as_str())
                }) {
                    request = request.header(name, value);
                }
            }
            let answer = request.send().await.ok()?;
            let (status, answer) = (answer.status().as_u16(), answer.bytes().await.ok()?);
            let head = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\r\n",
                answer.len()
            );
            stream.write_all(head.as_bytes()).await.ok()?;
            stream.write_all(&answer).await.ok()?;
        }
    }
}
