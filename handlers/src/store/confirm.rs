//! Confirming a hold.

use lambda::IfMatch;

use super::Bookings;
use super::attempts::Attempts;
use super::change::{expect_version, replace};
use super::commit::{Commit, Write};
use super::days::confirm;
use super::item::Stored;
use super::timer::set_timers;
use crate::booking::{Booking, BookingError, BookingId, Caller, ConfirmError, Status};

impl Bookings {
    /// Makes a hold a booking that does not lapse, in one transaction with its claims and its timers. A booking that is
    /// active already is returned unchanged.
    ///
    /// Two conditions decide if functions' clocks differ. Each of the hold's claims must still be there: whoever has booked
    /// over it has removed one. The timer of its end must still be there: when it is removed, the end is told.
    ///
    /// # Errors
    /// [`ConfirmError::Cancelled`], [`ConfirmError::HoldExpired`], [`BookingError::NotFound`],
    /// [`BookingError::VersionChanged`], [`BookingError::Contended`], or an error of the store.
    pub async fn confirm(
        &self,
        id: BookingId,
        if_match: Option<IfMatch>,
        caller: &Caller,
    ) -> Result<Booking, ConfirmError> {
        let mut attempts = Attempts::default();
        loop {
            let before = self.seen(id, caller).await?.ok_or(BookingError::NotFound)?;
            let now = self.surroundings.now();
            let seen = before.booking.clone().at(now);
            match seen.status {
                Status::Active => return Ok(seen),
                Status::Cancelled => return Err(ConfirmError::Cancelled),
                Status::Expired => return Err(ConfirmError::HoldExpired),
                Status::Held => {}
            }
            expect_version(&seen, if_match.as_ref())?;
            let mut after = Stored { booking: seen.confirmed(now), ..before.clone() };
            let timers = set_timers(Some(&before), &mut after, &*self.surroundings);
            let mut writes = vec![Write::Put(replace(after.to_item()?, before.booking.version))];
            writes.extend(timers);
            writes.extend(before.claimed.days().map(|day| confirm(&before, day)));
            match self.commit(writes).await? {
                Commit::Done => return Ok(after.booking),
                // The booking is as it was read, and a claim of it or the timer of its end is gone.
                Commit::Refused(places) if places.iter().all(|(place, _)| *place > 0) => {
                    return Err(ConfirmError::HoldExpired);
                }
                Commit::Refused(_) | Commit::Again => {}
            }
            attempts.pause(&*self.surroundings).await?;
        }
    }
}
