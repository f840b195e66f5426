//! Functions that apply the rules of a resource.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use crate::Bench;
use crate::measure::{Callgrind, Subject, warm};
use crate::rows::{is_installed, nanoseconds};
use crate::table::{Row, Unit};

/// The functions that link the time zone database.
pub(crate) const WITH_RULES: [&str; 4] = ["create_booking", "list_slots", "set_resource", "update_booking"];

/// A resource with bookings and rules, and one with the same bookings and none.
pub(crate) const CLINIC: &str = "clinic";
const HALL: &str = "hall";
/// Bookings of each day of both resources: 300 in 30 days.
const A_DAY: i64 = 10;

const MINUTE: i64 = 60_000;

/// The items of a `BatchGetItem` of days and rules. The answer to each request is made once.
pub(crate) fn ground(request: &Value) -> String {
    static ANSWERS: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());
    let mut answers = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
    let make = || {
        let (table, keys) = request["RequestItems"].as_object().and_then(|tables| tables.iter().next())?;
        let items: Vec<_> = keys["Keys"].as_array()?.iter().filter_map(item).collect();
        Some(json!({ "Responses": { table: items }, "UnprocessedKeys": {} }).to_string())
    };
    answers.entry(request.to_string()).or_insert_with(|| make().unwrap_or_default()).clone()
}

fn item(key: &Value) -> Option<Value> {
    let (pk, sk) = (key["pk"]["S"].as_str()?, key["sk"]["S"].as_str()?);
    let resource = pk.strip_prefix("RESOURCE#")?;
    match (resource, sk.strip_prefix("DAY#")) {
        (CLINIC, None) => Some(rules(pk)),
        (CLINIC | HALL, Some(day)) => day_item(pk, sk, day),
        _ => None,
    }
}

fn rules(pk: &str) -> Value {
    let hours = json!([{ "from": "08:00", "to": "12:00" }, { "from": "12:30", "to": "18:00" }]);
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let week: serde_json::Map<_, _> = days.iter().map(|day| ((*day).to_owned(), hours.clone())).collect();
    let rules = json!({
        "time_zone": "Europe/Berlin", "open": week, "exceptions": [{ "date": "2099-06-10", "open": [] }], "capacity": 2,
        "slot_minutes": 15, "min_minutes": 15, "max_minutes": null, "buffer_before_minutes": 0, "buffer_after_minutes": 5,
        "notice_minutes": 60, "horizon_days": null,
    });
    json!({
        "pk": { "S": pk }, "sk": { "S": "RULES" }, "version": { "N": "3" },
        "updated_at": { "S": "2026-11-22T09:20:16.481Z" }, "rules": { "S": rules.to_string() },
    })
}

/// A day with ten bookings of half an hour in its morning.
fn day_item(pk: &str, sk: &str, day: &str) -> Option<Value> {
    let midnight = chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?.and_time(chrono::NaiveTime::MIN);
    let midnight = midnight.and_utc().timestamp_millis();
    let claim = |place: i64| {
        let start = midnight + 7 * 60 * MINUTE + (place / 2) * 40 * MINUTE;
        let ends = [start, start + 30 * MINUTE].map(|end| json!({ "N": end.to_string() }));
        (format!("722fbf9c-42d9-5494-89ad-{:06x}{:06x}", midnight / 86_400_000, place), json!({ "L": ends }))
    };
    let busy: serde_json::Map<_, _> = (0..A_DAY).map(claim).collect();
    Some(json!({
        "pk": { "S": pk }, "sk": { "S": sk }, "version": { "N": "7" }, "busy": { "M": busy }, "ttl": { "N": "4090000000" },
    }))
}

/// A function with a change of its event.
fn subject(bench: &Bench, function: &str, change: impl Fn(&mut Value)) -> Result<Subject, Box<dyn Error>> {
    let mut subject = bench.subject(function)?;
    let mut event: Value = serde_json::from_slice(&subject.event)?;
    change(&mut event);
    subject.event = event.to_string().into();
    Ok(subject)
}

/// Asks for another resource.
pub(crate) fn at_clinic(event: &mut Value) {
    event["pathParameters"]["resource_id"] = CLINIC.into();
}

/// Rows of slots, and of a create with rules against one without.
pub(crate) async fn rows(bench: &Bench) -> Result<Vec<Row>, Box<dyn Error>> {
    let slots = subject(bench, "list_slots", |event| {
        at_clinic(event);
        event["rawQueryString"] = "from=2099-06-01T00%3A00%3A00Z&to=2099-07-02T00%3A00%3A00Z".into();
        event["queryStringParameters"] = json!({ "from": "2099-06-01T00:00:00Z", "to": "2099-07-02T00:00:00Z" });
    })?;
    let create = |resource: &str| {
        let body = json!({
            "user_id": "alice", "resource_id": resource,
            "start_time": "2099-06-01T14:00:00Z", "end_time": "2099-06-01T14:30:00Z",
        });
        subject(bench, "create_booking", move |event| event["body"] = body.to_string().into())
    };
    let (with, without) = (create(CLINIC)?, create(HALL)?);
    let mut rows = Vec::new();
    if is_installed("valgrind") {
        let callgrind = Callgrind { directory: bench.scratch.clone() };
        let unit = Unit::Instructions;
        rows.push(Row::new("slots of 31 days by 15 minutes, 300 bookings", unit, callgrind.per_request(&slots).await?));
        let (with, without) = (callgrind.per_request(&with).await?, callgrind.per_request(&without).await?);
        rows.push(Row::new("a create on a resource without rules", unit, without));
        rows.push(Row::held("a create on a resource with rules, against it", Unit::Times, with * 1000 / without, 1150));
    }
    let spent: Vec<Duration> = warm(&[&slots, &with, &without]).await?;
    if let [slots, with, without] = spent[..] {
        let unit = Unit::Milliseconds;
        rows.push(Row::held("slots of 31 days, processor", unit, nanoseconds(slots), 3_000_000));
        let ratio = nanoseconds(with) * 1000 / nanoseconds(without).max(1);
        rows.push(Row::held("a create with rules against one without, processor", Unit::Times, ratio, 1150).timed());
    }
    Ok(rows)
}
