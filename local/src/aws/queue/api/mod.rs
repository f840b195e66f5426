//! SQS's operations: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html>.
//!
//! Queues are defined by the template: no operation creates, changes or deletes one.

mod batch;
mod describe;
mod error;
mod moves;
mod receive;
mod request;
mod send;
mod settle;

use serde_json::Value;

pub(super) use self::receive::system_attributes;
use self::request::Request;
use super::Queues;
use crate::aws::interface::Pending;
use crate::aws::interface::json::{JsonService, Refusal};

impl JsonService for Queues {
    fn target(&self) -> &'static str {
        "AmazonSQS"
    }

    fn version(&self) -> &'static str {
        "1.0"
    }

    fn name(&self) -> &'static str {
        "SQS"
    }

    fn resource(&self, request: &Value) -> Option<String> {
        let name = request["QueueUrl"].as_str().and_then(|url| url.rsplit('/').next());
        name.or_else(|| request["QueueName"].as_str()).map(ToOwned::to_owned)
    }

    fn call<'a>(
        &'a self,
        operation: &'a str,
        request: &'a Value,
        trace: Option<&'a str>,
    ) -> Pending<'a, Result<Value, Refusal>> {
        Box::pin(async move {
            let request = Request(request);
            match operation {
                "GetQueueUrl" => describe::url(self, request),
                "ListQueues" => Ok(describe::list(self, request)),
                "GetQueueAttributes" => describe::attributes(self, request),
                "SendMessage" => send::one(self, request, trace),
                "SendMessageBatch" => send::batch(self, request, trace),
                "ReceiveMessage" => receive::receive(self, request).await,
                "DeleteMessage" => settle::delete(self, request),
                "DeleteMessageBatch" => settle::delete_batch(self, request),
                "ChangeMessageVisibility" => settle::change(self, request),
                "ChangeMessageVisibilityBatch" => settle::change_batch(self, request),
                "StartMessageMoveTask" => moves::start(self, request),
                "ListMessageMoveTasks" => moves::list(self, request),
                "PurgeQueue" => settle::purge(self, request),
                _ => Err(error::unknown_operation()),
            }
        })
    }
}

#[cfg(test)]
mod tests;
