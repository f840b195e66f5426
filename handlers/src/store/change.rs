//! Conditional writes that replace or end a booking, if it still has the version that was read (optimistic locking).

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::builders::{DeleteBuilder, PutBuilder};
use lambda::IfMatch;

use super::Bookings;
use super::commit::{Commit, Write, delete, put};
use super::days::{claimed_days, release};
use super::item::{BOOKING, Item, Stored, key, partition};
use super::timer::Timer;
use crate::booking::{Booking, BookingError, Day, Status, Timestamp};

/// Refuses a change that is based on another version.
///
/// # Errors
/// [`BookingError::VersionChanged`].
pub(super) fn expect_version(booking: &Booking, if_match: Option<&IfMatch>) -> Result<(), BookingError> {
    match if_match {
        Some(if_match) if !if_match.allows(&booking.entity_tag()) => {
            Err(BookingError::VersionChanged { version: booking.version })
        }
        _ => Ok(()),
    }
}

const CONDITION: &str = "#version = :version";

/// The write that replaces the booking's version `version` with `item`.
pub(super) fn replace(item: Item, version: u64) -> PutBuilder {
    put(item)
        .condition_expression(CONDITION)
        .expression_attribute_names("#version", "version")
        .expression_attribute_values(":version", AttributeValue::N(version.to_string()))
}

/// The write that deletes `booking`, if it still has the version that was read.
pub(super) fn remove(booking: &Booking) -> DeleteBuilder {
    delete(key(partition(booking.booking_id), BOOKING))
        .condition_expression(CONDITION)
        .expression_attribute_names("#version", "version")
        .expression_attribute_values(":version", AttributeValue::N(booking.version.to_string()))
}

/// Days and timers that earlier attempts have found to be gone.
#[derive(Debug, Default)]
pub(super) struct Gone {
    /// Days that TTL has deleted. They need no release.
    days: Vec<Day>,
    /// The timer of a hold's end: the end is told, even if it is still to come by this function's clock.
    hold: bool,
}

impl Gone {
    /// The booking as it reads at `now`.
    pub(super) fn seen(&self, booking: &Booking, now: Timestamp) -> Booking {
        let booking = booking.clone();
        if self.hold && booking.status == Status::Held { booking.expired() } else { booking.at(now) }
    }
}

impl Bookings {
    /// Commits `write`, which ends the booking, together with the removal of its timers and the release of its claims.
    /// `false` on a conflict with another request, or when something is gone: it is then added to `gone`.
    pub(super) async fn end(
        &self,
        stored: &Stored,
        write: Write,
        gone: &mut Gone,
        now: Timestamp,
    ) -> Result<bool, BookingError> {
        let mut days = Vec::new();
        if stored.booking.status.takes_time() {
            days = claimed_days(stored, now);
            days.retain(|day| !gone.days.contains(day));
        }
        let mut writes = vec![write];
        let stands = gone.seen(&stored.booking, now).status.takes_time();
        writes.extend(Timer::all(stored).map(|timer| if stands { timer.revoke() } else { timer.remove() }));
        let others = writes.len();
        writes.extend(days.iter().map(|day| release(stored, *day)));
        match self.commit(writes).await? {
            Commit::Done => Ok(true),
            Commit::Again => Ok(false),
            Commit::Refused(places) => {
                gone.hold |= places.iter().any(|(place, _)| (1..others).contains(place));
                gone.days.extend(places.iter().filter_map(|(place, _)| days.get(place.checked_sub(others)?)));
                Ok(false)
            }
        }
    }
}
