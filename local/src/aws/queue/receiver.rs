//! The queues as an event source mapping uses them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::api::system_attributes;
use super::message::{Message, Receipt};
use super::{QueueError, Queues, digest};
use crate::aws::interface::Pending;
use crate::aws::interface::message::{Limits, ReceiveMessages, Received};

impl ReceiveMessages for Queues {
    fn receive_messages<'a>(
        &'a self,
        queue: &'a str,
        limits: Limits,
        wait: Duration,
    ) -> Pending<'a, Result<Vec<Received>, String>> {
        Box::pin(async move {
            let words = |error: QueueError| error.to_string();
            let hidden = self.settings(queue).map_err(words)?.visibility;
            let messages = self.receive(queue, limits, hidden, wait).await.map_err(words)?;
            Ok(messages.iter().map(received).collect())
        })
    }

    fn delete_message(&self, queue: &str, receipt: &str) -> Result<(), String> {
        let Some(receipt) = Receipt::read(receipt) else { return Ok(()) };
        self.delete(queue, &receipt).map_err(|error| error.to_string())
    }

    fn return_message(&self, queue: &str, receipt: &str) -> Result<(), String> {
        let Some(receipt) = Receipt::read(receipt) else { return Ok(()) };
        self.change(queue, &receipt, Duration::ZERO).map(drop).map_err(|error| error.to_string())
    }
}

fn received(message: &Message) -> Received {
    let system = system_attributes(message, &["All"]).into_iter();
    let system: BTreeMap<String, String> =
        system.filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect();
    Received {
        id: message.id.clone(),
        receipt: message.receipt(),
        body: message.body.clone(),
        digest: digest::body(&message.body),
        system,
        attributes: message.attributes.clone(),
        attributes_digest: digest::attributes(&message.attributes),
        event: message.event.clone(),
        visible: message.visible,
        size: message.event_size(),
    }
}
