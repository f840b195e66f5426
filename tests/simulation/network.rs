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
use tokio::time::sleep;

use super::fate::Fate;
use super::pace::contains;
use super::run::{Refused, Role, Run};
use super::world::{World, error};

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

async fn deliver(world: Arc<World>, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let run = Run::current();
    if world.failed() {
        // The history is over, whatever the code would ask for next, and for how long.
        return std::future::pending().await;
    }
    let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    let body: Arc<[u8]> = request.body().bytes().unwrap_or_default().into();
    let number = run.requests.fetch_add(1, Ordering::Relaxed);
    let call = request.headers().get("amz-sdk-invocation-id").unwrap_or_default();
    world.sends(&run, &operation, &body, call);
    let slow = if run.slow { 100 } else { 1 };
    let (there, back, fate) = run.draw(|rng| (rng.u64(1..8), rng.u64(1..8), Fate::draw(&run, &operation, rng)));
    if fate != Fate::Fine {
        if fate.is_fault() {
            run.met_fault();
        }
        if fate.is_silent() {
            run.pace.lock().unwrap().lost(true);
        }
        world.trace(|| format!("{} request {number} {operation}: {fate:?}", run.name));
    }
    let exchange = Exchange { world, run, operation, body, number };
    let heard = exchange.clone();
    sleep(Duration::from_millis(there * slow)).await;
    let answer = match fate {
        Fate::Fine => exchange.carry_out(false),
        Fate::LostBefore { silent } => return heard.lost(silent).await,
        Fate::LostAfter { silent } => {
            exchange.carry_out(false);
            return heard.lost(silent).await;
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
        Fate::Conflict => exchange.conflict(None),
        Fate::Refused(reason) => exchange.conflict(Some(reason)),
    };
    sleep(Duration::from_millis(back * slow)).await;
    Ok(heard.hear(answer, fate))
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
    async fn lost(&self, silent: bool) -> Result<HttpResponse, ConnectorError> {
        self.run.pace.lock().unwrap().lost(silent);
        if silent {
            std::future::pending::<()>().await;
        }
        Err(reset())
    }

    fn answer(&self, (status, body): (u16, Vec<u8>)) -> Answered {
        // From now on, and not from when the function reads it: another attempt may be carried out in between.
        if is_cancelled(&self.operation, status, &body) {
            let request: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
            let token = request["ClientRequestToken"].as_str().unwrap_or_default().to_owned();
            self.run.cancelled.lock().unwrap().insert(token);
        }
        let mut response = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
        response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
        Answered { response, state: self.world.history().states.len() - 1 }
    }

    fn carry_out(&self, partly: bool) -> Answered {
        let reply = self.world.carry_out(&self.run, self.number, &self.operation, &self.body, partly);
        self.answer(reply)
    }

    fn conflict(&self, reason: Option<Refused>) -> Answered {
        self.answer(self.world.conflict(&self.run, self.number, &self.operation, &self.body, reason))
    }

    /// The function reads the answer.
    fn hear(&self, answer: Answered, fate: Fate) -> HttpResponse {
        let (status, body) = (answer.response.status().as_u16(), answer.response.body().bytes().unwrap_or_default());
        let mut pace = self.run.pace.lock().unwrap();
        pace.hears(&self.operation, &self.body, (status, body), fate == Fate::Partial);
        drop(pace);
        if is_cancelled(&self.operation, status, body) {
            self.run.races.fetch_add(1, Ordering::Relaxed);
        }
        if self.run.role == Role::Publisher && self.operation.contains("Get") {
            self.run.reads.lock().unwrap().push(answer.state);
        }
        answer.response
    }
}

/// Whether a transaction is answered with a cancellation.
fn is_cancelled(operation: &str, status: u16, body: &[u8]) -> bool {
    operation == "TransactWriteItems" && status == 400 && contains(body, b"TransactionCanceledException")
}
