//! Delivers a batch to its function, and deletes what was processed.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::Utc;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{Mapping, record, verdict};
use crate::aws::interface::error::{Failure, FunctionError};
use crate::aws::interface::invoke::{Cause, Request, Sender};
use crate::aws::interface::message::Received;
use crate::aws::interface::trace::{self, Trace};

/// The pause after a throttle, which doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The system attribute with the sender's trace.
const TRACE: &str = "AWSTraceHeader";
/// How many messages a line of the log names.
const NAMED: usize = 10;

/// A batch on its way to the function.
pub(super) struct Delivery {
    pub mapping: Arc<Mapping>,
    pub batch: Vec<Received>,
}

impl Delivery {
    pub(super) async fn run(self) {
        match self.invoke().await {
            Ok(answer) => self.settle(&answer),
            // The messages come again: at once, or after the next start.
            Err(error) if matches!(error.failure, Failure::Stopping | Failure::Unknown | Failure::Throttled) => {
                self.give_back();
            }
            // The runtime logs why.
            Err(_) => self.say_failed(&self.batch.iter().collect::<Vec<_>>()),
        }
    }

    /// Invokes the function. A throttled batch is tried again until its messages become visible:
    /// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-backoff-strategy>.
    async fn invoke(&self) -> Result<Bytes, FunctionError> {
        let Mapping { functions, function, settings, region, stop, .. } = &*self.mapping;
        let records: Vec<Value> =
            self.batch.iter().map(|message| record::of(message, &settings.queue, region)).collect();
        let payload = Bytes::from(json!({ "Records": records }).to_string());
        let mut pause = FIRST_PAUSE;
        loop {
            let messages = self.batch.iter().map(sender).collect();
            let cause = Cause::Queue { queue: settings.queue.clone(), messages };
            let request = Request { cause, ..Request::new(payload.clone(), Trace::start()) };
            let error = match functions.invoke(function, request).await {
                Err(error) if error.failure == Failure::Throttled => error,
                result => return result,
            };
            if stop.is_cancelled() || self.left() <= pause {
                return Err(error);
            }
            let _ = timeout(pause, stop.cancelled()).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// How long all messages stay hidden.
    fn left(&self) -> Duration {
        let first = self.batch.iter().map(|message| message.visible).min().unwrap_or_default();
        let left = first.saturating_sub(Utc::now().timestamp_millis());
        Duration::from_millis(u64::try_from(left).unwrap_or_default())
    }

    fn settle(&self, answer: &[u8]) {
        let failed: Option<BTreeSet<String>> = if self.mapping.settings.report_failures {
            verdict::failures(answer, &self.batch)
        } else {
            Some(BTreeSet::new())
        };
        let Some(failed) = failed else {
            let function = &self.mapping.function;
            let message = format!("ERROR {function} did not answer with a report of `batchItemFailures`");
            self.mapping.logger.say("queue", &message);
            return self.say_failed(&self.batch.iter().collect::<Vec<_>>());
        };
        let (failed, done): (Vec<&Received>, Vec<&Received>) =
            self.batch.iter().partition(|message| failed.contains(&message.id));
        for message in done {
            self.mapping.delete(message);
        }
        if !failed.is_empty() {
            self.say_failed(&failed);
        }
    }

    fn give_back(&self) {
        let Mapping { queues, settings, .. } = &*self.mapping;
        for message in &self.batch {
            // The queue may be gone with the function.
            let _ = queues.return_message(&settings.queue, &message.receipt);
        }
    }

    /// Messages are named by their ids: their bodies may be personal data.
    fn say_failed(&self, failed: &[&Received]) {
        let Mapping { logger, function, settings, .. } = &*self.mapping;
        let ids: Vec<&str> = failed.iter().take(NAMED).map(|message| message.id.as_str()).collect();
        let more = if failed.len() > NAMED { format!(" and {} more", failed.len() - NAMED) } else { String::new() };
        let (count, ids, queue) = (failed.len(), ids.join(", "), &settings.queue);
        logger.say(
            "queue",
            &format!("{count} of {} messages of {queue} failed in {function}: {ids}{more}", self.batch.len()),
        );
    }
}

fn sender(message: &Received) -> Sender {
    let segment = message.system.get(TRACE).and_then(|header| trace::parent(header));
    Sender { event: message.event.clone(), segment: segment.map(ToOwned::to_owned) }
}

#[cfg(test)]
mod tests;
