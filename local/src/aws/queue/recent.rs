//! The deduplication ids of a FIFO queue's last five minutes.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html>

use serde::{Deserialize, Serialize};

use super::message::Message;

/// The deduplication interval in milliseconds.
const INTERVAL: i64 = 5 * 60 * 1_000;

/// A message that was sent, whether it is still in the queue or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    /// The deduplication id.
    pub key: String,
    /// The group, where ids are compared within one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// When it was sent, in milliseconds since 1970.
    pub at: i64,
    pub id: String,
    pub sequence: String,
}

impl Seen {
    /// `None` for a message without a deduplication id. `by_group`: ids are compared within a group.
    pub(super) fn of(message: &Message, by_group: bool) -> Option<Self> {
        Some(Self {
            key: message.deduplication.clone()?,
            group: message.group.clone().filter(|_| by_group),
            at: message.sent,
            id: message.id.clone(),
            sequence: message.sequence.clone()?,
        })
    }

    pub(super) fn is_recent(&self, now: i64) -> bool {
        now.saturating_sub(self.at) < INTERVAL
    }

    /// Whether `message` is the same again.
    pub(super) fn is_of(&self, message: &Message, by_group: bool) -> bool {
        message.deduplication.as_ref() == Some(&self.key) && (!by_group || self.group == message.group)
    }
}
