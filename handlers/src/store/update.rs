//! Changing a booking.

use lambda::IfMatch;

use super::Bookings;
use super::attempts::Attempts;
use super::change::{expect_version, replace};
use super::commit::{Commit, Write};
use super::days::{held, release};
use super::item::Stored;
use super::timer::Timer;
use crate::booking::{Booking, BookingError, BookingId, BookingPatch, Caller, Timestamp};

impl Bookings {
    /// Changes the fields in `patch`, with the timer and the claims, in one transaction. A patch that changes
    /// nothing writes nothing.
    ///
    /// # Errors
    /// [`BookingError::NotFound`], [`BookingError::Cancelled`], [`BookingError::VersionChanged`],
    /// [`BookingError::Invalid`], [`BookingError::TimeTaken`], [`BookingError::DayFull`], [`BookingError::Contended`], or an error of the store.
    pub async fn update(
        &self,
        id: BookingId,
        patch: BookingPatch,
        if_match: Option<IfMatch>,
        caller: &Caller,
    ) -> Result<Booking, BookingError> {
        let mut attempts = Attempts::default();
        loop {
            let before = self.seen(id, caller).await?.ok_or(BookingError::NotFound)?;
            expect_version(&before, if_match.as_ref())?;
            let now = self.surroundings.now();
            let Some(booking) = patch.apply(&before.booking, now)? else { return Ok(before.booking) };
            let after = Stored { booking, ..before.clone() };
            let (after, writes) = self.changes(&before, after, now).await?;
            if matches!(self.commit(writes).await?, Commit::Done) {
                return Ok(after.booking);
            }
            attempts.pause(&*self.surroundings).await?;
        }
    }

    /// The writes that turn `before` into `after`, and `after` with its timer's token.
    async fn changes(
        &self,
        before: &Stored,
        mut after: Stored,
        now: Timestamp,
    ) -> Result<(Stored, Vec<Write>), BookingError> {
        let (old, new) = (&before.booking, &mut after.booking);
        let mut writes = Vec::new();

        // A reminder whose due time is unchanged may be on its way to the bus: a new token would publish it twice. It
        // does not become stale, because the event is made from the current booking.
        if old.ttl != new.ttl {
            after.reminder_token = self.surroundings.number();
            writes.extend(Timer::reminder(before).map(|timer| timer.remove()));
            writes.extend(Timer::reminder(&after).map(|timer| timer.set()));
        }

        let new = &after.booking;
        let (from, to) = (old.span, new.span);
        if old.resource_id != new.resource_id || from != to {
            let days = self.days(&new.resource_id, to).await?;
            if let Some(busy) = days.conflict(to, new.booking_id) {
                return Err(BookingError::TimeTaken { busy: busy.into() });
            }
            writes.extend(days.claim(to, new.booking_id, &*self.surroundings)?);
            let kept: Vec<_> = if old.resource_id == new.resource_id { to.days().collect() } else { Vec::new() };
            let left = held(old, now).into_iter().filter(|day| !kept.contains(day));
            writes.extend(left.map(|day| release(old, day)));
        }
        writes.insert(0, Write::Put(replace(after.to_item()?, old.version)));
        Ok((after, writes))
    }
}
