//! `DeleteMessage`, `ChangeMessageVisibility`, both for batches, and `PurgeQueue`. Purges are not limited to one a
//! minute.

use serde_json::{Value, json};

use super::receive::LONGEST_VISIBILITY;
use super::request::Request;
use super::{batch, error};
use crate::aws::interface::json::Refusal;
use crate::aws::queue::Queues;
use crate::aws::queue::state::Changed;

pub(super) fn delete(queues: &Queues, request: Request<'_>) -> Result<Value, Refusal> {
    delete_from(queues, request.queue()?, request)?;
    Ok(json!({}))
}

pub(super) fn delete_batch(queues: &Queues, request: Request<'_>) -> Result<Value, Refusal> {
    let queue = request.queue()?;
    queues.settings(queue)?;
    let entries = batch::entries(request, "DeleteMessageBatchRequestEntry")?;
    let results = entries.into_iter().map(|(id, entry)| match delete_from(queues, queue, entry) {
        Ok(()) => Ok(json!({ "Id": id })),
        Err(refusal) => Err(batch::failure(id, &refusal)),
    });
    Ok(batch::answer(results))
}

fn delete_from(queues: &Queues, queue: &str, request: Request<'_>) -> Result<(), Refusal> {
    queues.settings(queue)?;
    Ok(queues.delete(queue, &request.receipt()?)?)
}

pub(super) fn change(queues: &Queues, request: Request<'_>) -> Result<Value, Refusal> {
    change_in(queues, request.queue()?, request)?;
    Ok(json!({}))
}

pub(super) fn change_batch(queues: &Queues, request: Request<'_>) -> Result<Value, Refusal> {
    let queue = request.queue()?;
    queues.settings(queue)?;
    let entries = batch::entries(request, "ChangeMessageVisibilityBatchRequestEntry")?;
    let results = entries.into_iter().map(|(id, entry)| match change_in(queues, queue, entry) {
        Ok(()) => Ok(json!({ "Id": id })),
        Err(refusal) => Err(batch::failure(id, &refusal)),
    });
    Ok(batch::answer(results))
}

fn change_in(queues: &Queues, queue: &str, request: Request<'_>) -> Result<(), Refusal> {
    queues.settings(queue)?;
    let (handle, receipt) = (request.needed("ReceiptHandle")?, request.receipt()?);
    let hidden = request.seconds("VisibilityTimeout", LONGEST_VISIBILITY)?;
    let hidden = hidden.ok_or_else(|| error::missing("VisibilityTimeout"))?;
    match queues.change(queue, &receipt, hidden)? {
        Changed::Done => Ok(()),
        Changed::NotInFlight => Err(error::not_in_flight(handle)),
        Changed::Gone => {
            let reason = "Message does not exist or is not available for visibility timeout change.";
            Err(error::invalid_value("ReceiptHandle", handle, reason))
        }
    }
}

pub(super) fn purge(queues: &Queues, request: Request<'_>) -> Result<Value, Refusal> {
    queues.purge(request.queue()?)?;
    Ok(json!({}))
}
