//! Items of the table: how bookings are stored.
//!
//! DynamoDB reserves words such as `ttl` and `status`, so expressions alias every name.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::value::MapDeserializer;
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Serialize, Serializer};

use super::errors::foreign;
use crate::booking::{Booking, BookingError, BookingId, ResourceId, Span, Status, Timestamp, UserId};

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
    /// The booking.
    pub booking: Booking,
    /// The token of the timer of its current reminder. A timer with another token is stale.
    pub reminder_token: u64,
    /// The shard of its timers, which it keeps for ever.
    pub timer_shard: u32,
    /// Distinguishes the requests that may have created it.
    pub fingerprint: String,
}

/// The item of a booking. It never has `ttl`: TTL deletes timers, not bookings.
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
    status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reminder_lead_seconds: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reminder_due: Option<i64>,
    #[serde(rename = "reminder_generation")]
    reminder_token: u64,
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

impl Stored {
    /// The item to write.
    pub(super) fn to_item(&self) -> Result<Item, BookingError> {
        let Booking {
            booking_id,
            user_id,
            resource_id,
            span,
            status,
            reminder_lead_seconds,
            ttl,
            version,
            created_at,
            updated_at,
        } = self.booking.clone();
        write(&BookingItem {
            pk: partition(booking_id),
            sk: BOOKING.to_owned(),
            booking_id,
            user_id,
            resource_id,
            start_time: span.start(),
            end_time: span.end(),
            status,
            reminder_lead_seconds,
            reminder_due: ttl,
            reminder_token: self.reminder_token,
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
        Ok(Stored {
            booking: Booking {
                booking_id: item.booking_id,
                user_id: item.user_id,
                resource_id: item.resource_id,
                span: Span::new(item.start_time, item.end_time)?,
                status: item.status,
                reminder_lead_seconds: item.reminder_lead_seconds,
                ttl: item.reminder_due,
                version: item.version,
                created_at: item.created_at,
                updated_at: item.updated_at,
            },
            reminder_token: item.reminder_token,
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
