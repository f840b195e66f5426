//! Tombstones: what is left of a deleted booking whose id can be asked for again.

use serde::Serialize;

use super::item::{BOOKING, Item, Stored, partition, sortable, write};
use crate::booking::{Booking, BookingError, Timestamp};

/// The item at a booking's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A booking.
    Booking(Box<Stored>),
    /// The tombstone of a booking that was deleted.
    Tombstone,
}

impl Entry {
    /// Reads an item.
    pub(super) fn from_item(item: Item) -> Result<Self, BookingError> {
        if item.contains_key(DELETED_AT) {
            return Ok(Self::Tombstone);
        }
        Stored::from_item(item).map(Box::new).map(Self::Booking)
    }

    /// Reads an image of the table's stream; `None` where it is neither a booking nor a tombstone.
    #[must_use]
    pub fn from_stream(image: serde_dynamo::Item) -> Option<Self> {
        if image.contains_key(DELETED_AT) {
            return Some(Self::Tombstone);
        }
        Stored::from_stream(image).map(Box::new).map(Self::Booking)
    }

    /// The booking, where it is one.
    #[must_use]
    pub fn into_booking(self) -> Option<Stored> {
        match self {
            Self::Booking(stored) => Some(*stored),
            Self::Tombstone => None,
        }
    }
}

/// The attribute that only a tombstone has.
const DELETED_AT: &str = "deleted_at";

/// How long an `Idempotency-Key` stays used up after its booking was deleted.
const TOMBSTONE_SECONDS: i64 = 31 * 24 * 60 * 60;

/// Takes the place of a deleted booking whose id a create with the same `Idempotency-Key` would make again. Nothing of
/// the booking is left in it.
#[derive(Serialize)]
struct TombstoneItem {
    pk: String,
    sk: String,
    /// One more than the booking's last version: no write that waits for a version of the booking fits.
    version: u64,
    #[serde(serialize_with = "sortable")]
    deleted_at: Timestamp,
    ttl: i64,
}

/// The tombstone of `booking`, as of `now`.
pub(super) fn tombstone(booking: &Booking, now: Timestamp) -> Result<Item, BookingError> {
    write(&TombstoneItem {
        pk: partition(booking.booking_id),
        sk: BOOKING.to_owned(),
        version: booking.version + 1,
        deleted_at: now,
        ttl: now.seconds() + TOMBSTONE_SECONDS,
    })
}
