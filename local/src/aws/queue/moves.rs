//! Moving all messages of a dead-letter queue.

use std::sync::PoisonError;

use chrono::Utc;
use uuid::Uuid;

use super::message::Message;
use super::{QueueError, Queues};
use crate::project::template;

/// Tasks that are listed, as on SQS.
const KEPT: usize = 10;

/// A task that is over.
#[derive(Debug, Clone)]
pub(super) struct Move {
    pub id: String,
    /// ARNs.
    pub source: String,
    pub destination: Option<String>,
    /// Messages that the source had, and those of them that were moved.
    pub found: usize,
    pub moved: usize,
    /// In milliseconds since 1970.
    pub at: i64,
}

impl Queues {
    /// Whether dead letters of another queue come to this one.
    pub(super) fn takes_dead_letters(&self, queue: &str) -> bool {
        let is = |settings: &template::Queue| settings.redrive.as_ref().is_some_and(|redrive| redrive.queue == queue);
        self.all().values().any(|other| is(&other.settings))
    }

    /// Moves the messages that can be received now: to `destination`, or each to the queue that it came from. One that came from
    /// no queue of the template stays.
    pub(super) fn move_all(&self, source: &str, destination: Option<&str>) -> Result<Move, QueueError> {
        let now = Utc::now().timestamp_millis();
        let mut all = self.all();
        let messages = all.get(source).ok_or(QueueError::Unknown)?.visible(now);
        let found = messages.len();
        let mut moved = 0;
        for message in messages {
            let origin = message.source.as_deref().and_then(|arn| arn.rsplit(':').next()).map(ToOwned::to_owned);
            let Some(to) = destination.map(ToOwned::to_owned).or(origin) else { continue };
            let Some(queue) = all.get_mut(&to) else { continue };
            // Written there before it is deleted here: a crash in between duplicates it and loses nothing.
            queue.put(vec![message.anew(now)])?;
            all.get_mut(source).ok_or(QueueError::Unknown)?.let_go(&[message])?;
            moved += 1;
        }
        drop(all);
        let task = Move {
            id: Uuid::new_v4().to_string(),
            source: self.arn_of(source),
            destination: destination.map(|name| self.arn_of(name)),
            found,
            moved,
            at: now,
        };
        self.0.logger.say("queue", &format!("{moved} of {found} messages moved from {source}"));
        let mut tasks = self.0.moves.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.insert(0, task.clone());
        tasks.truncate(KEPT);
        drop(tasks);
        self.changed();
        Ok(task)
    }

    /// The last tasks of a source, newest first.
    pub(super) fn moves(&self, source: &str) -> Vec<Move> {
        let arn = self.arn_of(source);
        let tasks = self.0.moves.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.iter().filter(|task| task.source == arn).cloned().collect()
    }
}

impl Message {
    /// The message as it begins in the queue that it is moved to:
    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html>.
    pub(super) fn anew(&self, now: i64) -> Self {
        Self { sent: now, visible: now, receives: 0, first_received: None, source: None, ..self.clone() }
    }
}
