//! Timers: items that are removed when their time has come. The removal is the event.
//!
//! | attribute | |
//! |---|---|
//! | `pk` | `TIMER#<minute of the due time>#<shard>`, such as `TIMER#2026-11-22T09:45#3` |
//! | `sk` | `<due time>#<booking's id>#<kind>`; the time in seconds since the Unix epoch, of ten digits |
//! | `ttl` | the due time |
//! | `token` | the token that the booking has while the timer is valid |
//!
//! The sweeper removes timers on time, and TTL those that it misses. A user's change removes a timer together with the
//! booking's token, in one transaction. So a removed timer whose token the booking still has was due.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_dynamo::Item as StreamItem;

use super::commit::{Write, delete, put};
use super::item::{Item, Stored, key};
use crate::booking::{BookingId, Timestamp};

/// Start of the `pk` of all timers.
pub const TIMER: &str = "TIMER#";

/// The kind of a booking's reminder.
const REMINDER: &str = "reminder";

/// A timer of a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timer {
    /// The booking.
    pub booking_id: BookingId,
    /// The due time, in seconds since the Unix epoch.
    pub due: i64,
    /// A random number, new with each setting: see [`Stored::reminder_token`].
    pub token: u64,
    /// Its minute's items are spread over several partitions; this is the number of its partition.
    pub shard: u32,
}

/// The `pk` of the timers of a minute, counted since the Unix epoch, and a shard.
pub(super) fn partition(minute: i64, shard: u32) -> String {
    let start = Timestamp::from_millis(minute * 60_000).map(Timestamp::sortable).unwrap_or_default();
    format!("{TIMER}{}#{shard}", start.get(..16).unwrap_or_default())
}

/// The `sk` before which all timers sort that are due by `seconds`.
pub(super) fn after(seconds: i64) -> String {
    format!("{:010}", seconds + 1)
}

impl Timer {
    /// The timer of the booking's reminder, if it has one.
    pub(super) fn reminder(stored: &Stored) -> Option<Self> {
        let Stored { booking, reminder_token, timer_shard, .. } = stored;
        let due = booking.ttl?;
        Some(Self { booking_id: booking.booking_id, due, token: *reminder_token, shard: *timer_shard })
    }

    fn key(&self) -> Item {
        let Self { booking_id, due, shard, .. } = self;
        key(partition(due.div_euclid(60), *shard), format!("{due:010}#{booking_id}#{REMINDER}"))
    }

    /// The write that sets the timer.
    pub(super) fn set(&self) -> Write {
        let mut item = self.key();
        item.insert("ttl".to_owned(), AttributeValue::N(self.due.to_string()));
        item.insert("token".to_owned(), AttributeValue::N(self.token.to_string()));
        Write::Put(put(item))
    }

    /// The write that removes the timer, if it is there.
    pub(super) fn remove(&self) -> Write {
        Write::Delete(delete(self.key()))
    }

    /// Parses the keys and the image of a stream record.
    ///
    /// # Errors
    /// The fault, without data of the record.
    pub fn from_stream(keys: &StreamItem, image: Option<&StreamItem>) -> Result<Self, &'static str> {
        let image = image.ok_or("a timer without its image")?;
        let text = |name: &str| match keys.get(name) {
            Some(serde_dynamo::AttributeValue::S(text)) => Some(text.as_str()),
            _ => None,
        };
        let parse = || {
            let shard = text("pk")?.strip_prefix(TIMER)?.split_once('#')?.1.parse().ok()?;
            let mut parts = text("sk")?.split('#');
            let (due, id, kind) = (parts.next()?, parts.next()?, parts.next()?);
            let Some(serde_dynamo::AttributeValue::N(token)) = image.get("token") else { return None };
            let (due, token) = (due.parse().ok()?, token.parse().ok()?);
            let timer = Self { booking_id: BookingId::parse(id)?, due, token, shard };
            (kind == REMINDER && parts.next().is_none()).then_some(timer)
        };
        parse().ok_or("a timer that cannot be read")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_is_in_the_partition_of_its_minute_and_sorts_by_its_due_time() {
        let id = BookingId::parse("67e55044-10b1-426f-9247-bb680e5fe0c8").unwrap();
        let key = |due| Timer { booking_id: id, due, token: 1, shard: 3 }.key();
        let text = |due: i64, name: &str| key(due)[name].as_s().unwrap().clone();
        let due = "2026-11-22T09:45:00Z".parse::<Timestamp>().unwrap().seconds();
        assert_eq!(text(due, "pk"), "TIMER#2026-11-22T09:45#3");
        assert_eq!(text(due + 59, "pk"), text(due, "pk"));
        assert_eq!(text(due + 60, "pk"), "TIMER#2026-11-22T09:46#3");
        assert_eq!(text(due, "sk"), format!("{due}#{id}#reminder"));
        assert!(text(due, "sk") < after(due) && text(due + 1, "sk") > after(due));
    }
}
