//! Cancelling a booking.

use std::collections::BTreeMap;

use lambda::IfMatch;

use super::Bookings;
use super::attempts::Attempts;
use super::change::{Gone, expect_version, replace};
use super::commit::Write;
use super::item::Stored;
use crate::booking::{Booking, BookingError, BookingId, Caller};

impl Bookings {
    /// Cancels the booking in one transaction: frees its time and removes its timers. A booking that is cancelled
    /// already, or a hold that has lapsed, is returned unchanged.
    ///
    /// # Errors
    /// [`BookingError::NotFound`], [`BookingError::VersionChanged`], [`BookingError::Contended`], or an error of the
    /// store.
    pub async fn cancel(
        &self,
        id: BookingId,
        if_match: Option<IfMatch>,
        caller: &Caller,
    ) -> Result<Booking, BookingError> {
        let mut attempts = Attempts::default();
        let mut gone = Gone::default();
        loop {
            let before = self.seen(id, caller).await?.ok_or(BookingError::NotFound)?;
            let now = self.surroundings.now();
            let seen = gone.seen(&before.booking, now);
            if !seen.status.takes_time() {
                return Ok(seen);
            }
            expect_version(&seen, if_match.as_ref())?;
            let booking = before.booking.cancelled(now);
            let after = Stored { booking, timers: BTreeMap::new(), ..before.clone() };
            let write = Write::Put(replace(after.to_item()?, before.booking.version));
            if self.end(&before, write, &mut gone, now).await? {
                return Ok(after.booking);
            }
            attempts.pause(&*self.surroundings).await?;
        }
    }
}
