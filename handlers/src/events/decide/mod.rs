//! Decides which event a stream record stands for, if any.
//!
//! Reminders:
//!
//! | record | due? |
//! |---|---|
//! | `MODIFY`, from PENDING to DUE with the same token | yes: marked by the sweeper |
//! | `REMOVE` by TTL, was PENDING | yes: TTL came before the sweeper |
//! | `REMOVE` by TTL, was DUE | no: published when it was marked |
//! | `REMOVE` by anything else | no: cancelled, deleted or moved |
//! | all others | no |
//!
//! Bookings: every change is an event. A tombstone in place of the booking is its deletion. Other records are no
//! events.

use serde::Deserialize;
use serde_dynamo::{AttributeValue, Item};
use serde_json::Value;

use super::BookingChanged;
use super::record::Record;
use crate::booking::{Booking, BookingId};
use crate::store::{BOOKING, Entry, REMINDER, ReminderItem, State};

/// The event that a record stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A reminder has become due.
    Due(Due),
    /// A booking has changed.
    Changed(Box<BookingChanged>),
    /// No event.
    Other,
    /// The record cannot be read. The reason contains no customer data.
    Undecodable(&'static str),
}

/// A reminder that has become due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The reminder's booking.
    pub booking_id: BookingId,
    /// The token of the reminder that is due.
    pub token: u64,
    /// When it was due, in seconds since the Unix epoch.
    pub ttl: i64,
}

/// Decides on one record.
#[must_use]
pub fn decide(record: &Value) -> Verdict {
    // serde reads an array as a struct, too.
    let is_object = record.is_object() && record.get("dynamodb").is_some_and(Value::is_object);
    let Some(record) = Record::deserialize(record).ok().filter(|_| is_object) else {
        return Verdict::Undecodable("it is not a stream record");
    };
    let verdict = match record.dynamodb.keys.get("sk") {
        Some(AttributeValue::S(sk)) if sk == REMINDER => of_reminder(&record),
        Some(AttributeValue::S(sk)) if sk == BOOKING => of_booking(record),
        _ => Ok(Verdict::Other),
    };
    verdict.unwrap_or_else(Verdict::Undecodable)
}

fn of_reminder(record: &Record) -> Result<Verdict, &'static str> {
    let old = || reminder(record.dynamodb.old_image.as_ref());
    match record.event_name.as_str() {
        "MODIFY" => {
            let (old, new) = (old()?, reminder(record.dynamodb.new_image.as_ref())?);
            let marked = old.state == State::Pending && new.state == State::Due && old.token == new.token;
            Ok(if marked { due(&new) } else { Verdict::Other })
        }
        "REMOVE" if record.by_ttl() => {
            let old = old()?;
            Ok(if old.state == State::Pending { due(&old) } else { Verdict::Other })
        }
        _ => Ok(Verdict::Other),
    }
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

fn reminder(item: Option<&Item>) -> Result<ReminderItem, &'static str> {
    let item = item.ok_or("a reminder without its image")?;
    serde_dynamo::from_item(item.clone()).map_err(|_| "a reminder that cannot be read")
}

fn due(reminder: &ReminderItem) -> Verdict {
    Verdict::Due(Due { booking_id: reminder.booking.booking_id, token: reminder.token, ttl: reminder.ttl })
}

#[cfg(test)]
mod tests;
