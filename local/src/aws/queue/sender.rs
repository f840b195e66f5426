//! Messages of other services of this program.

use aws_lc_rs::digest::{SHA256, digest};

use super::digest::hexadecimal;
use super::message::Message;
use super::{QueueError, Queues};
use crate::aws::interface::message::{Outgoing, SendMessage};
use crate::project::template;

impl SendMessage for Queues {
    fn send_message(&self, queue: &str, message: Outgoing) -> Result<(), String> {
        let words = |error: QueueError| error.to_string();
        let settings = self.settings(queue).map_err(words)?;
        let Outgoing { body, attributes, trace, group, event } = message;
        let message = Message { attributes, trace, group, event, ..Message::new(body) };
        let message = ordered(message, None, &settings).map_err(|fault| fault.words().to_owned())?;
        if message.size() as u64 > settings.most_bytes {
            return Err(format!("it is longer than {} bytes", settings.most_bytes));
        }
        self.send(queue, vec![message]).map(drop).map_err(words)
    }
}

/// Why a FIFO queue does not take a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unordered {
    NoGroup,
    NoDeduplication,
}

impl Unordered {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::NoGroup => "a message for a FIFO queue needs a MessageGroupId",
            Self::NoDeduplication => {
                "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
            }
        }
    }
}

/// A message with what its queue orders it by. Without a deduplication id, a FIFO queue may take the digest of the body.
pub(super) fn ordered(
    message: Message,
    deduplication: Option<String>,
    queue: &template::Queue,
) -> Result<Message, Unordered> {
    let Some(fifo) = queue.fifo else { return Ok(message) };
    if message.group.is_none() {
        return Err(Unordered::NoGroup);
    }
    let deduplication = match deduplication {
        Some(id) => id,
        None if fifo.content_based => hexadecimal(digest(&SHA256, message.body.as_bytes()).as_ref()),
        None => return Err(Unordered::NoDeduplication),
    };
    Ok(Message { deduplication: Some(deduplication), ..message })
}
