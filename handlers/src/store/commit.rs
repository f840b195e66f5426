//! DynamoDB transactions.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use lambda::Cause;

use super::Bookings;
use super::errors::{classify, foreign};
use super::item::Item;
use crate::booking::BookingError;

/// Part of the message of a cancellation reason `ValidationError`: the update would make the item larger than 400 KB
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>).
const TOO_LARGE: &str = "Item size to update has exceeded the maximum allowed size";

/// Result of a transaction.
pub(super) enum Commit {
    /// All is written.
    Done,
    /// Nothing is written: the conditions of the writes at these places failed. Each has the existing item, if its
    /// write requested that.
    Refused(Vec<(usize, Option<Item>)>),
    /// Nothing is written: a conflict with another transaction, or throttling. It can be tried again.
    Again,
}

/// A write of a transaction.
pub(super) enum Write {
    Put(aws_sdk_dynamodb::types::builders::PutBuilder),
    Update(aws_sdk_dynamodb::types::builders::UpdateBuilder),
    Delete(aws_sdk_dynamodb::types::builders::DeleteBuilder),
}

/// Writes `item`.
pub(super) fn put(item: Item) -> aws_sdk_dynamodb::types::builders::PutBuilder {
    Put::builder().set_item(Some(item))
}

/// Writes `item` if there is none. Otherwise [`Commit::Refused`] has the existing one.
pub(super) fn put_new(item: Item) -> aws_sdk_dynamodb::types::builders::PutBuilder {
    put(item)
        .condition_expression("attribute_not_exists(#pk)")
        .expression_attribute_names("#pk", "pk")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
}

/// Updates the item at `key`.
pub(super) fn update(key: Item) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
    Update::builder().set_key(Some(key))
}

/// Deletes the item at `key`, if there is one.
pub(super) fn delete(key: Item) -> aws_sdk_dynamodb::types::builders::DeleteBuilder {
    Delete::builder().set_key(Some(key))
}

impl Bookings {
    /// Commits all of `writes` or none.
    ///
    /// # Errors
    /// [`BookingError::DayFull`] when a day's item would be larger than DynamoDB allows, or an error of the store.
    ///
    /// The SDK sends a client request token, so that its own retries after a lost response do not write twice.
    pub(super) async fn commit(&self, writes: Vec<Write>) -> Result<Commit, BookingError> {
        let mut request = self.client.transact_write_items();
        for write in writes {
            let item = TransactWriteItem::builder();
            let table = &self.table;
            request = request.transact_items(match write {
                Write::Put(put) => item.put(put.table_name(table).build().map_err(foreign)?).build(),
                Write::Update(update) => item.update(update.table_name(table).build().map_err(foreign)?).build(),
                Write::Delete(delete) => item.delete(delete.table_name(table).build().map_err(foreign)?).build(),
            });
        }
        let Err(error) = request.send().await else { return Ok(Commit::Done) };
        let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
            return Err(classify(error));
        };
        let mut refused = Vec::new();
        // Reasons are in the order of the writes.
        for (place, reason) in cancelled.cancellation_reasons().iter().enumerate() {
            match reason.code().unwrap_or("None") {
                "None" | "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded" => {}
                "ConditionalCheckFailed" => refused.push((place, reason.item().cloned())),
                // Only a day grows; the size of all other items is bounded.
                "ValidationError" if reason.message().is_some_and(|message| message.contains(TOO_LARGE)) => {
                    return Err(BookingError::DayFull);
                }
                _ => return Err(BookingError::Internal(Cause::new(error))),
            }
        }
        Ok(if refused.is_empty() { Commit::Again } else { Commit::Refused(refused) })
    }
}
