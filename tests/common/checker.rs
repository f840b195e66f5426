//! Checks the invariants of the whole table.

use std::collections::{BTreeMap, BTreeSet};

use handlers::booking::{Span, Timestamp};
use serde_json::Value;

/// All violations of these invariants:
///
/// - two active bookings of one resource never overlap;
/// - every day that an active booking touches has its claim, and every claim belongs to an active booking;
/// - every timer belongs to an active booking and is the one that it names; none that is still to come is missing.
pub fn faults(items: &[Value]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut held: BTreeMap<String, Vec<(Span, String)>> = BTreeMap::new();
    let mut expected: BTreeSet<(String, String, i64, i64)> = BTreeSet::new();
    let mut reminded: BTreeMap<(String, String), String> = BTreeMap::new();

    for booking in items.iter().filter(|item| string(item, "sk") == "BOOKING" && string(item, "status") == "active") {
        let id = string(booking, "booking_id");
        let time = |name| string(booking, name).parse::<Timestamp>().expect("a time");
        let span = Span::new(time("start_time"), time("end_time")).expect("a span");
        let resource = string(booking, "resource_id");
        for day in span.days() {
            let day = (format!("RESOURCE#{resource} DAY#{day}"), id.clone());
            expected.insert((day.0, day.1, span.start().millis(), span.end().millis()));
        }
        held.entry(resource).or_default().push((span, id.clone()));
        if booking.get("reminder_due").is_some() {
            let due = number(booking, "reminder_due").parse::<i64>().expect("a number");
            let minute = Timestamp::from_millis(due * 1000).expect("a time").sortable()[..16].to_owned();
            let key = (format!("TIMER#{minute}#{}", number(booking, "timer_shard")), format!("{due}#{id}#reminder"));
            reminded.insert(key, number(booking, "reminder_generation"));
        }
    }

    for (resource, spans) in &mut held {
        spans.sort_by_key(|(span, _)| span.start());
        for pair in spans.windows(2) {
            if pair[0].0.overlaps(pair[1].0) {
                faults.push(format!("{resource} is booked twice: {} and {}", pair[0].1, pair[1].1));
            }
        }
    }

    for day in items.iter().filter(|item| string(item, "sk").starts_with("DAY#")) {
        for (id, span) in day["busy"]["M"].as_object().expect("a map") {
            let end = |place: usize| span["L"][place]["N"].as_str().and_then(|n| n.parse().ok()).expect("a number");
            let claim = (format!("{} {}", string(day, "pk"), string(day, "sk")), id.clone(), end(0), end(1));
            if !expected.remove(&claim) {
                faults.push(format!("a claim without an active booking: {claim:?}"));
            }
        }
    }
    faults.extend(expected.iter().map(|claim| format!("an active booking without its claim: {claim:?}")));

    for timer in items.iter().filter(|item| string(item, "pk").starts_with("TIMER#")) {
        let key = (string(timer, "pk"), string(timer, "sk"));
        if !key.1.starts_with(&format!("{}#", number(timer, "ttl"))) {
            faults.push(format!("the timer {key:?} has another due time"));
        }
        let found = number(timer, "token");
        match reminded.remove(&key) {
            Some(wanted) if wanted == found => {}
            Some(wanted) => faults.push(format!("the timer {key:?} has the token {found}, not {wanted}")),
            None => faults.push(format!("a timer without an active booking that wants it: {key:?}")),
        }
    }
    let now = Timestamp::now().seconds();
    for (key, _) in reminded {
        // One that is due may have been removed.
        if key.1[..10].parse::<i64>().is_ok_and(|due| due > now) {
            faults.push(format!("the timer {key:?} is missing"));
        }
    }
    faults
}

fn string(item: &Value, name: &str) -> String {
    item[name]["S"].as_str().unwrap_or_default().to_owned()
}

fn number(item: &Value, name: &str) -> String {
    item[name]["N"].as_str().unwrap_or_default().to_owned()
}
