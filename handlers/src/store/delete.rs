//! Deleting a booking.

use lambda::IfMatch;

use super::Bookings;
use super::attempts::Attempts;
use super::change::{Gone, expect_version, remove, replace};
use super::commit::Write;
use super::tombstone::tombstone;
use crate::booking::{Booking, BookingError, BookingId, Caller, Timestamp};

impl Bookings {
    /// Deletes the booking, its timers and its claims in one transaction. Does nothing if there is no booking, or if
    /// it is not the caller's. If an `Idempotency-Key` created the booking, a tombstone keeps the key used up.
    ///
    /// # Errors
    /// [`BookingError::VersionChanged`], [`BookingError::Contended`], or an error of the store.
    pub async fn delete(&self, id: BookingId, if_match: Option<IfMatch>, caller: &Caller) -> Result<(), BookingError> {
        let mut attempts = Attempts::default();
        let mut gone = Gone::default();
        loop {
            let Some(stored) = self.seen(id, caller).await? else { return Ok(()) };
            let now = self.surroundings.now();
            expect_version(&gone.seen(&stored.booking, now), if_match.as_ref())?;
            let write = end(&stored.booking, now)?;
            if self.end(&stored, write, &mut gone, now).await? {
                return Ok(());
            }
            attempts.pause(&*self.surroundings).await?;
        }
    }
}

/// The conditional write that ends the booking, on the version that was read.
fn end(booking: &Booking, now: Timestamp) -> Result<Write, BookingError> {
    if booking.booking_id.is_of_key() {
        return Ok(Write::Put(replace(tombstone(booking, now)?, booking.version)));
    }
    Ok(Write::Delete(remove(booking)))
}
