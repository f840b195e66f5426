//! A running service: all parts, and how to stop them.

mod authorizers;
mod callers;
mod context;
mod docs;
mod door;
mod endpoints;
mod invoke;
mod keep;
mod parts;
mod ports;
mod running;
mod schedules;
mod start;
mod store;
mod swagger;
mod tokens;
mod version;
mod watch;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::timeout;

use self::endpoints::Endpoints;
use self::running::Running;
use crate::aws::bus::Event;

pub(crate) use self::{context::Context, ports::Addresses, version::Version};

/// How long requests in flight may take when the service is stopped.
const GRACE: Duration = Duration::from_secs(2);

/// A running service. Dropping it stops everything without waiting; [`Service::stop`] waits.
pub struct Service {
    /// The servers that requests for functions come in by.
    frontends: JoinSet<()>,
    /// Dropped before `running`, which holds the lock of the data: the file must be gone before another service can own
    /// them.
    endpoints: Option<Endpoints>,
    running: Arc<Running>,
}

impl Service {
    pub(crate) fn context(&self) -> &Context {
        &self.running.context
    }

    /// The version that is served.
    pub(crate) fn version(&self) -> Arc<Version> {
        self.running.version()
    }

    /// URL of the HTTP API: `http://127.0.0.1:3000`.
    #[must_use]
    pub fn url(&self) -> String {
        self.context().addresses.api.clone()
    }

    /// URL of DynamoDB, for any AWS SDK: `http://127.0.0.1:8000`.
    #[must_use]
    pub fn dynamodb_url(&self) -> String {
        self.context().addresses.dynamodb.clone()
    }

    /// URL of EventBridge: `AWS_ENDPOINT_URL_EVENTBRIDGE` of the functions.
    #[must_use]
    pub fn eventbridge_url(&self) -> String {
        self.context().addresses.eventbridge.clone()
    }

    /// URL of SQS: `AWS_ENDPOINT_URL_SQS` of the functions, and the beginning of queue URLs.
    #[must_use]
    pub fn sqs_url(&self) -> String {
        self.context().addresses.sqs.clone()
    }

    /// URL of Lambda's Invoke API: `AWS_ENDPOINT_URL_LAMBDA` of the functions.
    #[must_use]
    pub fn lambda_url(&self) -> String {
        self.context().addresses.lambda.clone()
    }

    /// The last thousand events of the buses, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.running.parts.bus.events().into()
    }

    /// All log lines, each with its source in front, with [`Log::Captured`](crate::Log::Captured).
    #[must_use]
    pub fn log_lines(&self) -> Vec<String> {
        self.context().logger.captured()
    }

    /// Kills the processes that a function has now, to simulate a crash.
    pub fn kill(&self, function: &str) {
        self.running.parts.functions.kill(function);
    }

    /// Waits briefly for requests in flight, stops every process, and waits for all parts. Committed data stay; an
    /// unfinished batch is delivered again at the next start.
    pub async fn stop(mut self) {
        self.endpoints = None;
        self.context().intake.cancel();
        let _ = timeout(GRACE, async { while self.frontends.join_next().await.is_some() {} }).await;
        self.running.parts.functions.stop().await;
        self.context().backing.cancel();
        let _ = timeout(GRACE, self.context().tasks.wait()).await;
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("url", &self.context().addresses.api)
            .field("dynamodb_url", &self.context().addresses.dynamodb)
            .finish_non_exhaustive()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.context().intake.cancel();
        self.context().backing.cancel();
        self.running.parts.functions.abandon();
        self.frontends.abort_all();
    }
}
