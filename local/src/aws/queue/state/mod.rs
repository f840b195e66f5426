//! A queue: its messages and their visibility.
//!
//! It reads no clock: `now` is in epoch milliseconds. Every change is in the journal before it is returned.
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-lifecycle.html>

use std::io;
use std::time::Duration;

use super::journal::{Entry, Journal, Kept};
use super::message::{Message, Receipt};
use super::recent::Seen;
use crate::aws::interface::message::Limits;
use crate::project::template;

mod order;

pub(super) struct Queue {
    pub settings: template::Queue,
    /// In epoch seconds.
    pub created: i64,
    journal: Journal,
    /// In the order they were sent.
    messages: Vec<Message>,
    /// The messages that were sent to a FIFO queue lately.
    seen: Vec<Seen>,
}

/// Numbers of messages by their state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub visible: usize,
    pub in_flight: usize,
    pub delayed: usize,
}

/// Result of `ChangeMessageVisibility`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Changed {
    Done,
    /// Not in flight.
    NotInFlight,
    Gone,
}

impl Queue {
    pub(super) fn new(settings: template::Queue, now: i64, journal: Journal, kept: Kept) -> Self {
        let Kept { messages, seen } = kept;
        Self { settings, created: now / 1000, journal, messages, seen }
    }

    /// Adds messages that a client sends, all or none, and returns them as they are kept. A FIFO queue does not add one with
    /// the deduplication id of another one of the last five minutes: that one is returned.
    pub(super) fn send(&mut self, now: i64, messages: Vec<Message>) -> io::Result<Vec<Message>> {
        let Some(fifo) = self.settings.fifo else {
            self.put(messages.clone())?;
            return Ok(messages);
        };
        self.seen.retain(|seen| seen.is_recent(now));
        let (mut fresh, mut seen, mut sent) = (Vec::new(), Vec::new(), Vec::new());
        let mut numbers = self.numbers(now);
        for message in messages {
            let mut known = self.seen.iter().chain(&seen);
            if let Some(Seen { id, sequence, .. }) = known.find(|known| known.is_of(&message, fifo.by_group)) {
                sent.push(Message { id: id.clone(), sequence: Some(sequence.clone()), ..message });
                continue;
            }
            let message = Message { sequence: numbers.next(), ..message };
            seen.extend(Seen::of(&message, fifo.by_group));
            fresh.push(message.clone());
            sent.push(message);
        }
        let entries = fresh.iter().cloned().map(Entry::Put).chain(seen.iter().cloned().map(Entry::Seen));
        self.journal.append(&entries.collect::<Vec<_>>(), true)?;
        self.messages.extend(fresh);
        self.seen.extend(seen);
        Ok(sent)
    }

    /// Adds messages of another queue, all or none.
    pub(super) fn put(&mut self, mut messages: Vec<Message>) -> io::Result<()> {
        if self.settings.fifo.is_some() {
            let sent = messages.iter().map(|message| message.sent).max();
            let numbers: Vec<String> = self.numbers(sent.unwrap_or_default()).take(messages.len()).collect();
            for (message, number) in messages.iter_mut().zip(numbers) {
                message.sequence = Some(number);
            }
        }
        let entries: Vec<_> = messages.iter().cloned().map(Entry::Put).collect();
        self.journal.append(&entries, true)?;
        self.messages.extend(messages);
        Ok(())
    }

    /// Receives visible messages, and hides them for `hidden`.
    pub(super) fn receive(&mut self, now: i64, limits: Limits, hidden: Duration) -> io::Result<Vec<Message>> {
        self.forget_old(now)?;
        let until = now.saturating_add(milliseconds(hidden));
        let mut bytes = 0;
        let fits = |index: &usize| {
            let first = bytes == 0 && limits.first;
            bytes += self.messages[*index].event_size();
            first || bytes <= limits.bytes
        };
        let taken = self.available(now).take(limits.messages).take_while(fits);
        let taken: Vec<(usize, Message)> = taken
            .map(|index| {
                let message = &self.messages[index];
                let first_received = message.first_received.or(Some(now));
                let receives = message.receives + 1;
                (index, Message { visible: until, receives, first_received, ..message.clone() })
            })
            .collect();
        // Not durable: a receive that is lost in a crash is repeated, as at-least-once delivery permits.
        let entries: Vec<_> = taken.iter().map(|(_, message)| Entry::Put(message.clone())).collect();
        self.journal.append(&entries, false)?;
        for (index, message) in &taken {
            self.messages[*index].clone_from(message);
        }
        self.journal.tidy(&self.messages, &self.seen)?;
        Ok(taken.into_iter().map(|(_, message)| message).collect())
    }

    /// Deletes a message. A message that is gone or was received again is ignored.
    pub(super) fn delete(&mut self, receipt: &Receipt) -> io::Result<()> {
        match self.find(receipt) {
            Some(index) => self.remove(&[index]),
            None => Ok(()),
        }
    }

    /// Changes the visibility timeout of a message in flight.
    pub(super) fn change(&mut self, now: i64, receipt: &Receipt, hidden: Duration) -> io::Result<Changed> {
        let Some(index) = self.find(receipt) else { return Ok(Changed::Gone) };
        let message = &self.messages[index];
        if message.visible <= now {
            return Ok(Changed::NotInFlight);
        }
        let message = Message { visible: now.saturating_add(milliseconds(hidden)), ..message.clone() };
        self.journal.append(&[Entry::Put(message.clone())], false)?;
        self.messages[index] = message;
        Ok(Changed::Done)
    }

    /// Makes a message visible, if it is here.
    pub(super) fn show(&mut self, now: i64, id: &str) -> io::Result<()> {
        let Some(message) = self.messages.iter_mut().find(|message| message.id == id) else { return Ok(()) };
        let shown = Message { visible: now.min(message.visible), ..message.clone() };
        self.journal.append(&[Entry::Put(shown.clone())], false)?;
        *message = shown;
        Ok(())
    }

    /// The message with this id.
    pub(super) fn get(&self, id: &str) -> Option<Message> {
        self.messages.iter().find(|message| message.id == id).cloned()
    }

    pub(super) fn purge(&mut self) -> io::Result<()> {
        self.remove(&(0..self.messages.len()).collect::<Vec<_>>())
    }

    /// Visible messages that have reached the maximum receive count.
    pub(super) fn given_up(&self, now: i64) -> Vec<Message> {
        let Some(redrive) = &self.settings.redrive else { return Vec::new() };
        let available = self.available(now).map(|index| &self.messages[index]);
        available.filter(|message| message.receives >= redrive.after).cloned().collect()
    }

    /// Removes messages that were moved to another queue.
    pub(super) fn let_go(&mut self, messages: &[Message]) -> io::Result<()> {
        let indexes =
            self.messages.iter().enumerate().filter(|(_, known)| messages.iter().any(|gone| gone.id == known.id));
        let indexes: Vec<usize> = indexes.map(|(index, _)| index).collect();
        self.remove(&indexes)
    }

    /// When the next message becomes visible. One that waits for an earlier message of its group is visible already.
    pub(super) fn next(&self, now: i64) -> Option<i64> {
        self.messages.iter().map(|message| message.visible).filter(|visible| *visible > now).min()
    }

    pub(super) fn counts(&self, now: i64) -> Counts {
        let mut counts = Counts::default();
        for message in self.messages.iter().filter(|message| !self.is_old(message, now)) {
            match (message.visible <= now, message.receives) {
                (true, _) => counts.visible += 1,
                (false, 0) => counts.delayed += 1,
                (false, _) => counts.in_flight += 1,
            }
        }
        counts
    }

    pub(super) fn newest(&self, most: usize, now: i64) -> Vec<Message> {
        self.messages.iter().rev().filter(|message| !self.is_old(message, now)).take(most).cloned().collect()
    }

    fn find(&self, receipt: &Receipt) -> Option<usize> {
        self.messages.iter().position(|message| message.id == receipt.id && message.receives == receipt.receives)
    }

    fn is_old(&self, message: &Message, now: i64) -> bool {
        now.saturating_sub(message.sent) > milliseconds(self.settings.retention)
    }

    fn forget_old(&mut self, now: i64) -> io::Result<()> {
        let old = self.messages.iter().enumerate().filter(|(_, message)| self.is_old(message, now));
        let old: Vec<usize> = old.map(|(index, _)| index).collect();
        self.remove(&old)
    }

    /// Removes messages by their indexes, in ascending order.
    fn remove(&mut self, indexes: &[usize]) -> io::Result<()> {
        if indexes.is_empty() {
            return Ok(());
        }
        let entries: Vec<_> = indexes.iter().map(|index| Entry::Gone(self.messages[*index].id.clone())).collect();
        self.journal.append(&entries, false)?;
        let mut index = 0;
        self.messages.retain(|_| {
            index += 1;
            indexes.binary_search(&(index - 1)).is_err()
        });
        self.journal.tidy(&self.messages, &self.seen)
    }
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
