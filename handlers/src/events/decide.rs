//! Which records of the stream are reminders that have become due.
//!
//! | record | reminder? |
//! |---|---|
//! | `MODIFY`, from PENDING to DUE in one generation | yes: the sweeper marked it |
//! | `REMOVE` by TTL, was PENDING | yes: TTL was first |
//! | `REMOVE` by TTL, was DUE | no, it was published when it was marked |
//! | `REMOVE` by anyone else | no: cancelled, deleted or moved |
//! | everything else | no |

use serde_dynamo::Item;
use serde_json::Value;

use super::record::Record;
use crate::booking::BookingId;
use crate::store::{DUE, PENDING, REMINDER, ReminderItem};

/// What a record is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A reminder that has become due.
    Due(Due),
    /// Something else.
    Other,
    /// Nothing that can be read; why, without anything a customer typed.
    Undecodable(&'static str),
}

/// A reminder that has become due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Whose reminder it is.
    pub booking_id: BookingId,
    /// Which of the booking's reminders.
    pub generation: u64,
    /// When it was due, in seconds since the Unix epoch.
    pub ttl: i64,
}

/// Reads one record.
#[must_use]
pub fn decide(record: &Value) -> Verdict {
    let Ok(record) = <Record as serde::Deserialize>::deserialize(record) else {
        return Verdict::Undecodable("it is not a stream record");
    };
    let sort_key = |item: &Item| matches!(item.get("sk"), Some(serde_dynamo::AttributeValue::S(sk)) if sk == REMINDER);
    if !sort_key(&record.dynamodb.keys) {
        return Verdict::Other;
    }
    match record.event_name.as_str() {
        "MODIFY" => {
            let (Some(old), Some(new)) = (&record.dynamodb.old_image, &record.dynamodb.new_image) else {
                return Verdict::Undecodable("a changed reminder without both images");
            };
            match (reminder(old), reminder(new)) {
                (Some(old), Some(new)) if old.state == PENDING && new.state == DUE => {
                    if old.generation == new.generation { due(&new) } else { Verdict::Other }
                }
                (Some(_), Some(_)) => Verdict::Other,
                _ => Verdict::Undecodable("a changed reminder that cannot be read"),
            }
        }
        "REMOVE" if record.by_ttl() => match record.dynamodb.old_image.as_ref().map(reminder) {
            Some(Some(old)) if old.state == PENDING => due(&old),
            Some(Some(_)) => Verdict::Other,
            Some(None) => Verdict::Undecodable("an expired reminder that cannot be read"),
            None => Verdict::Undecodable("an expired reminder without its image"),
        },
        _ => Verdict::Other,
    }
}

fn reminder(item: &Item) -> Option<ReminderItem> {
    serde_dynamo::from_item(item.clone()).ok()
}

fn due(reminder: &ReminderItem) -> Verdict {
    Verdict::Due(Due { booking_id: reminder.booking.booking_id, generation: reminder.generation, ttl: reminder.ttl })
}

#[cfg(test)]
mod tests;
