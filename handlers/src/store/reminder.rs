//! The reminder of a booking. It is an item of its own, so that the booking outlives it.

use uuid::Uuid;

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

/// Creates a token for a new setting of a reminder. It is random, so that it differs from every other setting for the
/// same booking id.
///
/// 62 bits: DynamoDB, JSON and earlier versions of this code can read that as a number.
pub(super) fn new_token() -> u64 {
    // The two highest bits of this half are the UUID's variant (RFC 9562, section 4.1).
    Uuid::new_v4().as_u64_pair().1 & (u64::MAX >> 2)
}

/// The write that removes a booking's reminder, if there is one.
pub(super) fn forget(id: BookingId) -> Write {
    Write::Delete(delete(key(partition(id), REMINDER)))
}
