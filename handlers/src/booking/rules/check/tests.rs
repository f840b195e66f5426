use serde_json::{Value, json};

use super::*;
use crate::booking::Rules;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-12-01T08:00:00Z")
}

fn span(start: &str, end: &str) -> Span {
    Span::new(at(start), at(end)).unwrap()
}

fn clinic() -> Value {
    let day = json!([{ "from": "09:00", "to": "17:00" }]);
    json!({
        "time_zone": "Europe/Berlin",
        "open": { "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "saturday": [
            { "from": "13:00", "to": "15:00" }, { "from": "09:00", "to": "12:00" }, { "from": "22:00", "to": "02:00" },
        ] },
        "exceptions": [{ "date": "2026-12-28", "open": [] }],
        "capacity": 2, "slot_minutes": 30, "min_minutes": 30, "max_minutes": 120, "notice_minutes": 60, "horizon_days": 60,
    })
}

#[track_caller]
fn broken(rules: Value, wanted: Wanted, now: Timestamp) -> Vec<(String, String)> {
    let rules: Rules = serde_json::from_value(rules).unwrap();
    garde::Validate::validate(&rules).unwrap();
    let faults = Timetable::of(&rules).unwrap().broken(&wanted, now);
    faults.into_iter().map(|fault| (fault.pointer, fault.detail.into_owned())).collect()
}

/// The faults of a new booking at the clinic, whose time is UTC+1 in December.
#[track_caller]
fn refused(start: &str, end: &str) -> Vec<(String, String)> {
    broken(clinic(), Wanted { span: span(start, end), seats: 1, current: None }, now())
}

fn fault(pointer: &str, detail: &str) -> (String, String) {
    (pointer.to_owned(), detail.to_owned())
}

#[test]
fn a_booking_within_the_rules_breaks_none() {
    for (start, end) in [
        ("2026-12-24T08:00:00Z", "2026-12-24T08:30:00Z"),
        ("2026-12-24T14:00:00Z", "2026-12-24T16:00:00Z"),
        ("2026-12-26T23:30:00Z", "2026-12-27T01:00:00Z"),
    ] {
        assert_eq!(refused(start, end), [], "{start}");
    }
}

#[test]
fn opening_hours_are_told_in_the_words_of_the_rules() {
    let christmas = "opens at 09:00 and closes at 17:00 on 2026-12-24 (Europe/Berlin)";
    let before = refused("2026-12-24T07:30:00Z", "2026-12-24T08:30:00Z");
    assert_eq!(before, [fault("/start_time", christmas)]);
    let after = refused("2026-12-24T15:30:00Z", "2026-12-24T16:30:00Z");
    assert_eq!(after, [fault("/end_time", christmas)]);
    let night = refused("2026-12-24T18:00:00Z", "2026-12-24T19:00:00Z");
    assert_eq!(night, [fault("/start_time", christmas), fault("/end_time", christmas)]);
    let closed = "is closed on 2026-12-28 (Europe/Berlin)";
    assert_eq!(
        refused("2026-12-28T09:00:00Z", "2026-12-28T10:00:00Z"),
        [fault("/start_time", closed), fault("/end_time", closed)]
    );
    let saturday = "opens at 09:00 and closes at 12:00, opens at 13:00 and closes at 15:00, \
                    opens at 22:00 and closes at 02:00 on the next day on 2026-12-26 (Europe/Berlin)";
    assert_eq!(refused("2026-12-26T10:30:00Z", "2026-12-26T11:30:00Z"), [fault("/end_time", saturday)]);
    let sunday = "closes at 02:00 on 2026-12-27 (Europe/Berlin)";
    assert_eq!(
        refused("2026-12-27T02:00:00Z", "2026-12-27T03:00:00Z"),
        [fault("/start_time", sunday), fault("/end_time", sunday)]
    );
}

#[test]
fn a_booking_cannot_lie_across_a_closed_night() {
    let mut rules = clinic();
    rules["max_minutes"] = Value::Null;
    let wanted = Wanted { span: span("2026-12-23T15:00:00Z", "2026-12-24T09:00:00Z"), seats: 1, current: None };
    let closes = "opens at 09:00 and closes at 17:00 on 2026-12-23 (Europe/Berlin)";
    assert_eq!(broken(rules, wanted, now()), [fault("/end_time", closes)]);
}

#[test]
fn the_day_is_told_on_which_it_closes_before_the_end() {
    let wanted = |start, end| Wanted { span: span(start, end), seats: 1, current: None };
    let rules = json!({ "exceptions": [{ "date": "2026-12-24", "open": [] }] });
    let over_christmas = wanted("2026-12-21T09:00:00Z", "2026-12-25T09:00:00Z");
    let closes = "opens at 00:00 and closes at 24:00 on 2026-12-23 (UTC)";
    assert_eq!(broken(rules, over_christmas, now()), [fault("/end_time", closes)]);
    let sunday = refused("2026-12-26T23:30:00Z", "2026-12-27T01:30:00Z");
    assert_eq!(sunday, [fault("/end_time", "closes at 02:00 on 2026-12-27 (Europe/Berlin)")]);
}

#[test]
fn a_start_is_on_the_grid_of_its_window() {
    let off = refused("2026-12-24T08:10:00Z", "2026-12-24T09:00:00Z");
    assert_eq!(off, [fault("/start_time", "must start a multiple of 30 minutes after 09:00")]);
    let by_a_millisecond = refused("2026-12-24T08:30:00.001Z", "2026-12-24T09:30:00Z");
    assert_eq!(by_a_millisecond, off);
    let over_midnight = refused("2026-12-26T23:10:00Z", "2026-12-27T00:00:00Z");
    assert_eq!(over_midnight, [fault("/start_time", "must start a multiple of 30 minutes after 22:00 on 2026-12-26")]);
    // Always open: after local midnight. In Kathmandu (UTC+5:45) that is 18:15Z.
    let rules = json!({ "time_zone": "Asia/Kathmandu", "slot_minutes": 60 });
    let wanted = |start, end| Wanted { span: span(start, end), seats: 1, current: None };
    let on = wanted("2026-12-24T19:15:00Z", "2026-12-24T19:20:00Z");
    assert_eq!(broken(rules.clone(), on, now()), []);
    let off = wanted("2026-12-24T19:00:00Z", "2026-12-24T19:20:00Z");
    let after_midnight = fault("/start_time", "must start a multiple of 60 minutes after 00:00");
    assert_eq!(broken(rules, off, now()), [after_midnight]);
}

#[test]
fn every_broken_rule_is_named() {
    let wanted = Wanted { span: span("2026-12-01T08:10:00Z", "2026-12-01T08:11:00Z"), seats: 3, current: None };
    let all = [
        fault("/start_time", "must be at least 60 minutes from now"),
        fault("/start_time", "must start a multiple of 30 minutes after 09:00"),
        fault("/end_time", "must be at least 30 minutes after start_time"),
        fault("/seats", "must be at most 2, the seats that the resource has"),
    ];
    assert_eq!(broken(clinic(), wanted, now()), all);
    let late = refused("2027-02-11T08:00:00Z", "2027-02-11T12:00:00Z");
    let all = [
        fault("/start_time", "must be at most 60 days from now"),
        fault("/end_time", "must be at most 120 minutes after start_time"),
    ];
    assert_eq!(late, all);
}

#[test]
fn notice_and_horizon_hold_to_the_millisecond() {
    let rules = json!({ "notice_minutes": 60, "horizon_days": 1 });
    let starts = |start: &str| {
        let start = at(start);
        let end = Timestamp::from_millis(start.millis() + 1).unwrap();
        broken(rules.clone(), Wanted { span: Span::new(start, end).unwrap(), seats: 1, current: None }, now()).len()
    };
    assert_eq!(starts("2026-12-01T08:59:59.999Z"), 1);
    assert_eq!(starts("2026-12-01T09:00:00Z"), 0);
    assert_eq!(starts("2026-12-02T08:00:00Z"), 0);
    assert_eq!(starts("2026-12-02T08:00:00.001Z"), 1);
}

#[test]
fn what_a_booking_has_is_not_held_to_rules() {
    // At night, off the grid, too long and for more seats than there are: booked before these rules.
    let stands = span("2026-12-24T20:07:00Z", "2026-12-25T01:00:00Z");
    let change = |span, seats| broken(clinic(), Wanted { span, seats, current: Some((stands, 5)) }, now());
    assert_eq!(change(stands, 5), []);
    assert_eq!(change(stands, 4), []);
    assert!(!change(stands, 6).is_empty());
    let moved = change(span("2026-12-24T20:07:00Z", "2026-12-25T00:00:00Z"), 4);
    assert!(moved.iter().any(|(pointer, _)| pointer == "/end_time"));
}

#[test]
fn a_change_of_the_end_alone_is_not_held_to_rules_about_the_start() {
    let running = at("2026-12-24T08:20:00Z");
    let current = Some((span("2026-12-24T08:07:00Z", "2026-12-24T08:30:00Z"), 1));
    let longer = Wanted { span: span("2026-12-24T08:07:00Z", "2026-12-24T09:00:00Z"), seats: 1, current };
    assert_eq!(broken(clinic(), longer, running), []);
    let moved = Wanted { span: span("2026-12-24T08:27:00Z", "2026-12-24T09:00:00Z"), seats: 1, current };
    let faults = broken(clinic(), moved, running);
    assert_eq!(faults.len(), 2, "notice and grid: {faults:?}");
}

#[test]
fn more_seats_are_booked_like_a_new_booking() {
    let stands = span("2026-12-24T08:00:00Z", "2026-12-24T08:30:00Z");
    let more = Wanted { span: stands, seats: 2, current: Some((stands, 1)) };
    assert_eq!(broken(clinic(), more, now()), []);
    let too_late = broken(clinic(), more, at("2026-12-24T07:00:01Z"));
    assert_eq!(too_late, [fault("/start_time", "must be at least 60 minutes from now")]);
}

#[test]
fn a_fault_at_a_member_that_a_change_does_not_have_is_told_at_one_that_it_has() {
    let faults = vec![Fault::new("/end_time", "is late"), Fault::new("/start_time", "is early")];
    let told = at_members(faults.clone(), &["/start_time"]);
    let moved = Fault::new("/start_time", "does not go with the end_time that stays: is late");
    assert_eq!(told, [moved, faults[1].clone()]);
    assert_eq!(at_members(faults.clone(), &["/start_time", "/end_time"]), faults);
    assert_eq!(at_members(faults.clone(), &[]), faults);
}

#[test]
fn the_last_day_that_can_be_written_is_checked_too() {
    let end = span("9999-12-31T23:00:00Z", "9999-12-31T23:59:59.999Z");
    let first = span("0001-01-01T00:00:00Z", "0001-01-01T01:00:00Z");
    for rules in [json!({}), clinic(), json!({ "time_zone": "Pacific/Apia", "slot_minutes": 7 })] {
        for span in [end, first] {
            let faults = broken(rules.clone(), Wanted { span, seats: 1, current: None }, now());
            assert!(rules != json!({}) || faults.is_empty() || span == first, "{faults:?}");
        }
    }
}
