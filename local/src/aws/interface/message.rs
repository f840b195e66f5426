//! Messages of SQS queues: sending, receiving and deleting them.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::Pending;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outgoing {
    pub body: String,
    pub attributes: BTreeMap<String, Attribute>,
    /// The X-Ray trace it belongs to.
    pub trace: Option<String>,
    /// The message group, which a FIFO queue needs.
    pub group: Option<String>,
    /// The id of the event that it has.
    pub event: Option<String>,
}

/// A message attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attribute {
    /// `String`, `Number` or `Binary`, perhaps with a custom label: `Number.int`.
    pub data_type: String,
    pub value: AttributeValue,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum AttributeValue {
    Text(String),
    /// In Base64.
    Binary(String),
}

impl Attribute {
    /// An attribute with a text as its value.
    pub(crate) fn text(data_type: &str, text: impl Into<String>) -> Self {
        Self { data_type: data_type.to_owned(), value: AttributeValue::Text(text.into()) }
    }

    /// The bytes of the value.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match &self.value {
            AttributeValue::Text(text) => text.clone().into_bytes(),
            AttributeValue::Binary(text) => STANDARD.decode(text).unwrap_or_default(),
        }
    }
}

/// The queues of the service, by their names.
pub(crate) trait SendMessage: Send + Sync {
    /// An error is a phrase for the log.
    fn send_message(&self, queue: &str, message: Outgoing) -> Result<(), String>;
}

/// A message that was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    pub id: String,
    pub receipt: String,
    pub body: String,
    /// The MD5 digest of the body.
    pub digest: String,
    /// System attributes, as `ReceiveMessage` names them.
    pub system: BTreeMap<String, String>,
    pub attributes: BTreeMap<String, Attribute>,
    /// The MD5 digest of the attributes, if there are any.
    pub attributes_digest: Option<String>,
    /// The id of the event that a rule brought.
    pub event: Option<String>,
    /// When it becomes visible again, in milliseconds since 1970.
    pub visible: i64,
    /// Bytes in a function's event.
    pub size: usize,
}

/// Limits of a receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    pub messages: usize,
    /// Bytes of all messages in a function's event.
    pub bytes: usize,
    /// Whether one message is received, whatever its size is.
    pub first: bool,
}

/// The queues of the service, as a receiver uses them. An error is a phrase for the log.
pub(crate) trait ReceiveMessages: Send + Sync {
    /// Receives messages as soon as there is one, at the latest after `wait`. They are hidden for the queue's visibility
    /// timeout.
    fn receive_messages<'a>(
        &'a self,
        queue: &'a str,
        limits: Limits,
        wait: Duration,
    ) -> Pending<'a, Result<Vec<Received>, String>>;

    /// Deletes a message. One that was received again since is left alone.
    fn delete_message(&self, queue: &str, receipt: &str) -> Result<(), String>;

    /// Makes a message visible at once.
    fn return_message(&self, queue: &str, receipt: &str) -> Result<(), String>;
}
