//! Gathers the messages of a batch.

use std::time::Duration;

use tokio::time::Instant;

use super::Mapping;
use super::filter;
use crate::aws::interface::invoke::PAYLOAD_LIMIT;
use crate::aws::interface::message::{Limits, Received};

/// The longest wait of a poll, as SQS has it.
const POLL: Duration = Duration::from_secs(20);
/// Bytes of a payload that a batch may fill. The rest is for what the estimate of a message's size leaves out.
const MOST_BYTES: usize = PAYLOAD_LIMIT / 10 * 9;

impl Mapping {
    /// The next batch: by number, by size, or when its window ends, which begins with the first message. Empty where there was
    /// no message in a poll, or none that the function wants.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html#invocation-eventsourcemapping-batching>
    pub(super) async fn gather(&self) -> Result<Vec<Received>, String> {
        let mut batch: Vec<Received> = Vec::new();
        let mut bytes = 0;
        let mut deadline = None;
        loop {
            let wait = deadline.map_or(POLL, |deadline: Instant| deadline.saturating_duration_since(Instant::now()));
            let messages = self.settings.batch_size.saturating_sub(batch.len());
            let limits = Limits { messages, bytes: MOST_BYTES.saturating_sub(bytes), first: batch.is_empty() };
            let received = tokio::select! {
                biased;
                received = self.queues.receive_messages(&self.settings.queue, limits, wait.min(POLL)) => received?,
                () = self.stop.cancelled() => Vec::new(),
            };
            let none = received.is_empty();
            for message in received {
                if self.wants(&message) {
                    bytes += message.size;
                    add(&mut batch, message);
                }
            }
            if !batch.is_empty() {
                deadline.get_or_insert_with(|| Instant::now() + self.settings.batch_window);
            }
            let over = deadline.is_none_or(|deadline| Instant::now() >= deadline);
            let full = batch.len() >= self.settings.batch_size || bytes >= MOST_BYTES;
            // Without messages or a window, one poll is a batch.
            if full || self.stop.is_cancelled() || (over && (none || deadline.is_some())) {
                return Ok(batch);
            }
        }
    }

    /// Whether the function wants a message. One that no filter matches is deleted, as Lambda does.
    fn wants(&self, message: &Received) -> bool {
        if filter::passes(&self.settings.patterns, message, &self.settings.queue, &self.region) {
            return true;
        }
        self.delete(message);
        false
    }

    pub(super) fn delete(&self, message: &Received) {
        if let Err(error) = self.queues.delete_message(&self.settings.queue, &message.receipt) {
            let (id, queue) = (&message.id, &self.settings.queue);
            self.logger.say("queue", &format!("ERROR message {id} is not deleted from {queue}: {error}"));
        }
    }
}

/// A message whose visibility timeout ends within the window is received again: its last receipt counts.
fn add(batch: &mut Vec<Received>, message: Received) {
    match batch.iter_mut().find(|known| known.id == message.id) {
        Some(known) => *known = message,
        None => batch.push(message),
    }
}
