//! Tombstones: they replace deleted bookings whose id a repeated create would use again.

use serde::Serialize;

use super::item::{BOOKING, Item, Stored, partition, sortable, write};
use crate::booking::{Booking, BookingError, Timestamp};

/// The item at a booking's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A booking.
    Booking(Box<Stored>),
    /// The tombstone of a deleted booking.
    Tombstone,
}

impl Entry {
    /// Parses an item.
    pub(super) fn from_item(item: Item) -> Result<Self, BookingError> {
        if item.contains_key(DELETED_AT) {
            return Ok(Self::Tombstone);
        }
        Stored::from_item(item).map(Box::new).map(Self::Booking)
    }

    /// Parses an image of the table's stream; `None` if it is neither a booking nor a tombstone.
    #[must_use]
    pub fn from_stream(image: serde_dynamo::Item) -> Option<Self> {
        if image.contains_key(DELETED_AT) {
            return Some(Self::Tombstone);
        }
        Stored::from_stream(image).map(Box::new).map(Self::Booking)
    }

    /// The booking, if it is one.
    #[must_use]
    pub fn into_booking(self) -> Option<Stored> {
        match self {
            Self::Booking(stored) => Some(*stored),
            Self::Tombstone => None,
        }
    }
}

/// An attribute that only tombstones have.
const DELETED_AT: &str = "deleted_at";

/// How long an `Idempotency-Key` stays used up after its booking is deleted.
const TOMBSTONE_SECONDS: i64 = 31 * 24 * 60 * 60;

/// The item that replaces a deleted booking whose id a create with the same `Idempotency-Key` would use again. It
/// contains no data of the booking.
#[derive(Serialize)]
struct TombstoneItem {
    pk: String,
    sk: String,
    /// One more than the booking's last version, so that no conditional write on a version of the booking succeeds.
    version: u64,
    #[serde(serialize_with = "sortable")]
    deleted_at: Timestamp,
    ttl: i64,
}

/// The tombstone of `booking`, deleted at `now`.
pub(super) fn tombstone(booking: &Booking, now: Timestamp) -> Result<Item, BookingError> {
    write(&TombstoneItem {
        pk: partition(booking.booking_id),
        sk: BOOKING.to_owned(),
        version: booking.version + 1,
        deleted_at: now,
        ttl: now.seconds() + TOMBSTONE_SECONDS,
    })
}
