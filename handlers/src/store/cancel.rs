//! Cancelling a booking.

use lambda::IfMatch;

use super::Bookings;
use super::attempts::Attempts;
use super::change::{expect_version, replace};
use super::commit::Write;
use super::item::Stored;
use crate::booking::{Booking, BookingError, BookingId, Caller, Day, Status};

impl Bookings {
    /// Cancels the booking in one transaction: frees its time and removes its timer. A booking that is cancelled
    /// already is returned unchanged.
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
        let mut gone: Vec<Day> = Vec::new();
        loop {
            let before = self.seen(id, caller).await?.ok_or(BookingError::NotFound)?;
            if before.booking.status == Status::Cancelled {
                return Ok(before.booking);
            }
            expect_version(&before, if_match.as_ref())?;
            let now = self.surroundings.now();
            let after = Stored { booking: before.booking.cancelled(now), ..before.clone() };
            let write = Write::Put(replace(after.to_item()?, before.booking.version));
            if self.leave(&before, write, &mut gone, now).await? {
                return Ok(after.booking);
            }
            attempts.pause(&*self.surroundings).await?;
        }
    }
}
