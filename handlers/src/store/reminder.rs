//! The reminder of a booking. It is an item of its own, so that the booking outlives it.

use super::Bookings;
use super::commit::{Write, delete, put};
use super::item::{REMINDER, ReminderItem, State, Stored, key, partition, write};
use crate::booking::{BookingError, BookingId};

impl Bookings {
    /// The write that sets the booking's reminder, or removes it if the booking has none.
    pub(super) fn remind(&self, stored: &Stored) -> Result<Write, BookingError> {
        let Stored { booking, reminder_token, .. } = stored;
        let Some(ttl) = booking.ttl else { return Ok(forget(booking.booking_id)) };
        Ok(Write::Put(put(write(&ReminderItem {
            pk: partition(booking.booking_id),
            sk: REMINDER.to_owned(),
            ttl,
            state: State::Pending,
            token: *reminder_token,
            due_shard: Some(booking.booking_id.bucket(self.shards).to_string()),
            booking: booking.clone(),
        })?)))
    }
}

/// The write that removes a booking's reminder, if there is one.
pub(super) fn forget(id: BookingId) -> Write {
    Write::Delete(delete(key(partition(id), REMINDER)))
}
