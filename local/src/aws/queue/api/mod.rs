//! SQS's operations: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html>.
//!
//! Queues are made by the template, so that there is nothing that makes, changes or deletes one.

mod batch;
mod describe;
mod error;
mod receive;
mod request;
mod send;
mod settle;

use serde_json::Value;

use self::request::Request;
use super::Queues;
use crate::aws::Refusal;

/// What stands before the operation in `X-Amz-Target`.
pub(crate) const TARGET: &str = "AmazonSQS";

/// Answers one request.
pub(crate) async fn call(queues: &Queues, operation: &str, request: &Value) -> Result<Value, Refusal> {
    let request = Request(request);
    match operation {
        "GetQueueUrl" => describe::url(queues, request),
        "ListQueues" => Ok(describe::list(queues, request)),
        "GetQueueAttributes" => describe::attributes(queues, request),
        "SendMessage" => send::one(queues, request),
        "SendMessageBatch" => send::batch(queues, request),
        "ReceiveMessage" => receive::receive(queues, request).await,
        "DeleteMessage" => settle::delete(queues, request),
        "DeleteMessageBatch" => settle::delete_batch(queues, request),
        "ChangeMessageVisibility" => settle::change(queues, request),
        "PurgeQueue" => settle::purge(queues, request),
        _ => Err(error::unknown_operation()),
    }
}

#[cfg(test)]
mod tests;
