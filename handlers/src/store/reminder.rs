//! The reminder of a booking: an item of its own, so that the booking outlives it.

use super::Bookings;
use super::commit::{Write, delete, put};
use super::item::{REMINDER, ReminderItem, Stored, key, partition, write};
use crate::booking::{BookingError, BookingId};

/// `state` of a reminder that is not due yet, or that nobody has noticed to be.
pub const PENDING: &str = "PENDING";
/// `state` of a reminder that the sweeper has marked; what it wrote is published from the stream.
pub const DUE: &str = "DUE";

impl Bookings {
    /// The write that sets the booking's reminder anew, or removes it where the booking has none.
    pub(super) fn remind(&self, stored: &Stored) -> Result<Write, BookingError> {
        let Stored { booking, generation, .. } = stored;
        let Some(ttl) = booking.ttl else { return Ok(forget(booking.booking_id)) };
        Ok(Write::Put(put(write(&ReminderItem {
            pk: partition(booking.booking_id),
            sk: REMINDER.to_owned(),
            ttl,
            state: PENDING.to_owned(),
            generation: *generation,
            due_shard: Some(booking.booking_id.bucket(self.shards).to_string()),
            booking: booking.clone(),
        })?)))
    }
}

/// The write that removes a booking's reminder, if there is one.
pub(super) fn forget(id: BookingId) -> Write {
    Write::Delete(delete(key(partition(id), REMINDER)))
}
