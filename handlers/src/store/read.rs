//! Reading bookings by id.

use super::Bookings;
use super::errors::classify;
use super::item::{BOOKING, Stored, key, partition};
use super::tombstone::Entry;
use crate::booking::{Booking, BookingError, BookingId, Caller};

impl Bookings {
    /// The booking.
    ///
    /// # Errors
    /// [`BookingError::NotFound`], also if it is not the caller's; or an error of the store.
    pub async fn get(&self, id: BookingId, caller: &Caller) -> Result<Booking, BookingError> {
        let stored = self.seen(id, caller).await?.ok_or(BookingError::NotFound)?;
        Ok(stored.booking.at(self.surroundings.now()))
    }

    /// The stored booking, if it exists and the caller may know of it.
    pub(super) async fn seen(&self, id: BookingId, caller: &Caller) -> Result<Option<Stored>, BookingError> {
        let stored = self.find(id).await?.and_then(Entry::into_booking);
        Ok(stored.filter(|stored| caller.sees(&stored.booking)))
    }

    /// The item at the booking's key, if there is one. A consistent read.
    pub(super) async fn find(&self, id: BookingId) -> Result<Option<Entry>, BookingError> {
        let request = self.client.get_item().table_name(&self.table).consistent_read(true);
        let answer = request.set_key(Some(key(partition(id), BOOKING))).send().await.map_err(classify)?;
        answer.item.map(Entry::from_item).transpose()
    }
}
