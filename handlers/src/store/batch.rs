//! Reading items by their keys.

use aws_sdk_dynamodb::types::KeysAndAttributes;

use super::Bookings;
use super::attempts::pause;
use super::errors::{classify, foreign};
use super::item::Item;
use crate::booking::BookingError;
use lambda::Cause;

/// As many keys as one `BatchGetItem` takes
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>).
const LARGEST: usize = 100;
/// How many answers in a row may leave keys unprocessed.
const MOST: u32 = 6;

impl Bookings {
    /// The items of `keys`, which are distinct, strongly consistent; in no order, and without those that there are not.
    ///
    /// # Errors
    /// [`BookingError::Throttled`] where DynamoDB leaves keys unprocessed again and again, or the store's.
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
                // AWS asks for a pause: the table is too busy, or the answer would have been over 16 MB.
                incomplete += 1;
                if incomplete >= MOST {
                    return Err(BookingError::Throttled(Cause::new("BatchGetItem leaves keys unprocessed")));
                }
                pause(incomplete).await;
            }
            keys.extend(later);
        }
        Ok(items)
    }
}
