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

/// The bookings of a batch, as the fence has read them.
#[derive(Debug, Default)]
pub struct Fenced {
    /// The bookings that are there.
    pub bookings: BTreeMap<BookingId, Stored>,
    /// The bookings that are there and cannot be read, such as those of a later release.
    pub unreadable: BTreeSet<BookingId>,
}

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
    pub async fn fence(&self, ids: &[BookingId]) -> Result<Fenced, BookingError> {
        let ids: Vec<_> = ids.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
        let mut fenced = Fenced::default();
        for ids in ids.chunks(TOGETHER) {
            for (id, item) in ids.iter().zip(self.read_together(ids).await?) {
                let Some(item) = item else { continue };
                match Entry::from_item(item) {
                    Ok(Entry::Booking(stored)) => drop(fenced.bookings.insert(*id, *stored)),
                    Ok(Entry::Tombstone) => {}
                    Err(_) => drop(fenced.unreadable.insert(*id)),
                }
            }
        }
        Ok(fenced)
    }

    /// The items of the bookings, in the order of `ids`.
    async fn read_together(&self, ids: &[BookingId]) -> Result<Vec<Option<Item>>, BookingError> {
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
                    return Ok(answer.responses.unwrap_or_default().into_iter().map(|one| one.item).collect());
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
