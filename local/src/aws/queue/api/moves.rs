//! `StartMessageMoveTask` and `ListMessageMoveTasks`: moves dead letters back, or to another queue.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html>. A task is over when it is
//! answered, so that none can be cancelled.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::error;
use super::request::Request;
use crate::aws::interface::json::Refusal;
use crate::aws::queue::Queues;
use crate::aws::queue::moves::Move;

/// Tasks that a list has at most.
const MOST: u64 = 10;
/// `MaxNumberOfMessagesPerSecond`, which has no effect here.
const FASTEST: u64 = 500;

pub(super) fn start(queues: &Queues, request: Request<'_>) -> Result<Value, Refusal> {
    let source = queue(queues, request, "SourceArn")?.ok_or_else(|| error::missing("SourceArn"))?;
    let destination = queue(queues, request, "DestinationArn")?;
    request.number("MaxNumberOfMessagesPerSecond", 1..=FASTEST)?;
    if !queues.takes_dead_letters(&source) {
        return Err(error::invalid("Source queue must be configured as a Dead Letter Queue."));
    }
    if destination.as_ref() == Some(&source) {
        return Err(error::invalid("Source queue arn and destination queue arn cannot be the same."));
    }
    let moved = queues.move_all(&source, destination.as_deref())?;
    Ok(json!({ "TaskHandle": STANDARD.encode(json!({ "taskId": moved.id, "sourceArn": moved.source }).to_string()) }))
}

pub(super) fn list(queues: &Queues, request: Request<'_>) -> Result<Value, Refusal> {
    let source = queue(queues, request, "SourceArn")?.ok_or_else(|| error::missing("SourceArn"))?;
    let most = request.number("MaxResults", 1..=MOST)?.unwrap_or(1);
    let most = usize::try_from(most).unwrap_or(1);
    let results: Vec<Value> = queues.moves(&source).iter().take(most).map(show).collect();
    Ok(json!({ "Results": results }))
}

fn show(task: &Move) -> Value {
    let mut shown = Map::from_iter([
        ("Status".to_owned(), "COMPLETED".into()),
        ("SourceArn".to_owned(), task.source.as_str().into()),
        ("ApproximateNumberOfMessagesMoved".to_owned(), task.moved.into()),
        ("ApproximateNumberOfMessagesToMove".to_owned(), task.found.into()),
        ("StartedTimestamp".to_owned(), task.at.into()),
    ]);
    if let Some(destination) = &task.destination {
        shown.insert("DestinationArn".to_owned(), destination.as_str().into());
    }
    shown.into()
}

/// The name of the queue whose ARN a parameter has.
fn queue(queues: &Queues, request: Request<'_>, parameter: &str) -> Result<Option<String>, Refusal> {
    let Some(arn) = request.text(parameter) else { return Ok(None) };
    let found = queues.names().into_iter().find(|name| queues.arn_of(name) == arn);
    found.map(Some).ok_or_else(|| {
        error::no_such_resource(
            "The resource that you specified for the SourceArn or DestinationArn parameter doesn't exist.",
        )
    })
}
