//! Decides which event a stream record stands for, if any.
//!
//! Timers: a removal means that the timer was due, or that a user's change removed it. The fence in
//! [`Bus::publish`](super::Bus::publish) tells them apart by the timer's token. No clock is asked: the sweeper and TTL
//! have done so, and a clock that is behind theirs would drop the event.
//!
//! Bookings: every change is an event. A tombstone in place of the booking is its deletion. Other records are no
//! events.

use serde::Deserialize;
use serde_dynamo::{AttributeValue, Item};
use serde_json::Value;

use super::BookingChanged;
use super::record::Record;
use crate::booking::Booking;
use crate::store::{BOOKING, Entry, TIMER, Timer};

/// The event that a record stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A timer was removed.
    Removed(Timer),
    /// A booking has changed.
    Changed(Box<BookingChanged>),
    /// No event.
    Other,
    /// The record cannot be read. The reason contains no customer data.
    Undecodable(&'static str),
}

/// Decides on one record.
#[must_use]
pub fn decide(record: &Value) -> Verdict {
    // serde reads an array as a struct, too.
    let is_object = record.is_object() && record.get("dynamodb").is_some_and(Value::is_object);
    let Some(record) = Record::deserialize(record).ok().filter(|_| is_object) else {
        return Verdict::Undecodable("it is not a stream record");
    };
    let key = |name: &str| match record.dynamodb.keys.get(name) {
        Some(AttributeValue::S(key)) => key.as_str(),
        _ => "",
    };
    let verdict = if key("pk").starts_with(TIMER) {
        of_timer(&record)
    } else if key("sk") == BOOKING {
        of_booking(record)
    } else {
        Ok(Verdict::Other)
    };
    verdict.unwrap_or_else(Verdict::Undecodable)
}

fn of_timer(record: &Record) -> Result<Verdict, &'static str> {
    if record.event_name != "REMOVE" {
        return Ok(Verdict::Other);
    }
    Timer::from_stream(&record.dynamodb.keys, record.dynamodb.old_image.as_ref()).map(Verdict::Removed)
}

fn of_booking(record: Record) -> Result<Verdict, &'static str> {
    let (old, new) = match record.event_name.as_str() {
        "INSERT" => (false, true),
        "MODIFY" => (true, true),
        "REMOVE" => (true, false),
        _ => return Err("a change of no known kind"),
    };
    let before = if old { booking(record.dynamodb.old_image)? } else { None };
    let after = if new { booking(record.dynamodb.new_image)? } else { None };
    Ok(BookingChanged::new(before, after).map_or(Verdict::Other, |event| Verdict::Changed(Box::new(event))))
}

/// Reads the booking of an image; `None` for a tombstone.
fn booking(item: Option<Item>) -> Result<Option<Booking>, &'static str> {
    let item = item.ok_or("a booking without its image")?;
    let entry = Entry::from_stream(item).ok_or("a booking that cannot be read")?;
    Ok(entry.into_booking().map(|stored| stored.booking))
}

#[cfg(test)]
mod tests;
