//! A whole service, started and stopped: the command runs one, and tests run them on free ports.

mod authorizers;
mod callers;
mod context;
mod docs;
mod endpoints;
mod invoke;
mod parts;
mod ports;
mod start;
mod store;
mod tokens;

use std::{fmt, path::PathBuf, time::Duration};

use tokio::{task::JoinHandle, time::timeout};

use self::endpoints::Endpoints;
pub(crate) use self::{context::Context, ports::Addresses};
use crate::{
    aws::{
        bus::{Bus, Event},
        runtime::Functions,
    },
    project::template::Function,
};

/// How long requests that have begun may take when the service is stopped.
const GRACE: Duration = Duration::from_secs(2);

/// A running service. Dropping it stops everything without waiting; [`Service::stop`] waits.
pub struct Service {
    bus: Bus,
    functions: Functions,
    /// The functions of the template with their executables.
    binaries: Vec<(Function, PathBuf)>,
    gateway: JoinHandle<()>,
    /// Dropped before `context`, which holds the data: the file has to be gone before another service may have them.
    endpoints: Option<Endpoints>,
    context: Context,
}

impl Service {
    /// What the service was started with.
    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    /// The functions of the template with their executables.
    pub(crate) fn binaries(&self) -> &[(Function, PathBuf)] {
        &self.binaries
    }

    /// The HTTP API: `http://127.0.0.1:3000`.
    #[must_use]
    pub fn url(&self) -> String {
        self.context.addresses.api.clone()
    }

    /// The database, for any AWS SDK: `http://127.0.0.1:8000`.
    #[must_use]
    pub fn dynamodb_url(&self) -> String {
        self.context.addresses.dynamodb.clone()
    }

    /// The event bus, as the functions find it in `AWS_ENDPOINT_URL_EVENTBRIDGE`.
    #[must_use]
    pub fn eventbridge_url(&self) -> String {
        self.context.addresses.eventbridge.clone()
    }

    /// SQS, as the functions find it in `AWS_ENDPOINT_URL_SQS`, and for any AWS SDK: a queue's URL is one of its.
    #[must_use]
    pub fn sqs_url(&self) -> String {
        self.context.addresses.sqs.clone()
    }

    /// Lambda's Invoke API, as the functions find it in `AWS_ENDPOINT_URL_LAMBDA`, and for any AWS SDK.
    #[must_use]
    pub fn lambda_url(&self) -> String {
        self.context.addresses.lambda.clone()
    }

    /// The last thousand events that reached the bus, in the order they came.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.bus.events().into()
    }

    /// Every line so far, each with its source in front, when the log is [`Log::Captured`](crate::Log::Captured).
    #[must_use]
    pub fn log_lines(&self) -> Vec<String> {
        self.context.logger.captured()
    }

    /// Ends the processes a function has now, in the middle of whatever they are at: a crash, at a time of the test's
    /// choosing.
    pub fn kill(&self, function: &str) {
        self.functions.kill(function);
    }

    /// Lets requests that have begun finish for a moment, stops every process, and waits for all of it. What was
    /// committed stays; a batch that a function had not dealt with is delivered again at the next start.
    pub async fn stop(mut self) {
        self.endpoints = None;
        self.context.intake.cancel();
        let _ = timeout(GRACE, &mut self.gateway).await;
        self.functions.stop().await;
        self.context.backing.cancel();
        let _ = timeout(GRACE, self.context.tasks.wait()).await;
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("url", &self.context.addresses.api)
            .field("dynamodb_url", &self.context.addresses.dynamodb)
            .finish_non_exhaustive()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.context.intake.cancel();
        self.context.backing.cancel();
        self.functions.abandon();
        self.gateway.abort();
    }
}
