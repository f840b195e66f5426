//! The items of bookings, tombstones and rules against the model.

use dynoxide::{AttributeValue, Item};
use handlers::booking::{BookingId, Kind, Rules, Stretch, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use super::model::{Entry, Set, SetRules, Stands};

pub fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    match item.get(name) {
        Some(AttributeValue::S(text) | AttributeValue::N(text)) => Some(text),
        _ => None,
    }
}

/// The attribute as JSON; null where there is none.
fn value(item: &Item, name: &str) -> Value {
    item.get(name).map_or(Value::Null, plain)
}

fn plain(attribute: &AttributeValue) -> Value {
    match attribute {
        AttributeValue::S(text) => json!(text),
        AttributeValue::N(number) => serde_json::from_str(number).unwrap(),
        AttributeValue::BOOL(value) => json!(value),
        AttributeValue::L(list) => list.iter().map(plain).collect(),
        AttributeValue::M(map) => map.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        _ => Value::Null,
    }
}

/// The claimed time of a booking's item.
pub fn claimed(item: &Item) -> Option<Stretch> {
    let time = |name| text(item, name)?.parse().ok().map(Timestamp::millis);
    match &value(item, "claimed") {
        Value::Null => Some(Stretch { from: time("start_time")?, to: time("end_time")? }),
        ends => Some(Stretch { from: ends[0].as_i64()?, to: ends[1].as_i64()? }),
    }
}

/// The timers of a booking's item.
pub fn timers(item: &Item) -> Option<std::collections::BTreeMap<Kind, Set>> {
    let first = text(item, "reminder_due").map(|due| {
        let token = text(item, "reminder_generation")?.parse().ok()?;
        Some((Kind::Reminder, (due.parse().ok()?, token)))
    });
    let further = value(item, "timers");
    let further = further
        .as_object()
        .into_iter()
        .flatten()
        .map(|(kind, set)| Some((Kind::parse(kind)?, (set["due"].as_i64()?, set["token"].as_u64()?))));
    first.into_iter().chain(further).collect()
}

fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

/// Compares the item of a booking with the model's booking.
fn same(item: &Item, stands: &Stands) -> Result<(), String> {
    let booking = &stands.booking;
    let sortable = |time: Timestamp| json!(time.sortable());
    let span = Stretch::from(booking.span);
    let Stretch { from, to } = stands.claimed;
    let further = &booking.further_reminder_lead_seconds;
    let some = |there: bool, value: Value| if there { value } else { Value::Null };
    let expected = [
        ("booking_id", json(&booking.booking_id)),
        ("user_id", json(&booking.user_id)),
        ("resource_id", json(&booking.resource_id)),
        ("start_time", sortable(booking.span.start())),
        ("end_time", sortable(booking.span.end())),
        ("claimed", some(stands.claimed != span, json!([from, to]))),
        ("seats", some(booking.seats != 1, json!(booking.seats))),
        ("status", json(&booking.status)),
        ("expires_at", booking.expires_at.map_or(Value::Null, sortable)),
        ("reminder_lead_seconds", json(&booking.reminder_lead_seconds)),
        ("further_reminder_lead_seconds", some(!further.is_empty(), json!(further))),
        ("metadata", some(!booking.metadata.is_empty(), json(&booking.metadata))),
        ("reminder_due", json(&booking.ttl)),
        ("version", json(&booking.version)),
        ("created_at", sortable(booking.created_at)),
        ("updated_at", sortable(booking.updated_at)),
        ("ttl", Value::Null),
        ("deleted_at", Value::Null),
    ];
    for (name, expected) in expected {
        let found = value(item, name);
        if found != expected {
            return Err(format!("{name} of {} is {found} instead of {expected}", booking.booking_id));
        }
    }
    let timers = timers(item);
    if timers.as_ref() != Some(&stands.timers) {
        return Err(format!("the timers of {} are {timers:?} instead of {:?}", booking.booking_id, stands.timers));
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
pub fn next_version(old: Option<&Item>, new: Option<&Item>) -> Result<(), String> {
    let version = |item: &Item| text(item, "version").and_then(|version| version.parse::<u64>().ok());
    let (Some(old), Some(new)) = (old, new) else { return Ok(()) };
    let next = version(old).is_some_and(|version_of_old| version(new) == Some(version_of_old + 1));
    if next { Ok(()) } else { Err(format!("{old:?} and {new:?} have no versions in a row")) }
}

pub fn same_entry(item: Option<&Item>, entry: Option<&Entry>, id: BookingId) -> Result<(), String> {
    match (item, entry) {
        (None, None) => Ok(()),
        (Some(item), Some(Entry::Stands(stands))) => same(item, stands),
        (Some(item), Some(Entry::Gone)) => tombstone(item),
        (item, entry) => Err(format!("the table has {item:?} of {id}, the model {entry:?}")),
    }
}

/// Compares the item of a resource's rules with the model's.
pub fn same_rules(item: Option<&Item>, set: Option<&SetRules>) -> Result<(), String> {
    let found = item.map(|item| {
        let rules = text(item, "rules").map(|rules| serde_json::from_str::<Rules>(rules).ok());
        Some(SetRules {
            version: text(item, "version")?.parse().ok()?,
            updated_at: text(item, "updated_at")?.parse().ok()?,
            rules: rules.map_or(Some(None), |rules| rules.map(Some))?,
        })
    });
    match (found, set) {
        (None, None) => Ok(()),
        (Some(Some(found)), Some(set)) if found == *set => Ok(()),
        (found, set) => Err(format!("the table has the rules {found:?} instead of {set:?}")),
    }
}
