//! `GET /_local/queues`: what is in the queues, newest first. Looking at a message neither hides it nor counts.

use std::sync::Arc;

use axum::{Json, extract::State};
use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Value, json};

use super::Gateway;
use crate::aws::queue::{Attribute, AttributeValue, Message};

pub(super) async fn list(State(gateway): State<Arc<Gateway>>) -> Json<Vec<Value>> {
    let queues = gateway.queues.names().into_iter().map(|name| {
        let messages = gateway.queues.messages(&name).unwrap_or_default();
        let messages: Vec<Value> = messages.iter().rev().map(show).collect();
        json!({ "name": name, "url": gateway.queues.url_of(&name), "messages": messages })
    });
    Json(queues.collect())
}

fn show(message: &Message) -> Value {
    let sent = DateTime::from_timestamp_millis(message.sent).unwrap_or_default();
    let attributes: Map<String, Value> =
        message.attributes.iter().map(|(name, attribute)| (name.clone(), value(attribute))).collect();
    json!({
        "id": message.id,
        "sent": sent.to_rfc3339_opts(SecondsFormat::Millis, true),
        "receives": message.receives,
        "attributes": attributes,
        "body": serde_json::from_str::<Value>(&message.body).unwrap_or_else(|_| message.body.as_str().into()),
    })
}

/// As a person would write it: a number is one where it can be.
fn value(attribute: &Attribute) -> Value {
    match &attribute.value {
        AttributeValue::Text(text) if attribute.data_type.starts_with("Number") => {
            serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into())
        }
        AttributeValue::Text(text) | AttributeValue::Binary(text) => text.as_str().into(),
    }
}
