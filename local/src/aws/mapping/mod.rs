//! Event source mappings of SQS queues.
//!
//! A mapping polls its queue, gathers batches, and invokes its function with them. It deletes what was processed; the rest
//! becomes visible again by the queue's visibility timeout: <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>.

mod delivery;
mod filter;
mod gather;
mod record;
mod verdict;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::delivery::Delivery;
use crate::aws::interface::invoke::Invoke;
use crate::aws::interface::message::ReceiveMessages;
use crate::base::log::Logger;
use crate::project::template::QueueMapping;

/// Batches at once, where the mapping has no maximum concurrency. Lambda begins with five:
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html>.
const CONCURRENCY: usize = 5;
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);

/// An event source mapping with its dependencies.
pub(crate) struct Mapping {
    /// The key of the function.
    pub function: String,
    pub settings: QueueMapping,
    pub region: String,
    pub queues: Arc<dyn ReceiveMessages>,
    pub functions: Arc<dyn Invoke>,
    pub logger: Logger,
    /// Tracks batches that the function still has when the mapping ends.
    pub tasks: TaskTracker,
    pub stop: CancellationToken,
}

impl Mapping {
    /// Runs until the mapping is stopped. Batches under way go on: a batch that ends is deleted from its queue as long as the
    /// service runs.
    pub(crate) async fn run(self: Arc<Self>) {
        let places = Arc::new(Semaphore::new(self.settings.maximum_concurrency.unwrap_or(CONCURRENCY)));
        let mut said = None;
        loop {
            let place = tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                place = places.clone().acquire_owned() => place,
            };
            // The semaphore is never closed.
            let Ok(place) = place else { return };
            match self.gather().await {
                Ok(batch) if batch.is_empty() => {}
                Ok(batch) => {
                    said = None;
                    let delivery = Delivery { mapping: self.clone(), batch };
                    self.tasks.spawn(async move {
                        delivery.run().await;
                        drop(place);
                    });
                }
                Err(error) => {
                    // A queue that the template does not have any more is gone a moment before its mapping.
                    if timeout(PAUSE_AFTER_ERROR, self.stop.cancelled()).await.is_err() {
                        self.say_once(&mut said, &error);
                    }
                }
            }
        }
    }

    fn say_once(&self, said: &mut Option<String>, error: &str) {
        if said.as_deref() != Some(error) {
            let queue = &self.settings.queue;
            self.logger.say("queue", &format!("ERROR {} cannot read {queue}: {error}", self.function));
            *said = Some(error.to_owned());
        }
    }
}
