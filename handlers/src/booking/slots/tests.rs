use lambda::{Query, Request};
use serde_json::{Value, json};

use super::*;
use crate::booking::{Claim, Rules};

mod laws;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn time(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis).unwrap()
}

fn rules_of(json: Value) -> Rules {
    let rules: Rules = serde_json::from_value(json).unwrap();
    rules.validate().unwrap();
    rules
}

fn query(from: &str, to: &str, minutes: Option<i64>, seats: Option<i64>) -> SlotsQuery {
    SlotsQuery { from: at(from), to: at(to), minutes, seats }
}

fn starts(rules: &Rules, claims: &[Claim], query: &SlotsQuery, now: &str) -> Vec<String> {
    let timetable = Timetable::of(rules).unwrap();
    let occupancy = Occupancy::of(claims.iter().copied(), rules.capacity, at(now));
    let slots = slots(&timetable, &occupancy, &query.search(&timetable).unwrap(), at(now));
    slots.iter().map(|slot| slot.start_time.to_string()[11..16].to_owned()).collect()
}

#[test]
fn slots_go_by_the_grid_from_the_opening_of_each_window() {
    let windows = json!([{ "from": "09:10", "to": "11:00" }, { "from": "13:00", "to": "14:30" }]);
    let rules = rules_of(json!({ "open": { "thursday": windows }, "slot_minutes": 30, "min_minutes": 45 }));
    let day = query("2026-12-24T00:00:00Z", "2026-12-25T00:00:00Z", None, None);
    let now = "2026-12-01T00:00:00Z";
    assert_eq!(starts(&rules, &[], &day, now), ["09:10", "09:40", "10:10", "13:00", "13:30"]);
    let hour = SlotsQuery { minutes: Some(90), ..day.clone() };
    assert_eq!(starts(&rules, &[], &hour, now), ["09:10", "13:00"]);
    let no_slot = Rules { slot_minutes: None, min_minutes: None, ..rules };
    let hour = SlotsQuery { minutes: Some(50), ..day };
    assert_eq!(starts(&no_slot, &[], &hour, now), ["09:10", "10:00", "13:00"], "by the length");
}

#[test]
fn a_slot_may_end_after_the_span_that_is_asked_for_and_starts_in_it() {
    let rules = rules_of(json!({ "slot_minutes": 60 }));
    let night = query("2026-12-24T22:30:00Z", "2026-12-25T00:00:00Z", Some(120), None);
    assert_eq!(starts(&rules, &[], &night, "2026-12-01T00:00:00Z"), ["23:00"]);
}

#[test]
fn slots_start_after_now_and_the_notice_and_within_the_horizon() {
    let rules = rules_of(json!({ "slot_minutes": 30, "notice_minutes": 60, "horizon_days": 1 }));
    let day = |from: &str, to: &str| query(&format!("2026-12-{from}:00Z"), &format!("2026-12-{to}:00Z"), None, None);
    let now = "2026-12-24T09:00:00Z";
    assert_eq!(starts(&rules, &[], &day("24T00:00", "24T11:00"), now), ["10:00", "10:30"]);
    assert_eq!(starts(&rules, &[], &day("25T08:30", "26T00:00"), now), ["08:30", "09:00"]);
    let none = Rules { notice_minutes: 0, ..rules };
    assert_eq!(starts(&none, &[], &day("24T09:00", "24T10:00"), now), ["09:30"], "now is not in the future");
}

#[test]
fn seats_that_are_left_are_told_and_asked_for() {
    let rules = rules_of(json!({ "slot_minutes": 60, "capacity": 3 }));
    let span = Span::new(at("2026-12-24T10:00:00Z"), at("2026-12-24T11:00:00Z")).unwrap();
    let claims = [Claim::new(span, 2, None, &rules)];
    let morning = query("2026-12-24T09:00:00Z", "2026-12-24T12:00:00Z", None, Some(2));
    assert_eq!(starts(&rules, &claims, &morning, "2026-12-01T00:00:00Z"), ["09:00", "11:00"]);
    let timetable = Timetable::of(&rules).unwrap();
    let one = SlotsQuery { seats: None, ..morning }.search(&timetable).unwrap();
    let now = at("2026-12-01T00:00:00Z");
    let slots = slots(&timetable, &Occupancy::of(claims, 3, now), &one, now);
    assert_eq!(slots.iter().map(|slot| slot.seats_left).collect::<Vec<_>>(), [3, 1, 3]);
    assert_eq!(
        serde_json::to_value(&slots[1]).unwrap(),
        json!({ "start_time": "2026-12-24T10:00:00Z", "end_time": "2026-12-24T11:00:00Z", "seats_left": 1 })
    );
}

#[test]
fn a_query_that_no_booking_could_answer_is_refused_by_its_parameters() {
    let faults = |rules: Value, minutes, seats| {
        let rules = rules_of(rules);
        let query = query("2026-12-24T00:00:00Z", "2026-12-25T00:00:00Z", minutes, seats);
        let refused = query.search(&Timetable::of(&rules).unwrap()).err();
        let faults = refused.map(|Faults(faults)| faults).unwrap_or_default().into_iter();
        faults.map(|fault| format!("{}: {}", fault.pointer, fault.detail)).collect::<Vec<_>>()
    };
    let least = "minutes: must be at least 30, by the rules of the resource";
    let most = "minutes: must be at most 60, by the rules of the resource";
    let missing = "minutes: is missing, and the resource has neither min_minutes nor slot_minutes";
    let bounds = json!({ "min_minutes": 30, "max_minutes": 60 });
    assert_eq!(faults(json!({}), None, None), [missing]);
    assert_eq!(faults(json!({ "slot_minutes": 30 }), None, None), [""; 0]);
    assert_eq!(faults(bounds.clone(), None, None), [""; 0]);
    assert_eq!(faults(bounds.clone(), Some(29), None), [least]);
    assert_eq!(faults(bounds.clone(), Some(61), None), [most]);
    assert_eq!(faults(json!({ "slot_minutes": 90, "max_minutes": 60 }), None, None), [most]);
    assert_eq!(faults(bounds, Some(1), Some(2)), [least, "seats: must be at most 1, the seats that the resource has"]);
}

#[test]
fn bad_parameters_are_refused_by_their_names() {
    let times = "from=2026-12-24T00:00:00Z&to=2026-12-25T00:00:00Z";
    for (more, name) in [
        ("&minutes=0", "minutes"),
        ("&minutes=44641", "minutes"),
        ("&seats=0", "seats"),
        ("&seats=1001", "seats"),
        ("&x=1", "x"),
    ] {
        let taken = Request::new().with_query(format!("{times}{more}")).take::<Query<SlotsQuery>>();
        let problem = serde_json::to_value(taken.unwrap_err().into_details()).unwrap();
        assert_eq!((&problem["status"], &problem["errors"][0]["pointer"]), (&json!(422), &json!(name)), "{more}");
    }
    for (from, to) in [("2026-12-24", "2026-12-24"), ("2026-12-24", "2026-12-23"), ("2026-12-24", "2027-01-25")] {
        let query = query(&format!("{from}T00:00:00Z"), &format!("{to}T00:00:00Z"), Some(30), None);
        assert!(matches!(query.span(), Err(BookingError::Invalid(Faults(faults))) if faults[0].pointer == "to"));
        assert!(query.days().is_err());
        let rules = Rules::default();
        assert_eq!(query.search(&Timetable::of(&rules).unwrap()).unwrap_err().0[0].pointer, "to");
    }
}

#[test]
fn the_days_of_a_query_are_few_enough_for_one_batch() {
    let query = query("2026-12-24T12:00:00Z", "2027-01-24T12:00:00Z", None, None);
    // A BatchGetItem takes 100 keys; one is that of the rules.
    assert_eq!(query.days().unwrap().count(), 65);
    let short = SlotsQuery { minutes: Some(30), ..query };
    assert_eq!(short.days().unwrap().count(), 34);
}
