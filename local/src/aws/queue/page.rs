//! `GET /_local/queues`: the messages of the queues, newest first. Listing a message neither hides it nor counts as a
//! receive.

use axum::Json;
use axum::extract::State;
use axum::routing::get;
use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Value, json};

use super::{Attribute, AttributeValue, Message, Queues};
use crate::aws::interface::page::Page;

pub(crate) fn page(queues: Queues) -> Page {
    Page { path: "/_local/queues", handler: get(list).with_state(queues), yields: false }
}

async fn list(State(queues): State<Queues>) -> Json<Vec<Value>> {
    let listed = queues.names().into_iter().map(|name| {
        let messages = queues.messages(&name).unwrap_or_default();
        let messages: Vec<Value> = messages.iter().rev().map(show).collect();
        json!({ "name": name, "url": queues.url_of(&name), "messages": messages })
    });
    Json(listed.collect())
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

/// An attribute as JSON: a `Number` becomes one where it can.
fn value(attribute: &Attribute) -> Value {
    match &attribute.value {
        AttributeValue::Text(text) if attribute.data_type.starts_with("Number") => {
            serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into())
        }
        AttributeValue::Text(text) | AttributeValue::Binary(text) => text.as_str().into(),
    }
}
