//! Reading bookings by their ids.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::KeysAndAttributes;

use super::Bookings;
use super::errors::{classify, foreign};
use super::item::{BOOKING, Entry, Stored, key, partition};
use crate::booking::{Booking, BookingError, BookingId, Caller};
use crate::lambda::IfMatch;

/// As many keys as one `BatchGetItem` takes.
const BATCH: usize = 100;

impl Bookings {
    /// The booking.
    ///
    /// # Errors
    /// [`BookingError::NotFound`], also where it is not the caller's; or the store's.
    pub async fn get(&self, id: BookingId, caller: &Caller) -> Result<Booking, BookingError> {
        Ok(self.seen(id, caller).await?.ok_or(BookingError::NotFound)?.booking)
    }

    /// The booking as it is stored, if there is one that the caller may know of.
    pub(super) async fn seen(&self, id: BookingId, caller: &Caller) -> Result<Option<Stored>, BookingError> {
        let stored = self.find(id).await?.and_then(Entry::into_booking);
        Ok(stored.filter(|stored| caller.sees(&stored.booking)))
    }

    /// The item at the booking's key, if there is one; strongly consistent.
    pub(super) async fn find(&self, id: BookingId) -> Result<Option<Entry>, BookingError> {
        let request = self.client.get_item().table_name(&self.table).consistent_read(true);
        let answer = request.set_key(Some(key(partition(id), BOOKING))).send().await.map_err(classify)?;
        answer.item.map(Entry::from_item).transpose()
    }

    /// Those of `ids` that are bookings, strongly consistent.
    ///
    /// # Errors
    /// The store's.
    pub async fn find_all(&self, ids: &[BookingId]) -> Result<HashMap<BookingId, Stored>, BookingError> {
        let mut found = HashMap::new();
        let mut wanted: Vec<_> = ids.iter().map(|id| key(partition(*id), BOOKING)).collect();
        wanted.sort_by_key(|key| format!("{key:?}"));
        wanted.dedup();
        while !wanted.is_empty() {
            let later = wanted.split_off(wanted.len().min(BATCH));
            let keys = KeysAndAttributes::builder().set_keys(Some(wanted)).consistent_read(true);
            let request = self.client.batch_get_item().request_items(&self.table, keys.build().map_err(foreign)?);
            let answer = request.send().await.map_err(classify)?;
            for item in answer.responses.unwrap_or_default().into_values().flatten() {
                if let Entry::Booking(stored) = Entry::from_item(item)? {
                    found.insert(stored.booking.booking_id, *stored);
                }
            }
            // What did not fit into one answer comes back; it goes first.
            wanted =
                answer.unprocessed_keys.unwrap_or_default().remove(&self.table).map(|k| k.keys).unwrap_or_default();
            wanted.extend(later);
        }
        Ok(found)
    }
}

/// Refuses a change that is meant for another version.
pub(super) fn expect_version(stored: &Stored, if_match: Option<&IfMatch>) -> Result<(), BookingError> {
    let version = stored.booking.version;
    match if_match {
        Some(if_match) if !if_match.allows(&stored.booking.entity_tag()) => {
            Err(BookingError::VersionChanged { version })
        }
        _ => Ok(()),
    }
}
