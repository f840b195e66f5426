//! Changing a booking.

use lambda::IfMatch;

use super::Bookings;
use super::attempts::Attempts;
use super::change::{expect_version, replace};
use super::commit::{Commit, Write};
use super::days::{NewClaim, claimed_days, release, release_hold};
use super::item::{Item, Stored};
use super::rules_and_days::RulesAndDays;
use super::timer::set_timers;
use crate::booking::{
    Booking, BookingError, BookingId, BookingPatch, Caller, Current, OutsideRules, Status, Timestamp, at_members,
};

impl Bookings {
    /// Changes the fields in `patch`, with the timers and the claims, in one transaction. A patch that changes
    /// nothing writes nothing.
    ///
    /// # Errors
    /// [`BookingError::NotFound`], [`BookingError::Cancelled`], [`BookingError::HoldExpired`],
    /// [`BookingError::VersionChanged`], [`BookingError::Invalid`], [`BookingError::OutsideRules`],
    /// [`BookingError::NoSuchResource`], [`BookingError::TimeTaken`], [`BookingError::DayFull`],
    /// [`BookingError::Contended`], or an error of the store.
    pub async fn update(
        &self,
        id: BookingId,
        patch: BookingPatch,
        if_match: Option<IfMatch>,
        caller: &Caller,
    ) -> Result<Booking, BookingError> {
        let mut attempts = Attempts::default();
        let mut read = None;
        loop {
            let before = match read.take() {
                Some(read) => read,
                None => self.seen(id, caller).await?.ok_or(BookingError::NotFound)?,
            };
            let now = self.surroundings.now();
            expect_version(&before.booking.clone().at(now), if_match.as_ref())?;
            let Some(booking) = patch.apply(&before.booking, now)? else { return Ok(before.booking) };
            let mut after = Stored { booking, ..before.clone() };
            let timers = set_timers(Some(&before), &mut after, &*self.surroundings);
            let (claims, left) = match self.move_claims(&before, &mut after, &patch, now).await? {
                Claims::Move { claims, left } => (claims, left),
                Claims::Clear(clearance) => {
                    self.clear(clearance, &mut attempts).await?;
                    continue;
                }
                Claims::Gone => {
                    let current = self.seen(id, caller).await?.ok_or(BookingError::NotFound)?;
                    if current.booking.version == before.booking.version {
                        return Err(BookingError::HoldExpired);
                    }
                    read = Some(current);
                    continue;
                }
            };
            let mut writes = vec![Write::Put(replace(after.to_item()?, before.booking.version))];
            let timers_end = writes.len() + timers.len();
            let claims_end = timers_end + claims.len();
            writes.extend(timers.into_iter().chain(claims).chain(left));
            match self.commit(writes).await? {
                Commit::Done => return Ok(after.booking),
                // The booking is as it was read, and the end of its hold is told, or another booking has its time.
                Commit::Refused(places) if hold_is_gone(&before, &places, timers_end, claims_end) => {
                    return Err(BookingError::HoldExpired);
                }
                Commit::Refused(_) | Commit::Again => {}
            }
            attempts.pause(&*self.surroundings).await?;
        }
    }

    /// The writes that turn the claims of `before` into those of `after`, whose claimed time is set.
    async fn move_claims(
        &self,
        before: &Stored,
        after: &mut Stored,
        patch: &BookingPatch,
        now: Timestamp,
    ) -> Result<Claims, BookingError> {
        let (old, new) = (&before.booking, &after.booking);
        if old.resource_id == new.resource_id && old.span == new.span && old.seats == new.seats {
            return Ok(Claims::Move { claims: Vec::new(), left: Vec::new() });
        }
        let RulesAndDays { rules, days } = self.rules_and_days(&new.resource_id, new.span).await?;
        let id = new.booking_id;
        let stays = old.resource_id == new.resource_id;
        if stays && old.status == Status::Held && !days.keeps(id, before.claimed) {
            return Ok(Claims::Gone);
        }
        let current = Current { booking: old, claimed: before.claimed };
        let claim = new.claim(Some(current), &rules, days.claims(Some(id)).into_values(), now);
        let claim = claim.map_err(|error| at_sent_members(error, patch))?;
        let claim = NewClaim { id, claim, plain: rules.capacity == 1, now };
        let clearance = days.clearance(&claim);
        if !clearance.is_empty() {
            return Ok(Claims::Clear(clearance));
        }
        let claims = days.claim(&claim, &*self.surroundings)?;
        after.claimed = claim.claim.stretch;
        let kept: Vec<_> = if stays { after.claimed.days().collect() } else { Vec::new() };
        let left = claimed_days(before, now).into_iter().filter(|day| !kept.contains(day));
        let release = if old.status == Status::Held { release_hold } else { release };
        let left = left.map(|day| release(before, day)).collect();
        Ok(Claims::Move { claims, left })
    }
}

/// Whether the refused places of a change say that the hold has come to its end: the booking, in place 0, is as it was
/// read, but one of its timers is gone, or a claim on a day that it leaves.
fn hold_is_gone(before: &Stored, refused: &[(usize, Option<Item>)], timers_end: usize, claims_end: usize) -> bool {
    let places = || refused.iter().map(|(place, _)| *place);
    before.booking.status == Status::Held
        && places().all(|place| place > 0)
        && places().any(|place| place < timers_end || place >= claims_end)
}

/// The writes to the days of a booking.
enum Claims {
    /// They claim its days, and release those that it leaves.
    Move { claims: Vec<Write>, left: Vec<Write> },
    /// Lapsed claims have to be removed first, and then everything read again.
    Clear(Vec<Write>),
    /// The claim of the hold is not there: another booking has it, or another request has moved, cancelled or deleted the
    /// hold since it was read.
    Gone,
}

/// Reports broken rules at the members that were sent.
fn at_sent_members(error: BookingError, patch: &BookingPatch) -> BookingError {
    match error {
        BookingError::OutsideRules(OutsideRules { time_zone, errors }) => {
            let errors = at_members(errors, &patch.sent());
            BookingError::OutsideRules(OutsideRules { time_zone, errors })
        }
        other => other,
    }
}
