//! Items of the table: how bookings are stored.
//!
//! DynamoDB reserves words such as `ttl` and `status`, so expressions alias every name.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::value::MapDeserializer;
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Serialize, Serializer};

use super::errors::foreign;
use crate::booking::{
    Booking, BookingError, BookingId, Kind, Metadata, ResourceId, Span, Status, Stretch, Timestamp, UserId,
};

/// Attributes by name.
pub(super) type Item = HashMap<String, AttributeValue>;

/// `sk` of a booking, and of the tombstone that replaces it.
pub const BOOKING: &str = "BOOKING";

/// `pk` of a booking.
pub(super) fn partition(id: BookingId) -> String {
    format!("BOOKING#{id}")
}

/// The key of an item.
pub(super) fn key(pk: String, sk: impl Into<String>) -> Item {
    HashMap::from([("pk".to_owned(), AttributeValue::S(pk)), ("sk".to_owned(), AttributeValue::S(sk.into()))])
}

/// A booking as it is stored, with the attributes that clients do not see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The booking. A hold stays held here after it has lapsed: see [`Booking::at`].
    pub booking: Booking,
    /// Its claim on the resource: its span, with the buffers that it was booked with.
    pub claimed: Stretch,
    /// Its timers. A timer with another token is stale.
    pub timers: BTreeMap<Kind, Set>,
    /// The shard of its timers, which it keeps for ever.
    pub timer_shard: u32,
    /// Distinguishes the requests that may have created it.
    pub fingerprint: String,
}

/// A timer that is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Set {
    /// The due time, in seconds since the Unix epoch.
    pub due: i64,
    /// A random number, new with each setting.
    pub token: u64,
}

/// The item of a booking. It never has `ttl`: TTL deletes timers, not bookings. What an older release does not know is
/// left out where it has its default.
#[derive(Serialize, Deserialize)]
struct BookingItem {
    pk: String,
    sk: String,
    booking_id: BookingId,
    user_id: UserId,
    resource_id: ResourceId,
    #[serde(serialize_with = "sortable")]
    start_time: Timestamp,
    #[serde(serialize_with = "sortable")]
    end_time: Timestamp,
    /// Start and end of the claim, in milliseconds since the Unix epoch, if it has buffers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claimed: Option<(i64, i64)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seats: Option<i64>,
    status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "sortable_option")]
    expires_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reminder_lead_seconds: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    further_reminder_lead_seconds: Vec<u32>,
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    metadata: Metadata,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reminder_due: Option<i64>,
    #[serde(rename = "reminder_generation")]
    reminder_token: u64,
    /// The timers other than the one of `reminder_lead_seconds`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    timers: BTreeMap<String, Set>,
    #[serde(default)]
    timer_shard: u32,
    version: u64,
    #[serde(serialize_with = "sortable")]
    created_at: Timestamp,
    #[serde(serialize_with = "sortable")]
    updated_at: Timestamp,
    request_fingerprint: String,
}

/// Serializes a time as text whose order is time order: `start_time` is a sort key.
pub(super) fn sortable<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.sortable())
}

// serde passes the field by reference.
#[expect(clippy::ref_option)]
fn sortable_option<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(Timestamp::sortable).serialize(serializer)
}

impl Stored {
    /// The item to write.
    pub(super) fn to_item(&self) -> Result<Item, BookingError> {
        let Booking {
            booking_id,
            user_id,
            resource_id,
            span,
            seats,
            status,
            expires_at,
            reminder_lead_seconds,
            further_reminder_lead_seconds,
            ttl: _,
            metadata,
            version,
            created_at,
            updated_at,
        } = self.booking.clone();
        let reminder = self.timers.get(&Kind::Reminder);
        let others = self.timers.iter().filter(|(kind, _)| **kind != Kind::Reminder);
        write(&BookingItem {
            pk: partition(booking_id),
            sk: BOOKING.to_owned(),
            booking_id,
            user_id,
            resource_id,
            start_time: span.start(),
            end_time: span.end(),
            claimed: (self.claimed != Stretch::from(span)).then_some((self.claimed.from, self.claimed.to)),
            seats: (seats != 1).then_some(seats),
            status,
            expires_at,
            reminder_lead_seconds,
            further_reminder_lead_seconds,
            metadata,
            reminder_due: reminder.map(|timer| timer.due),
            reminder_token: reminder.map(|timer| timer.token).unwrap_or_default(),
            timers: others.map(|(kind, timer)| (kind.to_string(), *timer)).collect(),
            timer_shard: self.timer_shard,
            version,
            created_at,
            updated_at,
            request_fingerprint: self.fingerprint.clone(),
        })
    }

    /// Parses an item.
    pub(super) fn from_item(item: Item) -> Result<Self, BookingError> {
        read::<BookingItem>(item)?.into_stored().map_err(foreign)
    }

    /// Parses an image of the table's stream; `None` if it is not a booking's.
    pub(super) fn from_stream(image: serde_dynamo::Item) -> Option<Self> {
        serde_dynamo::from_item::<_, BookingItem>(image).ok()?.into_stored().ok()
    }
}

impl BookingItem {
    fn into_stored(self) -> Result<Stored, &'static str> {
        let item = self;
        let span = Span::new(item.start_time, item.end_time)?;
        let reminder = item.reminder_due.map(|due| (Kind::Reminder, Set { due, token: item.reminder_token }));
        let others = item.timers.into_iter().map(|(kind, timer)| Some((Kind::parse(&kind)?, timer)));
        let others = others.collect::<Option<Vec<_>>>().ok_or("a timer of no known kind")?;
        Ok(Stored {
            booking: Booking {
                booking_id: item.booking_id,
                user_id: item.user_id,
                resource_id: item.resource_id,
                span,
                seats: item.seats.unwrap_or(1),
                status: item.status,
                expires_at: item.expires_at,
                reminder_lead_seconds: item.reminder_lead_seconds,
                further_reminder_lead_seconds: item.further_reminder_lead_seconds,
                ttl: item.reminder_due,
                metadata: item.metadata,
                version: item.version,
                created_at: item.created_at,
                updated_at: item.updated_at,
            },
            claimed: item.claimed.map_or(span.into(), |(from, to)| Stretch { from, to }),
            timers: reminder.into_iter().chain(others).collect(),
            timer_shard: item.timer_shard,
            fingerprint: item.request_fingerprint,
        })
    }
}

/// Serializes an item.
pub(super) fn write(item: &impl Serialize) -> Result<Item, BookingError> {
    serde_dynamo::to_item(item).map_err(foreign)
}

/// Serializes one attribute.
pub(super) fn value(value: &impl Serialize) -> Result<AttributeValue, BookingError> {
    serde_dynamo::to_attribute_value(value).map_err(foreign)
}

/// Deserializes an item attribute by attribute: `serde_dynamo::from_item` would sort them into a second map first.
pub(super) fn read<T: DeserializeOwned>(item: Item) -> Result<T, BookingError> {
    T::deserialize(MapDeserializer::new(item.into_iter().map(|(name, value)| (name, Value(value))))).map_err(foreign)
}

/// An attribute to deserialize.
struct Value(AttributeValue);

impl IntoDeserializer<'_, serde_dynamo::Error> for Value {
    type Deserializer = serde_dynamo::Deserializer;

    fn into_deserializer(self) -> Self::Deserializer {
        serde_dynamo::Deserializer::from_attribute_value(self.0.into())
    }
}
