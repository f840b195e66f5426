//! An event on its way to the bus.

use serde::Serialize;
use uuid::Uuid;

use crate::booking::BookingId;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// `source` on the bus.
    pub source: &'static str,
    /// `detail-type` on the bus.
    pub detail_type: &'static str,
    /// Whose it is. Events of one booking are put in the order of the stream.
    pub booking_id: BookingId,
    /// The same for every delivery of the same event: a consumer drops what it has seen.
    pub id: Uuid,
    /// `detail` on the bus, as JSON.
    pub detail: String,
    /// Of a reminder, how long after its time this is.
    pub late_seconds: Option<u32>,
}

/// Version of the details' shapes.
pub(super) const VERSION: &str = "1.0";

/// The namespace of the events' ids: at random, once.
const IDS: Uuid = Uuid::from_u128(0x5c1d_2e0b_9a64_4f7f_8e15_c7d0_3b9a_f642);

/// The id of the event that `name` names and no other does.
pub(super) fn id(name: &str) -> Uuid {
    Uuid::new_v5(&IDS, name.as_bytes())
}

/// As JSON.
pub(super) fn json(detail: &impl Serialize) -> String {
    // Details hold strings, numbers and UUIDs: writing them cannot fail.
    serde_json::to_string(detail).unwrap_or_default()
}
