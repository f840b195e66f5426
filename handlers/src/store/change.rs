//! Conditional writes that replace or end a booking, if it still has the version that was read (optimistic locking).

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::builders::{DeleteBuilder, PutBuilder};
use lambda::IfMatch;

use super::Bookings;
use super::commit::{Commit, Write, delete, put};
use super::days::{held, release};
use super::item::{BOOKING, Item, Stored, key, partition};
use super::timer::Timer;
use crate::booking::{Booking, BookingError, Day, Status, Timestamp};

/// Refuses a change that is based on another version.
///
/// # Errors
/// [`BookingError::VersionChanged`].
pub(super) fn expect_version(stored: &Stored, if_match: Option<&IfMatch>) -> Result<(), BookingError> {
    let version = stored.booking.version;
    match if_match {
        Some(if_match) if !if_match.allows(&stored.booking.entity_tag()) => {
            Err(BookingError::VersionChanged { version })
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

impl Bookings {
    /// Commits `write`, which ends the booking, together with the removal of its timer and the release of its claims.
    /// `false` on a conflict with another request. Days that TTL has deleted are then added to `gone`: they need no
    /// release.
    pub(super) async fn leave(
        &self,
        stored: &Stored,
        write: Write,
        gone: &mut Vec<Day>,
        now: Timestamp,
    ) -> Result<bool, BookingError> {
        let booking = &stored.booking;
        let mut days = Vec::new();
        if booking.status == Status::Active {
            days = held(booking, now);
            days.retain(|day| !gone.contains(day));
        }
        let mut writes = vec![write];
        writes.extend(Timer::reminder(stored).map(|timer| timer.remove()));
        let others = writes.len();
        writes.extend(days.iter().map(|day| release(booking, *day)));
        match self.commit(writes).await? {
            Commit::Done => Ok(true),
            Commit::Again => Ok(false),
            Commit::Refused(places) => {
                gone.extend(places.iter().filter_map(|(place, _)| days.get(place.checked_sub(others)?)));
                Ok(false)
            }
        }
    }
}
