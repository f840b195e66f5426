//! Functions behind an SQS queue: a handler of one message, and the batch that Lambda delivers.
//!
//! | file | holds |
//! |---|---|
//! | `message.rs` | [`Message`], as a handler takes it |
//! | `record.rs` | the event: its messages, and which of them are in order |
//! | `batch.rs` | handling of the messages side by side |
//! | `visibility.rs` | when a failed message comes again |

mod batch;
mod message;
mod record;
#[cfg(test)]
mod tests;
mod visibility;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use lambda_runtime::{Context, LambdaEvent, Runtime, service_fn};
use serde_json::{Value, json};
use tokio::time::timeout;

use self::batch::{Fate, Handler, Invocation, Unhandled};
pub use self::message::{AttributeValue, FromBody, Message, MessageAttribute, Text};
use self::record::Envelope;
use self::visibility::{Later, Visibility};
use super::start::{Building, environment, in_lambda, outside_lambda, start};
use super::{Contract, Environment, Event, Failure, Outcome, Package, logs, metrics, trace};

/// Messages of an SQS queue.
#[derive(Debug, Clone, Copy)]
pub struct Queue;

/// Name, package and documentation of a function behind a queue.
#[derive(Debug, Clone, Copy)]
pub struct Consumer {
    /// The package of the function.
    pub package: Package,
    /// The name of the function.
    pub function: &'static str,
    /// How many messages of a batch are handled at the same time: 1 to 10,000.
    pub concurrency: u16,
    /// The function's doc comment.
    pub docs: &'static str,
}

impl Outcome<Queue> for () {
    fn outcome(self) -> Result<Value, Failure> {
        Ok(Value::Null)
    }
}

/// Handles batches of a queue's messages until Lambda ends the process. Called by the `main` that `#[handler(queue)]` writes.
///
/// - Messages of a batch run side by side, up to `concurrency` of them, on one thread. Those of one group of a FIFO queue
///   run one after another; after a failure, the later ones of the group are failures too, and are not tried.
/// - A message whose body cannot be read, whose handler fails or panics, is a failure in the batch response: it alone comes
///   again, or goes to the dead-letter queue. The template's event needs `functionResponseType: ReportBatchItemFailures`:
///   without it, Lambda deletes failed messages.
/// - If the error has a time to retry after, the message's visibility is set to it, at most 42,000 seconds. The function's
///   role needs `sqs:GetQueueUrl` and `sqs:ChangeMessageVisibility` for that.
/// - About a second before the function's time is up, messages that still run are dropped where they wait, and are failures:
///   so those that were handled are not repeated.
pub fn queue<E, D, F, Fut, A>(consumer: Consumer, describe: D, handle: F) -> ExitCode
where
    E: Environment,
    D: FnOnce(&mut Contract),
    F: Fn(&'static E, Event<Queue>) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<A, Failure>> + Send + 'static,
    A: Outcome<Queue>,
{
    if !in_lambda() {
        return outside_lambda(&consumer.package, consumer.function, |contract| {
            contract.trigger("queue", consumer.docs);
            describe(contract);
        });
    }
    let handler = async move {
        let environment = environment::<E>().await?;
        let handler: Handler = Box::new(move |record| {
            let work = handle(environment, Event::new(record));
            Box::pin(async move {
                let answer = work.await.map_err(Unhandled::Unreadable)?;
                answer.outcome().map(drop).map_err(Unhandled::Failed)
            })
        });
        Ok(handler)
    };
    serve(consumer, Box::pin(handler))
}

fn serve(consumer: Consumer, handler: Building<Handler>) -> ExitCode {
    start(&consumer.package, consumer.function, handler, |handler, metrics| {
        let shared = Arc::new((handler, Visibility::default()));
        let service = service_fn(move |LambdaEvent { payload, context }: LambdaEvent<Value>| {
            let (shared, metrics) = (Arc::clone(&shared), metrics.clone());
            async move {
                let started = Instant::now();
                logs::begin(&context);
                let (handler, visibility) = &*shared;
                let work = answer(consumer, handler, visibility, payload, &context);
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

/// Handles a batch, and answers with its failures
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting>).
async fn answer(
    consumer: Consumer,
    handler: &Handler,
    visibility: &Visibility,
    event: Value,
    context: &Context,
) -> Result<Value, Failure> {
    let records =
        record::records(event).inspect_err(|failure| tracing::error!(%failure, "the batch cannot be read"))?;
    let envelopes: Vec<Envelope> = records.iter().map(|record| record.envelope.clone()).collect();
    let invocation = Invocation {
        function: consumer.function,
        request: &context.request_id,
        trace: context.xray_trace_id.as_deref(),
    };
    let fates = batch::run(handler, records, consumer.concurrency, time_left(context, MARGIN), invocation).await;
    let later = later(&envelopes, &fates);
    if timeout(time_left(context, MARGIN / 4), visibility.set(later)).await.is_err() {
        tracing::warn!("the time is up: messages come again as by default");
    }
    count(&fates);
    let failed = envelopes.iter().zip(&fates).filter(|(_, fate)| **fate != Fate::Handled);
    let failures: Vec<_> = failed.map(|(envelope, _)| json!({ "itemIdentifier": envelope.id })).collect();
    // An empty list is success; null would be, too, but a null identifier would fail the whole batch.
    Ok(json!({ "batchItemFailures": failures }))
}

/// Time reserved for the end of a batch: to set when messages come again, and to send the response.
const MARGIN: Duration = Duration::from_secs(1);

/// The function's time that is left, without `margin`.
fn time_left(context: &Context, margin: Duration) -> Duration {
    let deadline = UNIX_EPOCH + Duration::from_millis(context.deadline);
    without(margin, deadline.duration_since(SystemTime::now()).unwrap_or_default())
}

/// `time` without `margin`, and at least three quarters of it.
fn without(margin: Duration, time: Duration) -> Duration {
    time.saturating_sub(margin.min(time / 4))
}

/// The failed messages whose errors say when they may come again.
fn later(envelopes: &[Envelope], fates: &[Fate]) -> Vec<Later> {
    let later = envelopes.iter().zip(fates).filter_map(|(envelope, fate)| {
        let Fate::Failed { retry_after: Some(seconds) } = *fate else { return None };
        Some(Later { queue: envelope.queue.clone()?, receipt: envelope.receipt.clone()?, seconds })
    });
    later.collect()
}

fn count(fates: &[Fate]) {
    let handled = fates.iter().filter(|fate| **fate == Fate::Handled).count();
    metrics::of_function("MessagesHandled", handled);
    metrics::of_function("MessagesFailed", fates.len() - handled);
    metrics::of_function("MessagesUnreadable", fates.iter().filter(|fate| **fate == Fate::Unreadable).count());
}
