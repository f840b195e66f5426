//! Receiving messages, and moving those that were received too often to the dead-letter queue.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::Utc;
use tokio::time::timeout;

use super::message::Message;
use super::state::Queue;
use super::{QueueError, Queues};
use crate::aws::interface::message::Limits;

impl Queues {
    /// Receives messages as soon as there is one, at the latest after `wait`.
    pub(super) async fn receive(
        &self,
        queue: &str,
        limits: Limits,
        hidden: Duration,
        wait: Duration,
    ) -> Result<Vec<Message>, QueueError> {
        let deadline = tokio::time::Instant::now() + wait;
        loop {
            // Registered before the queue is read, so that no message in between is missed.
            let news = self.0.news.notified();
            tokio::pin!(news);
            news.as_mut().enable();
            let now = Utc::now().timestamp_millis();
            let messages = self.receive_now(queue, now, limits, hidden)?;
            let left = deadline.saturating_duration_since(tokio::time::Instant::now());
            if !messages.is_empty() || left.is_zero() || self.0.stop.is_cancelled() {
                return Ok(messages);
            }
            let next =
                self.read(queue, |queue| queue.next(now))?.map(|at| at.saturating_sub(now).max(1).unsigned_abs());
            let pause = next.map_or(left, |next| left.min(Duration::from_millis(next)));
            tokio::select! {
                _ = timeout(pause, news) => {}
                () = self.0.stop.cancelled() => {}
            }
        }
    }

    fn receive_now(&self, name: &str, now: i64, limits: Limits, hidden: Duration) -> Result<Vec<Message>, QueueError> {
        let mut all = self.all();
        let queue = all.get_mut(name).ok_or(QueueError::Unknown)?;
        let dead = queue.given_up(now);
        let redrive = queue.settings.redrive.clone();
        if let Some(redrive) = redrive.filter(|_| !dead.is_empty()) {
            self.move_on(&mut all, name, &redrive.queue, now, &dead)?;
        }
        let messages = all.get_mut(name).ok_or(QueueError::Unknown)?.receive(now, limits, hidden)?;
        if !messages.is_empty() {
            self.0.observer.queues_changed();
        }
        Ok(messages)
    }

    /// Moves messages to the dead-letter queue. They are written there before they are deleted here: a crash in between
    /// duplicates them and loses none.
    fn move_on(
        &self,
        all: &mut BTreeMap<String, Queue>,
        from: &str,
        to: &str,
        now: i64,
        dead: &[Message],
    ) -> Result<(), QueueError> {
        let source = Some(self.arn_of(from));
        let moved = dead.iter().cloned().map(|message| Message { visible: now, source: source.clone(), ..message });
        all.get_mut(to).ok_or(QueueError::Unknown)?.put(moved.collect())?;
        for message in dead {
            let times = message.receives;
            self.0.logger.say("queue", &format!("message {} to {to}: {from} gave it out {times} times", message.id));
        }
        if let Some(queue) = all.get_mut(from) {
            queue.let_go(dead)?;
        }
        self.changed();
        Ok(())
    }
}
