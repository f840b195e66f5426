//! `/_local/queues`: the newest messages of the queues, newest first. Listing a message neither hides it nor counts as a receive.
//! `POST` sends one again, `DELETE` removes one.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Value, json};

use super::{Message, QueueError, Queues};
use crate::aws::interface::message::{Attribute, AttributeValue};
use crate::aws::interface::page::{Page, message};

/// Messages that are listed of a queue.
const MOST: usize = 1_000;

pub(crate) fn pages(queues: &Queues) -> [Page; 3] {
    [
        ("/_local/queues", get(list)),
        ("/_local/queues/{name}/messages/{id}", delete(remove)),
        ("/_local/queues/{name}/messages/{id}/again", post(again)),
    ]
    .map(|(path, handler)| Page { path: path.into(), handler: handler.with_state(queues.clone()), yields: false })
}

async fn list(State(queues): State<Queues>) -> Json<Vec<Value>> {
    let names = queues.names();
    let settings: Vec<_> = names.iter().filter_map(|name| queues.settings(name).ok()).collect();
    let listed = settings.iter().map(|queue| {
        let messages = queues.newest(&queue.name, MOST).unwrap_or_default();
        let messages: Vec<Value> = messages.iter().map(show).collect();
        let counts = queues.counts(&queue.name).unwrap_or_default();
        let senders = settings.iter().filter(|other| other.redrive.as_ref().is_some_and(|to| to.queue == queue.name));
        json!({
            "name": queue.name,
            "url": queues.url_of(&queue.name),
            "dead_letters_of": senders.map(|sender| sender.name.as_str()).collect::<Vec<_>>(),
            "readers": queue.readers,
            "fifo": queue.fifo.is_some(),
            "redrive": queue.redrive.as_ref().map(|to| json!({ "queue": to.queue, "after": to.after })),
            "counts": { "visible": counts.visible, "in_flight": counts.in_flight, "delayed": counts.delayed },
            "messages": messages,
        })
    });
    Json(listed.collect())
}

async fn again(State(queues): State<Queues>, Path((name, id)): Path<(String, String)>) -> Response {
    answer(queues.again(&name, &id))
}

async fn remove(State(queues): State<Queues>, Path((name, id)): Path<(String, String)>) -> Response {
    answer(queues.remove(&name, &id))
}

fn answer(done: Result<bool, QueueError>) -> Response {
    match done {
        Ok(true) => StatusCode::NO_CONTENT.into_response(),
        Ok(false) => message(StatusCode::NOT_FOUND, "this message is not in the queue any more"),
        Err(QueueError::Unknown) => message(StatusCode::NOT_FOUND, "there is no queue of this name"),
        Err(error) => message(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

fn show(message: &Message) -> Value {
    let attributes: Map<String, Value> =
        message.attributes.iter().map(|(name, attribute)| (name.clone(), value(attribute))).collect();
    json!({
        "id": message.id,
        "sent": time(message.sent),
        "visible_at": time(message.visible),
        "receives": message.receives,
        // The name in the ARN.
        "source": message.source.as_deref().and_then(|arn| arn.rsplit(':').next()),
        "group": message.group,
        "attributes": attributes,
        "body": serde_json::from_str::<Value>(&message.body).unwrap_or_else(|_| message.body.as_str().into()),
    })
}

fn time(milliseconds: i64) -> String {
    let time = DateTime::from_timestamp_millis(milliseconds).unwrap_or_default();
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
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
