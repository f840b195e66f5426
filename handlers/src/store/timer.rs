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

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use serde_dynamo::Item as StreamItem;

use super::commit::{Write, delete, put};
use super::item::{Item, Set, Stored, key};
use crate::booking::{BookingId, Due, Kind, Timestamp};
use crate::surroundings::Surroundings;

/// Start of the `pk` of all timers.
pub const TIMER: &str = "TIMER#";

/// A timer of a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timer {
    /// The booking.
    pub booking_id: BookingId,
    /// The due time, in seconds since the Unix epoch.
    pub due: i64,
    /// The kind of a timer.
    pub kind: Kind,
    /// A random number, new with each setting: see [`Stored::timers`].
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

/// When the timer of this key is due, in seconds since the Unix epoch.
pub(super) fn due_of(key: &Item) -> Option<i64> {
    key.get("sk")?.as_s().ok()?.get(..10)?.parse().ok()
}

/// Whether the timer of this key is a reminder, and not the end of a hold.
pub(super) fn is_reminder(key: &Item) -> bool {
    let kind = key.get("sk").and_then(|sk| sk.as_s().ok()?.rsplit('#').next());
    kind.and_then(Kind::parse).is_some_and(|kind| kind != Kind::Hold)
}

impl Timer {
    fn of(stored: &Stored, kind: Kind, Set { due, token }: Set) -> Self {
        Self { booking_id: stored.booking.booking_id, due, kind, token, shard: stored.timer_shard }
    }

    /// The timers of a booking.
    pub(super) fn all(stored: &Stored) -> impl Iterator<Item = Self> {
        stored.timers.iter().map(|(kind, set)| Self::of(stored, *kind, *set))
    }

    fn key(&self) -> Item {
        let Self { booking_id, due, kind, shard, .. } = self;
        key(partition(due.div_euclid(60), *shard), format!("{due:010}#{booking_id}#{kind}"))
    }

    /// The write that sets the timer.
    pub(super) fn set(&self) -> Write {
        Write::Put(self.put())
    }

    fn put(&self) -> PutBuilder {
        let mut item = self.key();
        item.insert("ttl".to_owned(), AttributeValue::N(self.due.to_string()));
        item.insert("token".to_owned(), AttributeValue::N(self.token.to_string()));
        put(item)
    }

    /// The write that removes the timer, if it is there.
    pub(super) fn remove(&self) -> Write {
        Write::Delete(delete(self.key()))
    }

    /// The write that removes the timer because its booking changes.
    ///
    /// The timer of a hold's end must still be there. If the sweeper has removed it, the end is told, and the change has to
    /// fail, however late its transaction is carried out.
    pub(super) fn revoke(&self) -> Write {
        let delete = delete(self.key());
        if self.kind != Kind::Hold {
            return Write::Delete(delete);
        }
        Write::Delete(delete.condition_expression("attribute_exists(#pk)").expression_attribute_names("#pk", "pk"))
    }

    /// The write that requires the timer to be there, and leaves it as it is.
    fn keep(&self) -> Write {
        // Not a condition check, which needs a permission of its own.
        Write::Put(self.put().condition_expression("attribute_exists(#pk)").expression_attribute_names("#pk", "pk"))
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
            let timer = Self { booking_id: BookingId::parse(id)?, due, kind: Kind::parse(kind)?, token, shard };
            parts.next().is_none().then_some(timer)
        };
        parse().ok_or("a timer that cannot be read")
    }
}

/// Sets the timers of `after`, and returns the writes for those that differ from `before`'s.
///
/// A timer whose due time stays may be on its way to the bus: a new token would publish its event twice. It does not become
/// stale, because the event is made from the current booking. A hold's timer that stays is required to be there, as for
/// [`revoke`](Timer::revoke).
///
/// A reminder that may be told already keeps its token also where it becomes one of another kind. Its item, if it is still
/// there, keeps the key with the former kind, and is left to the sweeper.
pub(super) fn set_timers(before: Option<&Stored>, after: &mut Stored, chance: &dyn Surroundings) -> Vec<Write> {
    let none = BTreeMap::new();
    let had = before.map_or(&none, |before| &before.timers);
    let dues_before: BTreeMap<Kind, i64> = had.iter().map(|(kind, set)| (*kind, set.due)).collect();
    let dues = after.booking.dues(before.map(|before| (&before.booking, &dues_before)));
    if let Some(Due { at, .. }) = dues.get(&Kind::Reminder) {
        after.booking.ttl = Some(*at);
    }
    let set = dues.into_iter().map(|(kind, Due { at, was })| {
        let kept = was.and_then(|was| had.get(&was));
        (kind, kept.copied().unwrap_or_else(|| Set { due: at, token: chance.number() }))
    });
    after.timers = set.collect();
    let was_set = |timer: &Timer| had.values().any(|set| set.token == timer.token);
    let kept: Vec<_> = Timer::all(after).filter(was_set).collect();
    let stays = |timer: &Timer| kept.iter().any(|kept| kept.token == timer.token);
    // Two reminders that were due in the same second may have exchanged their kinds, but not their keys.
    let unsure = |timer: &Timer| timer.kind != Kind::Hold && kept.iter().any(|kept| kept.due == timer.due);
    let mut writes = Vec::new();
    if let Some(before) = before {
        let gone = Timer::all(before).filter(|timer| !stays(timer) && !unsure(timer));
        writes.extend(gone.map(|timer| timer.revoke()));
    }
    writes.extend(Timer::all(after).filter(|timer| !was_set(timer)).map(|timer| timer.set()));
    writes.extend(kept.iter().filter(|timer| timer.kind == Kind::Hold).map(Timer::keep));
    writes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_is_in_the_partition_of_its_minute_and_sorts_by_its_due_time() {
        let id = BookingId::parse("67e55044-10b1-426f-9247-bb680e5fe0c8").unwrap();
        let key = |due| Timer { booking_id: id, due, kind: Kind::Reminder, token: 1, shard: 3 }.key();
        let text = |due: i64, name: &str| key(due)[name].as_s().unwrap().clone();
        let due = "2026-11-22T09:45:00Z".parse::<Timestamp>().unwrap().seconds();
        assert_eq!(text(due, "pk"), "TIMER#2026-11-22T09:45#3");
        assert_eq!(text(due + 59, "pk"), text(due, "pk"));
        assert_eq!(text(due + 60, "pk"), "TIMER#2026-11-22T09:46#3");
        assert_eq!(text(due, "sk"), format!("{due}#{id}#reminder"));
        assert!(text(due, "sk") < after(due) && text(due + 1, "sk") > after(due));
    }
}
