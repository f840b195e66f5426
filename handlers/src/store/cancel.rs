//! Cancelling a booking.

use super::Bookings;
use super::attempts::Attempts;
use super::commit::{Commit, Write};
use super::days::{held, release};
use super::item::Stored;
use super::read::expect_version;
use super::reminder::forget;
use super::update::replace;
use crate::booking::{Booking, BookingError, BookingId, Caller, Day, Status, Timestamp};
use crate::lambda::IfMatch;

impl Bookings {
    /// Cancels the booking: its time is free again and its reminder never fires, all or nothing. A booking that is
    /// cancelled already is answered as it is.
    ///
    /// # Errors
    /// [`BookingError::NotFound`], [`BookingError::VersionChanged`], [`BookingError::Contended`], or the store's.
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
            let now = Timestamp::now();
            let after = Stored { booking: before.booking.cancelled(now), ..before.clone() };
            let write = Write::Put(replace(after.to_item()?, before.booking.version));
            if self.leave(&before.booking, write, &mut gone, now).await? {
                return Ok(after.booking);
            }
            attempts.pause().await?;
        }
    }

    /// Writes the booking's own end, `write`, together with that of its reminder and its claims. `false` when another
    /// was in the way; `gone` then holds the days that are no more and need no release.
    pub(super) async fn leave(
        &self,
        booking: &Booking,
        write: Write,
        gone: &mut Vec<Day>,
        now: Timestamp,
    ) -> Result<bool, BookingError> {
        let mut days = Vec::new();
        if booking.status == Status::Active {
            days = held(booking, now)?;
            days.retain(|day| !gone.contains(day));
        }
        let mut writes = vec![write, forget(booking.booking_id)];
        writes.extend(days.iter().map(|day| release(booking, *day)));
        match self.commit(writes).await? {
            Commit::Done => Ok(true),
            Commit::Again => Ok(false),
            Commit::Refused(places) => {
                // The first two places are the booking and its reminder.
                gone.extend(places.iter().filter_map(|(place, _)| days.get(place.checked_sub(2)?)));
                Ok(false)
            }
        }
    }
}
