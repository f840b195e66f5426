//! The order in which a queue gives out its messages.

use std::collections::BTreeSet;

use super::Queue;
use crate::aws::queue::message::Message;

/// Sequence numbers of a millisecond. They have twenty digits, as in SQS.
const PER_MILLISECOND: u128 = 10_000_000;

impl Queue {
    /// The indexes of the messages that can be received now. A FIFO queue gives out the messages of a group in the order they
    /// were sent, and none while an earlier one is in flight or delayed:
    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html>.
    pub(super) fn available(&self, now: i64) -> impl Iterator<Item = usize> {
        let fifo = self.settings.fifo.is_some();
        let mut blocked = BTreeSet::new();
        self.messages.iter().enumerate().filter_map(move |(index, message)| {
            if message.visible <= now {
                return (!fifo || !blocked.contains(&message.group)).then_some(index);
            }
            if fifo {
                blocked.insert(&message.group);
            }
            None
        })
    }

    /// The messages that can be received now, and in a FIFO queue those behind them.
    pub(in crate::aws::queue) fn visible(&self, now: i64) -> Vec<Message> {
        self.messages.iter().filter(|message| message.visible <= now).cloned().collect()
    }

    /// The next sequence numbers. They grow across restarts, also where all messages are gone.
    pub(super) fn numbers(&self, now: i64) -> impl Iterator<Item = String> + use<> {
        let last = self.messages.iter().filter_map(|message| message.sequence.as_deref());
        let last = last.chain(self.seen.iter().map(|seen| seen.sequence.as_str()));
        let last = last.filter_map(|number| number.parse::<u128>().ok()).max().unwrap_or_default();
        let first = (last + 1).max(u128::from(now.unsigned_abs()) * PER_MILLISECOND);
        (first..).map(|number| format!("{number:020}"))
    }
}
