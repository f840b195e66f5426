//! Events in the form in which they are put on the bus.

use serde::Serialize;
use uuid::Uuid;

use crate::booking::BookingId;

/// An event to put on the bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// `source` on the bus.
    pub source: &'static str,
    /// `detail-type` on the bus.
    pub detail_type: &'static str,
    /// The booking. Events of one booking are put in the order of the stream.
    pub booking_id: BookingId,
    /// The same for every delivery of the same event, so that a consumer can drop duplicates.
    pub id: Uuid,
    /// `detail` on the bus, as JSON.
    pub detail: String,
    /// For a reminder: the delay since its due time.
    pub late_seconds: Option<u32>,
}

/// Version of the details' formats.
pub(super) const VERSION: &str = "1.0";

/// The UUIDv5 namespace of event ids. Random, fixed for ever.
const IDS: Uuid = Uuid::from_u128(0x5c1d_2e0b_9a64_4f7f_8e15_c7d0_3b9a_f642);

/// The id of the event with this unique name.
pub(super) fn id(name: &str) -> Uuid {
    Uuid::new_v5(&IDS, name.as_bytes())
}

/// Serializes a detail.
pub(super) fn json(detail: &impl Serialize) -> String {
    // Details consist of strings, numbers and UUIDs, so serializing them cannot fail.
    serde_json::to_string(detail).unwrap_or_default()
}
