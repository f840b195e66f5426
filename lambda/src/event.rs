//! Functions without a client: triggered by a DynamoDB stream, a schedule, a queue or a bus.

use std::fmt::{self, Debug};
use std::marker::PhantomData;
use std::pin::Pin;
use std::process::ExitCode;
use std::time::Instant;

use lambda_runtime::{Diagnostic, LambdaEvent, Runtime, service_fn};
use serde_json::Value;

use super::respond::causes;
use super::start::{Building, environment, in_lambda, outside_lambda, start};
use super::{Contract, Environment, Package, Problem, Timestamp, logs, trace};

/// Events of a DynamoDB stream.
#[derive(Debug, Clone, Copy)]
pub struct Stream;

/// Events of an EventBridge schedule.
#[derive(Debug, Clone, Copy)]
pub struct Schedule;

/// Name, package and documentation of a function without a client.
#[derive(Debug, Clone, Copy)]
pub struct Trigger {
    /// The package of the function.
    pub package: Package,
    /// The name of the function.
    pub function: &'static str,
    /// The function's doc comment.
    pub docs: &'static str,
}

/// An event of the kind `K`.
#[derive(Debug)]
pub struct Event<K> {
    payload: Value,
    kind: PhantomData<K>,
}

impl<K> Event<K> {
    pub(super) fn new(payload: Value) -> Self {
        Self { payload, kind: PhantomData }
    }

    /// Takes an argument.
    ///
    /// # Errors
    /// When the event does not have the shape that its kind has.
    pub fn take<T: FromEvent<K>>(&mut self) -> Result<T, Failure> {
        T::from_event(std::mem::take(&mut self.payload))
    }
}

/// An argument that can be taken from an event of the kind `K`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be taken from an event of the kind `{K}`",
    label = "is not what this trigger brings",
    note = "a `#[handler(stream)]` takes `Records`, a `#[handler(schedule)]` may take `Tick`, a `#[handler(queue)]` takes \
            `Message<T>`, a `#[handler(event)]` takes `BusEvent<T>`"
)]
pub trait FromEvent<K>: Sized {
    /// Reads the event's payload.
    ///
    /// # Errors
    /// When the payload has another shape.
    fn from_event(payload: Value) -> Result<Self, Failure>;
}

/// A result that a function without a client can return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the outcome of an event of the kind `{K}`",
    label = "Lambda would not know what this means",
    note = "a `#[handler(stream)]` ends with `BatchResult`, the others with `()`; either may stand in a `Result` whose error \
            derives `Problem`"
)]
pub trait Outcome<K> {
    /// The invocation's result, as Lambda expects it.
    ///
    /// # Errors
    /// When the whole event has failed and is to be tried again.
    fn outcome(self) -> Result<Value, Failure>;
}

impl Outcome<Schedule> for () {
    fn outcome(self) -> Result<Value, Failure> {
        Ok(Value::Null)
    }
}

impl<K, T: Outcome<K>, E: Problem> Outcome<K> for Result<T, E> {
    fn outcome(self) -> Result<Value, Failure> {
        match self {
            Ok(value) => value.outcome(),
            Err(error) => {
                let details = error.details();
                let cause = error.cause().map(causes).unwrap_or_default();
                tracing::error!(problem = details.kind(), cause, "the event failed");
                Err(Failure { message: details.kind().to_owned(), retry_after: details.retry_after_seconds() })
            }
        }
    }
}

/// The time that a schedule fired for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tick {
    /// When the event was due; the current time if the event does not say.
    pub time: Timestamp,
}

impl FromEvent<Schedule> for Tick {
    fn from_event(payload: Value) -> Result<Self, Failure> {
        match payload.get("time") {
            // Invoked by hand, without an event of EventBridge.
            None => Ok(Self { time: Timestamp::now() }),
            Some(time) => match time.as_str().unwrap_or_default().parse() {
                Ok(time) => Ok(Self { time }),
                Err(_) => Err(Failure::new("the event's `time` is no RFC 3339 time")),
            },
        }
    }
}

/// An event that failed as a whole. Lambda retries it as its event source mapping is configured.
#[derive(Debug)]
pub struct Failure {
    message: String,
    retry_after: Option<u32>,
}

impl Failure {
    /// Creates a failure from its cause. It appears in the function's log and in Lambda's error report, so it must not
    /// contain customer data.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), retry_after: None }
    }

    /// The seconds after which a retry makes sense, if the failure says so.
    pub(super) fn retry_after(&self) -> Option<u32> {
        self.retry_after
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Self { error_type: "EventFailed".into(), error_message: failure.message }
    }
}

/// Handles batches of the table's stream until Lambda ends the process. Called by the `main` that `#[handler(stream)]`
/// writes.
pub fn stream<E, D, F, Fut, A>(trigger: Trigger, describe: D, handle: F) -> ExitCode
where
    E: Environment,
    D: FnOnce(&mut Contract),
    F: Fn(&'static E, Event<Stream>) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<A, Failure>> + Send + 'static,
    A: Outcome<Stream>,
{
    run("stream", trigger, describe, handle)
}

/// Handles events of a schedule until Lambda ends the process. Called by the `main` that `#[handler(schedule)]` writes.
pub fn schedule<E, D, F, Fut, A>(trigger: Trigger, describe: D, handle: F) -> ExitCode
where
    E: Environment,
    D: FnOnce(&mut Contract),
    F: Fn(&'static E, Event<Schedule>) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<A, Failure>> + Send + 'static,
    A: Outcome<Schedule>,
{
    run("schedule", trigger, describe, handle)
}

/// A trigger's handler, with its environment: from an event's payload to the invocation's result.
type Handler = Box<dyn Fn(Value) -> Handling + Send + Sync>;
type Handling = Pin<Box<dyn Future<Output = Result<Value, Failure>> + Send>>;

/// Handles events of the kind `K`. `kind` is its name in the contract.
pub(super) fn run<K, E, D, F, Fut, A>(kind: &'static str, trigger: Trigger, describe: D, handle: F) -> ExitCode
where
    E: Environment,
    D: FnOnce(&mut Contract),
    F: Fn(&'static E, Event<K>) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<A, Failure>> + Send + 'static,
    A: Outcome<K>,
{
    if !in_lambda() {
        return outside_lambda(&trigger.package, trigger.function, |contract| {
            contract.trigger(kind, trigger.docs);
            describe(contract);
        });
    }
    let handler = async move {
        let environment = environment::<E>().await?;
        let handler: Handler = Box::new(move |payload| {
            let work = handle(environment, Event::new(payload));
            Box::pin(async move { work.await?.outcome() })
        });
        Ok(handler)
    };
    serve(trigger, Box::pin(handler))
}

fn serve(trigger: Trigger, handler: Building<Handler>) -> ExitCode {
    start(&trigger.package, trigger.function, handler, |handler, metrics| {
        let service = service_fn(move |LambdaEvent { payload, context }: LambdaEvent<Value>| {
            let metrics = metrics.clone();
            let started = Instant::now();
            logs::begin(&context);
            let work = handler(payload);
            async move {
                let outcome = trace::within(context.xray_trace_id.clone(), work).await;
                if let Some(metrics) = metrics {
                    metrics.flush(started, outcome.is_err(), Some(&context), []);
                }
                outcome
            }
        });
        Runtime::new(service).run()
    })
}
