//! SQS's errors, with their names in the older query protocol.

use std::fmt::Display;

use crate::aws::interface::json::Refusal;
use crate::aws::queue::QueueError;

const MODELLED: &str = "com.amazonaws.sqs#";
/// Errors that are common to AWS services and not part of SQS's model.
const COMMON: &str = "com.amazon.coral.service#";

fn modelled(kind: &'static str, query: &'static str, message: impl Into<String>) -> Refusal {
    Refusal { query: Some(query), ..Refusal::new(format!("{MODELLED}{kind}"), message) }
}

fn common(kind: &'static str, query: &'static str, message: impl Into<String>) -> Refusal {
    Refusal { query: Some(query), ..Refusal::new(format!("{COMMON}{kind}"), message) }
}

impl From<QueueError> for Refusal {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::Unknown => unknown_queue(),
            QueueError::Unkept(_) => {
                Self { fault: true, ..common("InternalFailure", "InternalFailure", error.to_string()) }
            }
        }
    }
}

pub(super) fn unknown_operation() -> Refusal {
    common("UnknownOperationException", "InvalidAction", "")
}

pub(super) fn unknown_queue() -> Refusal {
    let message = "The specified queue does not exist.";
    modelled("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", message)
}

pub(super) fn no_such_resource(message: &str) -> Refusal {
    modelled("ResourceNotFoundException", "ResourceNotFoundException", message)
}

pub(super) fn missing(parameter: &str) -> Refusal {
    let message = format!("The request must contain the parameter {parameter}.");
    common("MissingRequiredParameterException", "MissingParameter", message)
}

pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    common("InvalidParameterValueException", "InvalidParameterValue", message)
}

pub(super) fn invalid_value(parameter: &str, value: impl Display, reason: &str) -> Refusal {
    invalid(format!("Value {value} for parameter {parameter} is invalid. Reason: {reason}"))
}

/// A parameter for the other type of queue.
pub(super) fn wrong_queue_type(parameter: &str, value: impl Display) -> Refusal {
    let reason = "The request include parameter that is not valid for this queue type";
    invalid_value(parameter, value, reason)
}

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>
pub(super) fn invalid_contents(character: char) -> Refusal {
    let message = format!(
        "Invalid binary character '#x{:X}' was found in the message body, the set of allowed characters is \
         #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]",
        u32::from(character)
    );
    modelled("InvalidMessageContents", "InvalidMessageContents", message)
}

pub(super) fn unknown_attribute(name: &str) -> Refusal {
    modelled("InvalidAttributeName", "InvalidAttributeName", format!("Unknown Attribute {name}."))
}

pub(super) fn invalid_receipt(handle: &str) -> Refusal {
    let message = format!("The input receipt handle \"{handle}\" is not a valid receipt handle.");
    modelled("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", message)
}

pub(super) fn not_in_flight(handle: &str) -> Refusal {
    let reason = "Message does not exist or is not available for visibility timeout change.";
    let message = format!("Value {handle} for parameter ReceiptHandle is invalid. Reason: {reason}");
    modelled("MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight", message)
}

pub(super) fn empty_batch(kind: &str) -> Refusal {
    let message = format!("There should be at least one {kind} in the request.");
    modelled("EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest", message)
}

pub(super) fn too_many(most: usize, sent: usize) -> Refusal {
    let message = format!("Maximum number of entries per request are {most}. You have sent {sent}.");
    modelled("TooManyEntriesInBatchRequest", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest", message)
}

pub(super) fn repeated(id: &str) -> Refusal {
    let message = format!("Id {id} repeated.");
    modelled("BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct", message)
}

pub(super) fn invalid_id() -> Refusal {
    let message = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. \
                   It can be at most 80 letters long.";
    modelled("InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId", message)
}

pub(super) fn batch_too_long(most: u64, sent: usize) -> Refusal {
    let message = format!("Batch requests cannot be longer than {most} bytes. You have sent {sent} bytes.");
    modelled("BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong", message)
}
