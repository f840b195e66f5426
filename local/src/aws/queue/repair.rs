//! Sending a message again, and removing one, by hand.

use chrono::Utc;

use super::{QueueError, Queues};

impl Queues {
    /// Sends a message again: a dead letter to the queue that it came from, any other where it is. `false`: it is gone.
    ///
    /// It begins anew, as with SQS's redrive:
    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html>.
    pub(super) fn again(&self, queue: &str, id: &str) -> Result<bool, QueueError> {
        let now = Utc::now().timestamp_millis();
        let mut all = self.all();
        let here = all.get_mut(queue).ok_or(QueueError::Unknown)?;
        let Some(message) = here.get(id) else { return Ok(false) };
        let source = message.source.as_deref().and_then(|arn| arn.rsplit(':').next()).filter(|source| *source != queue);
        match source.and_then(|source| all.get_mut(source)) {
            Some(source) => {
                // Written there before it is deleted here: a crash in between duplicates it and loses nothing.
                source.put(vec![message.anew(now)])?;
                all.get_mut(queue).ok_or(QueueError::Unknown)?.let_go(&[message])?;
            }
            None => all.get_mut(queue).ok_or(QueueError::Unknown)?.show(now, id)?,
        }
        drop(all);
        self.changed();
        Ok(true)
    }

    /// Removes a message. `false`: it is gone.
    pub(super) fn remove(&self, queue: &str, id: &str) -> Result<bool, QueueError> {
        let mut all = self.all();
        let queue = all.get_mut(queue).ok_or(QueueError::Unknown)?;
        let Some(message) = queue.get(id) else { return Ok(false) };
        queue.let_go(&[message])?;
        drop(all);
        self.changed();
        Ok(true)
    }
}
