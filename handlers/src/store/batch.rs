//! Reading many items by key, with `BatchGetItem`.

use aws_sdk_dynamodb::types::KeysAndAttributes;
use lambda::Cause;

use super::Bookings;
use super::attempts::pause;
use super::errors::{classify, foreign};
use super::item::Item;
use crate::booking::BookingError;

/// Maximum of keys in one `BatchGetItem`
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>).
const LARGEST: usize = 100;
/// Maximum of consecutive responses with unprocessed keys.
const MOST: u32 = 6;

impl Bookings {
    /// Reads the items of `keys`, which must be distinct, with consistent reads. The result has no order; keys without
    /// an item are missing in it.
    ///
    /// # Errors
    /// [`BookingError::Throttled`] when DynamoDB repeatedly leaves keys unprocessed, or an error of the store.
    pub(super) async fn batch_get(&self, mut keys: Vec<Item>) -> Result<Vec<Item>, BookingError> {
        let mut items = Vec::with_capacity(keys.len());
        let mut incomplete = 0;
        while !keys.is_empty() {
            let later = keys.split_off(keys.len().min(LARGEST));
            let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true);
            let request = self.client.batch_get_item().request_items(&self.table, wanted.build().map_err(foreign)?);
            let answer = request.send().await.map_err(classify)?;
            items.extend(answer.responses.unwrap_or_default().into_values().flatten());
            let unprocessed = answer.unprocessed_keys.unwrap_or_default().remove(&self.table);
            keys = unprocessed.map(|wanted| wanted.keys).unwrap_or_default();
            if keys.is_empty() {
                incomplete = 0;
            } else {
                // DynamoDB leaves keys unprocessed when the table is too busy or the response would exceed 16 MB. AWS
                // recommends a pause.
                incomplete += 1;
                if incomplete >= MOST {
                    return Err(BookingError::Throttled(Cause::new("BatchGetItem leaves keys unprocessed")));
                }
                pause(incomplete, &*self.surroundings).await;
            }
            keys.extend(later);
        }
        Ok(items)
    }
}
