//! A message as it is stored.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Utc;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::aws::interface::message::Attribute;

/// Bytes of a message in a function's event beside its texts: names of members, digests, ARN and receipt handle.
const ENVELOPE: usize = 1_536;

/// A message of a queue. Times are milliseconds since 1970, as in SQS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Message {
    pub id: String,
    pub body: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Attribute>,
    /// The X-Ray trace header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    pub sent: i64,
    /// When it becomes visible.
    pub visible: i64,
    /// `ApproximateReceiveCount`.
    #[serde(default)]
    pub receives: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_received: Option<i64>,
    /// The ARN of the queue that moved it to this dead-letter queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// `MessageGroupId`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// `MessageDeduplicationId`, in a FIFO queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deduplication: Option<String>,
    /// `SequenceNumber`, in a FIFO queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<String>,
    /// The id of the event that a rule brought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}

impl Message {
    /// A message that is sent now and visible at once.
    pub(crate) fn new(body: String) -> Self {
        let now = Utc::now().timestamp_millis();
        Self {
            id: Uuid::new_v4().to_string(),
            body,
            attributes: BTreeMap::new(),
            trace: None,
            sent: now,
            visible: now,
            receives: 0,
            first_received: None,
            source: None,
            group: None,
            deduplication: None,
            sequence: None,
            event: None,
        }
    }

    /// The size that the limits apply to: body and attributes.
    pub(crate) fn size(&self) -> usize {
        let attributes = self.attributes.iter();
        let attributes =
            attributes.map(|(name, attribute)| name.len() + attribute.data_type.len() + attribute.bytes().len());
        self.body.len() + attributes.sum::<usize>()
    }

    /// About as many bytes as it has in a function's event.
    pub(crate) fn event_size(&self) -> usize {
        // JSON escapes characters of the body. A text can be serialized.
        let body = serde_json::to_string(&self.body).map_or(self.body.len(), |text| text.len());
        body + 2 * (self.size() - self.body.len()) + ENVELOPE
    }

    /// The receipt handle of the last receive.
    pub(crate) fn receipt(&self) -> String {
        STANDARD.encode(format!("{}:{}", self.id, self.receives))
    }
}

/// A parsed receipt handle. Only that of the last receive is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub id: String,
    pub receives: u64,
}

impl Receipt {
    /// `None` where the text is no receipt handle.
    pub(crate) fn read(handle: &str) -> Option<Self> {
        let text = String::from_utf8(STANDARD.decode(handle).ok()?).ok()?;
        let (id, receives) = text.split_once(':')?;
        Some(Self { id: id.to_owned(), receives: receives.parse().ok()? })
    }
}
