//! Creating a booking.

use std::collections::BTreeMap;

use lambda::metrics;

use super::Bookings;
use super::attempts::Attempts;
use super::commit::{Commit, Write, put_new};
use super::days::NewClaim;
use super::item::Stored;
use super::rules_and_days::RulesAndDays;
use super::timer::set_timers;
use super::tombstone::Entry;
use crate::booking::{Booking, BookingError, BookingId, Caller, Created, IdempotencyKey, NewBooking, Timestamp};

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
            // An earlier attempt may have created the booking. Then its start may be in the past now, the rules may have
            // changed, and others may have booked its time, or filled its day, after it lapsed or was moved.
            Err(
                refusal @ (BookingError::Invalid(_)
                | BookingError::OutsideRules(_)
                | BookingError::NoSuchResource
                | BookingError::TimeTaken { .. }
                | BookingError::DayFull),
            ) if key.is_some() => match self.find(id).await? {
                Some(entry) => replay(entry, &fingerprint, self.surroundings.now()),
                None => Err(refusal),
            },
            // The id is this request's alone: the booking that was there is that of an earlier attempt.
            Ok(created) if key.is_none() => Ok(Created { replayed: false, ..created }),
            done => done,
        }
    }

    async fn try_create(
        &self,
        new: &NewBooking,
        id: BookingId,
        fingerprint: &str,
    ) -> Result<Created<Booking>, BookingError> {
        let shards = self.open_shards().await;
        let mut attempts = Attempts::default();
        loop {
            let now = self.surroundings.now();
            let booking = new.book(id, now)?;
            let RulesAndDays { rules, days } = self.rules_and_days(&booking.resource_id, booking.span).await?;
            let claim = booking.claim(None, &rules, days.claims(Some(id)).into_values(), now)?;
            let claim = NewClaim { id, claim, plain: rules.capacity == 1, now };
            let clearance = days.clearance(&claim);
            if !clearance.is_empty() {
                self.clear(clearance, &mut attempts).await?;
                continue;
            }
            let mut stored = Stored {
                booking,
                claimed: claim.claim.stretch,
                timers: BTreeMap::new(),
                timer_shard: id.bucket(shards),
                fingerprint: fingerprint.to_owned(),
            };
            let timers = set_timers(None, &mut stored, &*self.surroundings);
            let mut writes = vec![Write::Put(put_new(stored.to_item()?))];
            writes.extend(timers);
            writes.extend(days.claim(&claim, &*self.surroundings)?);
            match self.commit(writes).await? {
                Commit::Done => return Ok(Created { value: stored.booking, replayed: false }),
                Commit::Refused(places) => {
                    if let Some((0, Some(item))) = places.into_iter().next() {
                        return replay(Entry::from_item(item)?, fingerprint, now);
                    }
                }
                Commit::Again => {}
            }
            attempts.pause(&*self.surroundings).await?;
        }
    }
}

/// The result of a request whose key was used before.
fn replay(entry: Entry, fingerprint: &str, now: Timestamp) -> Result<Created<Booking>, BookingError> {
    let stored = entry.into_booking().ok_or(BookingError::Deleted)?;
    if stored.fingerprint != fingerprint {
        return Err(BookingError::KeyReused);
    }
    Ok(Created { value: stored.booking.at(now), replayed: true })
}
