//! The table's items against the model: bookings, tombstones, timers and claims, exactly those.

use std::collections::{BTreeMap, BTreeSet};

use dynoxide::actions::get_records::Record;
use dynoxide::{AttributeValue, Item};
use handlers::booking::{BookingId, ResourceId, Span, Status, Timestamp};

use super::clock::{DAY, HOUR, timestamp};
use super::history::History;
use super::model::{Entry, Stands, State, holders, standing};
use super::timers;

/// Who wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// A client's transaction, which the model has followed.
    Commit,
    Sweeper,
    Ttl,
}

pub fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    match item.get(name) {
        Some(AttributeValue::S(text) | AttributeValue::N(text)) => Some(text),
        _ => None,
    }
}

fn booking_id(pk: &str) -> Result<BookingId, String> {
    pk.strip_prefix("BOOKING#").and_then(BookingId::parse).ok_or_else(|| format!("an item at {pk}"))
}

/// Compares the item of a booking with the model's booking.
fn same(item: &Item, stands: &Stands) -> Result<(), String> {
    let booking = &stands.booking;
    let status = if booking.status == Status::Active { "active" } else { "cancelled" };
    let number = |number: &dyn ToString| Some(number.to_string());
    let expected = [
        ("booking_id", Some(booking.booking_id.to_string())),
        ("user_id", Some(booking.user_id.to_string())),
        ("resource_id", Some(booking.resource_id.to_string())),
        ("start_time", Some(booking.span.start().sortable())),
        ("end_time", Some(booking.span.end().sortable())),
        ("status", Some(status.to_owned())),
        ("reminder_lead_seconds", booking.reminder_lead_seconds.map(|lead| lead.to_string())),
        ("reminder_due", booking.ttl.map(|due| due.to_string())),
        ("version", number(&booking.version)),
        ("created_at", Some(booking.created_at.sortable())),
        ("updated_at", Some(booking.updated_at.sortable())),
        ("ttl", None),
        ("deleted_at", None),
    ];
    for (name, expected) in expected {
        if text(item, name) != expected.as_deref() {
            return Err(format!("{name} of {} is {:?} instead of {expected:?}", booking.booking_id, text(item, name)));
        }
    }
    let token = text(item, "reminder_generation").and_then(|token| token.parse().ok());
    if booking.status == Status::Active && booking.ttl.is_some() && token != Some(stands.token) {
        return Err(format!("the token of {} is {token:?} instead of {}", booking.booking_id, stands.token));
    }
    Ok(())
}

/// A key stays used up for 31 days.
fn tombstone(item: &Item) -> Result<(), String> {
    let deleted = text(item, "deleted_at").and_then(|time| time.parse::<Timestamp>().ok()).ok_or("no tombstone")?;
    let kept = text(item, "ttl").and_then(|ttl| ttl.parse().ok()) == Some(deleted.seconds() + 31 * 86_400);
    if kept { Ok(()) } else { Err(format!("ttl of the tombstone {item:?}")) }
}

/// No write on a version that was read succeeds later: each raises it by one.
fn next_version(old: Option<&Item>, new: Option<&Item>) -> Result<(), String> {
    let version = |item: &Item| text(item, "version").and_then(|version| version.parse::<u64>().ok());
    let (Some(old), Some(new)) = (old, new) else { return Ok(()) };
    let next = version(old).is_some_and(|version_of_old| version(new) == Some(version_of_old + 1));
    if next { Ok(()) } else { Err(format!("{old:?} and {new:?} have no versions in a row")) }
}

fn same_entry(item: Option<&Item>, entry: Option<&Entry>, id: BookingId) -> Result<(), String> {
    match (item, entry) {
        (None, None) => Ok(()),
        (Some(item), Some(Entry::Stands(stands))) => same(item, stands),
        (Some(item), Some(Entry::Gone)) => tombstone(item),
        (item, entry) => Err(format!("the table has {item:?} of {id}, the model {entry:?}")),
    }
}

/// The claims of a day's item.
fn claims(item: &Item) -> Result<BTreeMap<String, (i64, i64)>, String> {
    let Some(AttributeValue::M(busy)) = item.get("busy") else { return Err("a day without claims".into()) };
    let number = |value: &AttributeValue| match value {
        AttributeValue::N(number) => number.parse().ok(),
        _ => None,
    };
    busy.iter()
        .map(|(id, span)| match span {
            AttributeValue::L(ends) if ends.len() == 2 => {
                Ok((id.clone(), (number(&ends[0]).ok_or("a start")?, number(&ends[1]).ok_or("an end")?)))
            }
            _ => Err("a claim that is no span".into()),
        })
        .collect()
}

/// Compares a day's item with the model. Days that TTL may delete are not compared.
fn same_day(pk: &str, sk: &str, item: Option<&Item>, state: &State, now: i64) -> Result<(), String> {
    let resource = pk.strip_prefix("RESOURCE#").and_then(ResourceId::parse).ok_or("a resource")?;
    let midnight: Timestamp =
        format!("{}T00:00:00Z", sk.strip_prefix("DAY#").unwrap_or_default()).parse().map_err(|_| "a day")?;
    let end = midnight.millis() + DAY;
    if end + 31 * DAY < now + HOUR {
        return Ok(());
    }
    if let Some(item) = item
        && text(item, "ttl") != Some(&((end + 31 * DAY) / 1000).to_string())
    {
        return Err(format!("ttl of {pk} {sk} is {:?}", text(item, "ttl")));
    }
    let span = Span::new(midnight, timestamp(end)).map_err(str::to_owned)?;
    let expected: BTreeMap<_, _> = holders(state, &resource, span, None)
        .map(|booking| (booking.booking_id.to_string(), (booking.span.start().millis(), booking.span.end().millis())))
        .collect();
    let found = item.map(claims).transpose()?.unwrap_or_default();
    if found == expected { Ok(()) } else { Err(format!("claims of {pk} {sk}: {found:?} instead of {expected:?}")) }
}

impl History {
    /// Compares what a record of the stream says with the model.
    pub fn observe(&mut self, record: &Record, writer: Writer, now: i64) -> Result<(), String> {
        let change = &record.dynamodb;
        let (pk, sk) = (text(&change.keys, "pk").unwrap_or_default(), text(&change.keys, "sk").unwrap_or_default());
        let (old, new) = (change.old_image.as_ref(), change.new_image.as_ref());
        if writer == Writer::Ttl {
            let expires = old.and_then(|old| text(old, "ttl")).and_then(|ttl| ttl.parse::<i64>().ok());
            if expires.is_none_or(|expires| expires * 1000 > now) {
                return Err(format!("TTL has deleted {pk} {sk} before its time"));
            }
        }
        if writer == Writer::Ttl {
            self.expired += 1;
        }
        if let (None, Some(new), true) = (old, new, sk.starts_with("DAY#")) {
            self.new_day(new)?;
        }
        if timers::is_key(pk) {
            return self.observe_timer(pk, old, new, writer, now);
        }
        match (sk, writer) {
            ("BOOKING", Writer::Ttl) => self.forget(booking_id(pk)?),
            ("BOOKING", Writer::Commit) => {
                let id = booking_id(pk)?;
                self.told.record(id, &change.sequence_number);
                next_version(old, new)?;
                same_entry(new, self.state().get(&id), id)
            }
            (day, Writer::Commit) if day.starts_with("DAY#") => same_day(pk, sk, new, self.state(), now),
            (day, Writer::Ttl) if day.starts_with("DAY#") => Ok(()),
            (_, Writer::Sweeper) if timers::is_watermark(pk) => Ok(()),
            _ => Err(format!("{writer:?} writes {pk} {sk}")),
        }
    }

    /// A day that TTL has deleted may be made anew, while a request still has a version of the former one. So versions begin
    /// at random, and every reader of JSON must be able to hold them.
    fn new_day(&mut self, day: &Item) -> Result<(), String> {
        let version = text(day, "version").and_then(|version| version.parse().ok()).ok_or("a day without a version")?;
        if version >= 1 << 53 || !self.first_versions.insert(version) {
            return Err(format!("a day begins with the version {version}"));
        }
        Ok(())
    }

    fn observe_timer(
        &mut self,
        pk: &str,
        old: Option<&Item>,
        new: Option<&Item>,
        writer: Writer,
        now: i64,
    ) -> Result<(), String> {
        let (old, new) = (old.and_then(timers::of_item), new.and_then(timers::of_item));
        if writer == Writer::Commit {
            let Some(timer) = new.as_ref().or(old.as_ref()) else { return Ok(()) };
            let expected = self.timers.get(&timer.id).filter(|timer| timer.fired.is_none());
            let expected =
                expected.map(|expected| timers::Stored { id: timer.id, due: expected.due, token: expected.token });
            // The old one may be in another place than the new one.
            let left = new.is_none() && expected.as_ref() != old.as_ref();
            return if new == expected || left {
                Ok(())
            } else {
                Err(format!("{pk}: timer {new:?} instead of {expected:?}"))
            };
        }
        match (old, new) {
            (Some(old), None) => self.fire(old.id, old.token, now),
            (None, None) => Ok(()),
            (old, new) => Err(format!("{writer:?} makes {new:?} of the timer {old:?}")),
        }
    }

    /// Compares all items with the model.
    pub fn compare(&self, items: &[Item], now: i64) -> Result<(), String> {
        let state = self.state();
        let mut missing: BTreeSet<BookingId> = state.keys().copied().collect();
        let mut pending = BTreeSet::new();
        let mut days = BTreeSet::new();
        for item in items {
            let (pk, sk) = (text(item, "pk").unwrap_or_default(), text(item, "sk").unwrap_or_default());
            if timers::is_key(pk) {
                let timer = timers::of_item(item).ok_or_else(|| format!("a timer that is none: {item:?}"))?;
                pending.insert(timer);
            } else if sk == "BOOKING" {
                let id = booking_id(pk)?;
                missing.remove(&id);
                same_entry(Some(item), state.get(&id), id)?;
            } else if sk.starts_with("DAY#") {
                days.insert(format!("{pk} {sk}"));
                same_day(pk, sk, Some(item), state, now)?;
            } else if !timers::is_watermark(pk) {
                return Err(format!("an item of no kind at {pk} {sk}"));
            }
        }
        if let Some(id) = missing.first() {
            return Err(format!("the booking {id} is not in the table"));
        }
        let timers = self.timers.iter().filter(|(_, timer)| timer.fired.is_none());
        let expected: BTreeSet<_> =
            timers.map(|(id, timer)| timers::Stored { id: *id, due: timer.due, token: timer.token }).collect();
        if pending != expected {
            return Err(format!("timers {pending:?} instead of {expected:?}"));
        }
        for booking in standing(state).map(|stands| &stands.booking).filter(|booking| booking.status == Status::Active)
        {
            for day in booking.span.days().filter(|day| (day.end_seconds() + 31 * 86_400) * 1000 > now + HOUR) {
                if !days.contains(&format!("RESOURCE#{} DAY#{day}", booking.resource_id)) {
                    return Err(format!("{} has no claim on {day}", booking.booking_id));
                }
            }
        }
        Ok(())
    }
}
