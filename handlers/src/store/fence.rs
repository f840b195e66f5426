//! The fence: reading the bookings of removed timers before their events are published.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::operation::transact_get_items::TransactGetItemsError;
use aws_sdk_dynamodb::types::{Get, TransactGetItem};
use lambda::Cause;

use super::Bookings;
use super::attempts::pause;
use super::errors::{classify, foreign};
use super::item::{BOOKING, Item, Stored, key, partition};
use super::tombstone::Entry;
use crate::booking::{BookingError, BookingId};

/// Bookings in one transaction. A response has at most 4 MB, and a conflict on one booking fails the whole transaction
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html>).
const TOGETHER: usize = 25;
/// Maximum of attempts of one transaction.
const MOST: u32 = 6;

impl Bookings {
    /// The bookings among `ids`, including every transaction of which a part has been seen in the table's stream.
    ///
    /// That is why they are read in transactions. A transaction changes its items one after another, and a single
    /// read of one may still get its former state when the change of another is in the stream already. A transactional
    /// read fails while such a transaction is under way, and is tried again
    /// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-isolation>).
    ///
    /// # Errors
    /// An error of the store.
    pub async fn fence(&self, ids: &[BookingId]) -> Result<BTreeMap<BookingId, Stored>, BookingError> {
        let ids: Vec<_> = ids.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
        let mut found = BTreeMap::new();
        for ids in ids.chunks(TOGETHER) {
            for item in self.read_together(ids).await? {
                if let Entry::Booking(stored) = Entry::from_item(item)? {
                    found.insert(stored.booking.booking_id, *stored);
                }
            }
        }
        Ok(found)
    }

    async fn read_together(&self, ids: &[BookingId]) -> Result<Vec<Item>, BookingError> {
        let mut failures = 0;
        loop {
            let mut request = self.client.transact_get_items();
            for id in ids {
                let get = Get::builder().table_name(&self.table).set_key(Some(key(partition(*id), BOOKING)));
                let get = TransactGetItem::builder().get(get.build().map_err(foreign)?);
                request = request.transact_items(get.build());
            }
            let error = match request.send().await {
                Ok(answer) => {
                    return Ok(answer.responses.unwrap_or_default().into_iter().filter_map(|one| one.item).collect());
                }
                Err(error) => error,
            };
            let Some(TransactGetItemsError::TransactionCanceledException(_)) = error.as_service_error() else {
                return Err(classify(error));
            };
            // One of the bookings is being changed.
            failures += 1;
            if failures >= MOST {
                return Err(BookingError::Unavailable(Cause::new(error)));
            }
            pause(failures, &*self.surroundings).await;
        }
    }
}
