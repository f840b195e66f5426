//! The network between the SDK and what it calls: how long each request and each answer takes, and what becomes of it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use aws_sdk_dynamodb::config::RuntimeComponents;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use fastrand::Rng;
use tokio::time::sleep;

use super::run::{Role, Run};
use super::world::{World, error};

/// Fate of a request in the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Fine,
    /// The connection breaks, or nothing comes any more.
    LostBefore {
        silent: bool,
    },
    LostAfter {
        silent: bool,
    },
    /// It is carried out a second time, later.
    Twice {
        later: u64,
    },
    Throttled,
    /// 500, before it was carried out or after.
    Broken {
        after: bool,
    },
    /// It is held back for longer than the SDK waits.
    Late {
        by: u64,
    },
    /// Only a part of a batch is carried out.
    Partial,
    /// Another transaction is at the same items.
    Conflict,
}

impl Fate {
    fn draw(run: &Run, operation: &str, rng: &mut Rng) -> Self {
        let batch = operation.starts_with("Batch");
        let transaction = operation.starts_with("Transact");
        if transaction && rng.u8(..100) < run.weather.conflicts {
            return Self::Conflict;
        }
        if rng.u16(..1000) >= run.weather.faults {
            return Self::Fine;
        }
        let silent = rng.u8(..4) == 0;
        match rng.u8(..16) {
            0 | 1 => Self::LostBefore { silent },
            2..5 => Self::LostAfter { silent },
            5 | 6 => Self::Twice { later: rng.u64(0..10_000) },
            7 => Self::Throttled,
            8 | 9 => Self::Broken { after: rng.bool() },
            10 | 11 => Self::Late { by: rng.u64(1..5000) },
            12 => Self::Late { by: rng.u64(5000..150_000) },
            _ if batch => Self::Partial,
            _ => Self::Late { by: rng.u64(1..200) },
        }
    }
}

/// The HTTP client of the simulated functions.
#[derive(Debug, Clone)]
pub struct Network(pub Arc<World>);

impl HttpClient for Network {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Network {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(deliver(Arc::clone(&self.0), request))
    }
}

fn reset() -> ConnectorError {
    ConnectorError::io("the connection is reset".into())
}

/// An answer, and the number of the state in which it was given.
struct Answered {
    response: HttpResponse,
    state: usize,
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

async fn deliver(world: Arc<World>, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let run = Run::current();
    let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    let body: Arc<[u8]> = request.body().bytes().unwrap_or_default().into();
    let number = run.requests.fetch_add(1, Ordering::Relaxed);
    let (there, back, fate) = run.draw(|rng| (rng.u64(1..8), rng.u64(1..8), Fate::draw(&run, &operation, rng)));
    if fate != Fate::Fine {
        run.met_fault();
        world.trace(|| format!("{} request {number} {operation}: {fate:?}", run.name));
    }
    let exchange = Exchange { world, run, operation, body, number };
    let heard = exchange.clone();
    sleep(Duration::from_millis(there)).await;
    let answer = match fate {
        Fate::Fine => exchange.carry_out(false),
        Fate::LostBefore { silent } => return lost(silent).await,
        Fate::LostAfter { silent } => {
            exchange.carry_out(false);
            return lost(silent).await;
        }
        Fate::Twice { later } => {
            let answer = exchange.carry_out(false);
            tokio::spawn(async move {
                sleep(Duration::from_millis(later)).await;
                exchange.carry_out(false);
            });
            answer
        }
        Fate::Throttled => exchange.answer(error(400, "ProvisionedThroughputExceededException")),
        Fate::Broken { after } => {
            if after {
                exchange.carry_out(false);
            }
            exchange.answer(error(500, "InternalServerError"))
        }
        Fate::Late { by } => {
            // It arrives even if the function no longer waits for it.
            let late = tokio::spawn(async move {
                sleep(Duration::from_millis(by)).await;
                exchange.carry_out(false)
            });
            late.await.map_err(|_| reset())?
        }
        Fate::Partial => exchange.carry_out(true),
        Fate::Conflict => exchange.conflict(),
    };
    sleep(Duration::from_millis(back)).await;
    Ok(heard.hear(answer))
}

async fn lost(silent: bool) -> Result<HttpResponse, ConnectorError> {
    if silent {
        std::future::pending::<()>().await;
    }
    Err(reset())
}

#[derive(Clone)]
struct Exchange {
    world: Arc<World>,
    run: Arc<Run>,
    operation: String,
    body: Arc<[u8]>,
    number: u32,
}

impl Exchange {
    fn answer(&self, (status, body): (u16, Vec<u8>)) -> Answered {
        let mut response = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
        response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
        Answered { response, state: self.world.history().states.len() - 1 }
    }

    fn carry_out(&self, partly: bool) -> Answered {
        let reply = self.world.carry_out(&self.run, self.number, &self.operation, &self.body, partly);
        self.answer(reply)
    }

    fn conflict(&self) -> Answered {
        self.answer(self.world.conflict(&self.run, self.number, &self.operation, &self.body))
    }

    /// The function reads the answer.
    fn hear(&self, answer: Answered) -> HttpResponse {
        let cancelled = answer.response.status().as_u16() == 400
            && answer.response.body().bytes().is_some_and(|body| contains(body, b"TransactionCanceledException"));
        if cancelled && self.operation == "TransactWriteItems" {
            self.run.races.fetch_add(1, Ordering::Relaxed);
            let body: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
            let token = body["ClientRequestToken"].as_str().unwrap_or_default().to_owned();
            self.run.cancelled.lock().unwrap().insert(token);
        }
        if self.run.role == Role::Publisher && self.operation.contains("Get") {
            self.run.reads.lock().unwrap().push(answer.state);
        }
        answer.response
    }
}
