//! Creating a booking.

use lambda::metrics;

use super::Bookings;
use super::attempts::Attempts;
use super::commit::{Commit, Write, put_new};
use super::item::Stored;
use super::timer::Timer;
use super::tombstone::Entry;
use crate::booking::{Booking, BookingError, BookingId, Caller, Created, IdempotencyKey, NewBooking};

impl Bookings {
    /// Creates the booking of `new` in one transaction, with its timer and the claims on its time.
    ///
    /// With a `key`, a repeated request creates nothing and returns the booking of the first one in its current state
    /// (it may be changed or cancelled). A refused request leaves the key unused. After the booking is deleted, the key
    /// stays used up for 31 days.
    ///
    /// # Errors
    /// [`BookingError::Forbidden`], [`BookingError::Invalid`], [`BookingError::TimeTaken`], [`BookingError::DayFull`], [`BookingError::KeyReused`]
    /// when the key has created a booking from another body, [`BookingError::Deleted`] when that booking was deleted,
    /// [`BookingError::Contended`], or an error of the store.
    pub async fn create(
        &self,
        new: NewBooking,
        key: Option<IdempotencyKey>,
        caller: &Caller,
    ) -> Result<Created<Booking>, BookingError> {
        if !caller.is(&new.user_id) {
            return Err(BookingError::Forbidden);
        }
        let id = match &key {
            Some(key) => key.booking_id(&new.user_id),
            None => BookingId::of(self.surroundings.uuid()),
        };
        metrics::note("booking_id", id.to_string());
        let fingerprint = new.fingerprint();
        match self.try_create(&new, id, &fingerprint).await {
            // An earlier attempt may have created the booking. Its own claim then takes the time, or its start is in
            // the past now.
            Err(refusal @ (BookingError::Invalid(_) | BookingError::TimeTaken { .. })) if key.is_some() => {
                match self.find(id).await? {
                    Some(entry) => replay(entry, &fingerprint),
                    None => Err(refusal),
                }
            }
            done => done,
        }
    }

    async fn try_create(
        &self,
        new: &NewBooking,
        id: BookingId,
        fingerprint: &str,
    ) -> Result<Created<Booking>, BookingError> {
        let mut attempts = Attempts::default();
        loop {
            let booking = new.book(id, self.surroundings.now())?;
            let span = booking.span;
            let days = self.days(&booking.resource_id, span).await?;
            if let Some(busy) = days.conflict(span, id) {
                return Err(BookingError::TimeTaken { busy: busy.into() });
            }
            let stored = Stored {
                booking,
                reminder_token: self.surroundings.number(),
                timer_shard: id.bucket(self.shards),
                fingerprint: fingerprint.to_owned(),
            };
            let mut writes = vec![Write::Put(put_new(stored.to_item()?))];
            writes.extend(Timer::reminder(&stored).map(|timer| timer.set()));
            writes.extend(days.claim(span, id, &*self.surroundings)?);
            match self.commit(writes).await? {
                Commit::Done => return Ok(Created { value: stored.booking, replayed: false }),
                Commit::Refused(places) => {
                    if let Some((0, Some(item))) = places.into_iter().next() {
                        return replay(Entry::from_item(item)?, fingerprint);
                    }
                }
                Commit::Again => {}
            }
            attempts.pause(&*self.surroundings).await?;
        }
    }
}

/// The result of a request whose key was used before.
fn replay(entry: Entry, fingerprint: &str) -> Result<Created<Booking>, BookingError> {
    let stored = entry.into_booking().ok_or(BookingError::Deleted)?;
    if stored.fingerprint != fingerprint {
        return Err(BookingError::KeyReused);
    }
    Ok(Created { value: stored.booking, replayed: true })
}
