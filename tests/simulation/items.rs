//! The table's items against the model: bookings, tombstones, timers and claims, exactly those.

use std::collections::{BTreeMap, BTreeSet};

use dynoxide::Item;
use dynoxide::actions::get_records::Record;
use handlers::booking::{Booking, BookingId, Claim, Day, ResourceId, Timestamp};

use super::claims::claims;
use super::clock::{DAY, HOUR};
use super::history::{History, Timer};
use super::model::State;
use super::stored::{next_version, same_entry, same_rules, text};
use super::timers;

/// Who wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// A client's transaction, which the model has followed.
    Commit,
    Sweeper,
    Ttl,
}

fn booking_id(pk: &str) -> Result<BookingId, String> {
    pk.strip_prefix("BOOKING#").and_then(BookingId::parse).ok_or_else(|| format!("an item at {pk}"))
}

fn rules_of(pk: &str) -> Option<ResourceId> {
    pk.strip_prefix("RESOURCE#").and_then(ResourceId::parse)
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
    let day = Day::parse(&sk[4..]).ok_or("a day")?;
    let expected: BTreeMap<_, _> = state
        .of_resource(&resource)
        .filter(|stands| stands.days().any(|claimed| claimed == day))
        .map(|stands| {
            let Booking { booking_id, seats, expires_at, .. } = stands.booking;
            (booking_id, Claim { stretch: stands.claimed, seats, lapses_at: expires_at.map(Timestamp::millis) })
        })
        .collect();
    let found = item.map(|item| claims(item, midnight.millis())).transpose()?.unwrap_or_default();
    if found == expected { Ok(()) } else { Err(format!("claims of {pk} {sk}: {found:?} instead of {expected:?}")) }
}

fn stored(token: u64, timer: &Timer) -> timers::Stored {
    timers::Stored { id: timer.id, kind: timer.kind, due: timer.due, token }
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
                same_entry(new, self.state().bookings.get(&id), id)
            }
            ("RULES", Writer::Commit) => {
                next_version(old, new)?;
                same_rules(new, rules_of(pk).and_then(|resource| self.state().set(&resource)))
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
            if new.is_none() && self.timers.get(&timer.token).is_some_and(|timer| timer.stale) {
                // Another timer of the booking had its key.
                self.timers.remove(&timer.token);
                return Ok(());
            }
            let expected = self.timers.get(&timer.token).filter(|timer| timer.fired.is_none());
            let expected = expected.map(|expected| stored(timer.token, expected));
            return if new == expected { Ok(()) } else { Err(format!("{pk}: timer {new:?} instead of {expected:?}")) };
        }
        match (old, new) {
            (Some(old), None) => self.fire(old.id, old.kind, old.token, now),
            (None, None) => Ok(()),
            (old, new) => Err(format!("{writer:?} makes {new:?} of the timer {old:?}")),
        }
    }

    /// Compares all items with the model.
    pub fn compare(&self, items: &[Item], now: i64) -> Result<(), String> {
        let state = self.state();
        let mut missing: BTreeSet<BookingId> = state.bookings.keys().copied().collect();
        let mut unset: BTreeSet<String> = state.rules.keys().cloned().collect();
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
                same_entry(Some(item), state.bookings.get(&id), id)?;
            } else if sk.starts_with("DAY#") {
                days.insert(format!("{pk} {sk}"));
                same_day(pk, sk, Some(item), state, now)?;
            } else if sk == "RULES" {
                let resource = rules_of(pk).ok_or("rules of no resource")?;
                unset.remove(resource.as_str());
                same_rules(Some(item), state.set(&resource))?;
            } else if !timers::is_watermark(pk) {
                return Err(format!("an item of no kind at {pk} {sk}"));
            }
        }
        if let Some(id) = missing.first() {
            return Err(format!("the booking {id} is not in the table"));
        }
        if let Some(resource) = unset.first() {
            return Err(format!("the rules of {resource} are not in the table"));
        }
        let timers = self.timers.iter().filter(|(_, timer)| timer.fired.is_none());
        let expected: BTreeSet<_> = timers.map(|(token, timer)| stored(*token, timer)).collect();
        if pending != expected {
            return Err(format!("timers {pending:?} instead of {expected:?}"));
        }
        for stands in state.standing() {
            let booking = &stands.booking;
            for day in stands.days().filter(|day| (day.end_seconds() + 31 * 86_400) * 1000 > now + HOUR) {
                if !days.contains(&format!("RESOURCE#{} DAY#{day}", booking.resource_id)) {
                    return Err(format!("{} has no claim on {day}", booking.booking_id));
                }
            }
        }
        Ok(())
    }
}
