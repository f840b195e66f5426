use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::booking::{BookingPatch, ListQuery, NewBooking};

fn faults(body: &str) -> Vec<(String, String)> {
    let faults = faults_of_body::<NewBooking>(body.as_bytes(), serde_json::from_str(body).unwrap());
    faults.into_iter().map(|fault| (fault.pointer, fault.detail.into_owned())).collect()
}

fn pointers(body: &str) -> Vec<String> {
    faults(body).into_iter().map(|(pointer, _)| pointer).collect()
}

#[test]
fn every_fault_is_found() {
    let body = r#"{"user_id": 7, "start_time": "tomorrow", "end_time": "2026-11-22T10:00:00Z",
                   "reminder_lead_seconds": 1.5, "colour": "red", "resource_id": "a b"}"#;
    let found = pointers(body);
    for pointer in ["/user_id", "/start_time", "/reminder_lead_seconds", "/colour", "/resource_id"] {
        assert!(found.iter().any(|found| found == pointer), "{pointer} is not in {found:?}");
    }
    assert_eq!(found.len(), 5, "{found:?}");
}

#[test]
fn all_that_is_missing_is_named() {
    assert_eq!(pointers("{}"), ["/user_id", "/resource_id", "/start_time", "/end_time"]);
    assert!(faults("{}").iter().all(|(_, detail)| detail == "is missing"));
}

#[test]
fn a_fault_is_told_in_the_clients_words() {
    let one = |member: &str| {
        let body = format!(
            r#"{{"user_id": "a", "resource_id": "r", "start_time": "2026-11-22T10:00:00Z",
                 "end_time": "2026-11-22T11:00:00Z", {member}}}"#
        );
        let mut faults = faults(&body);
        assert_eq!(faults.len(), 1, "{faults:?}");
        faults.remove(0)
    };
    let (pointer, detail) = one(r#""reminder_lead_seconds": "60""#);
    assert_eq!((pointer.as_str(), detail.as_str()), ("/reminder_lead_seconds", "must be an integer, not a string"));
    let (_, detail) = one(r#""reminder_lead_seconds": 59"#);
    assert_eq!(detail, "must be at least 60");
    let (pointer, detail) = one(r#""colour": 1"#);
    assert_eq!(pointer, "/colour");
    assert!(detail.starts_with("is not known; known are `user_id`, `resource_id`"), "{detail}");
    let (pointer, detail) = one(r#""user_id": "b""#);
    assert_eq!((pointer.as_str(), detail.as_str()), ("/user_id", "is given twice"));
}

#[test]
fn a_body_that_is_no_object_is_one_fault() {
    for body in ["[]", "7", "\"text\"", "null", "true"] {
        assert_eq!(pointers(body), [""], "{body}");
    }
}

#[test]
fn a_patch_has_all_its_faults_too() {
    let body = br#"{"start_time": null, "reminder_lead_seconds": 59, "user_id": "mallory"}"#;
    let found: Vec<_> = faults_of_body::<BookingPatch>(body, serde_json::from_slice(body).unwrap())
        .into_iter()
        .map(|fault| fault.pointer)
        .collect();
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(["/start_time", "/reminder_lead_seconds", "/user_id"].iter().all(|p| found.contains(&(*p).to_owned())));
}

#[test]
fn faults_are_found_inside_of_arrays_and_objects() {
    #[derive(Debug, Deserialize, garde::Validate)]
    #[serde(deny_unknown_fields)]
    struct Order {
        #[expect(dead_code)]
        #[garde(skip)]
        note: String,
        #[garde(dive)]
        lines: Vec<Line>,
    }
    #[derive(Debug, Deserialize, garde::Validate)]
    #[serde(deny_unknown_fields)]
    struct Line {
        #[garde(range(min = 1))]
        count: u32,
    }
    let body = br#"{"note": 1, "lines": [{"count": 0}, {"count": "x"}, {"count": 2, "a/b": 1}]}"#;
    let mut found: Vec<_> = faults_of_body::<Order>(body, serde_json::from_slice(body).unwrap())
        .into_iter()
        .map(|fault| fault.pointer)
        .collect();
    found.sort();
    assert_eq!(found, ["/lines/0/count", "/lines/1/count", "/lines/2/a~1b", "/note"]);
}

#[test]
fn a_query_spells_its_numbers() {
    let read = |json: Value| read::<ListQuery>(json, Strings::MaySpellValues);
    assert_eq!(read(json!({"limit": "5", "status": "active"})).unwrap().limit, Some(5));
    assert_eq!(read(json!({"cursor": "123"})).unwrap().cursor.as_deref(), Some("123"));
    for limit in ["0", "101", "ten", "", "1.5"] {
        let faults = read(json!({"limit": limit})).unwrap_err();
        assert_eq!(faults.len(), 1, "{limit}: {faults:?}");
        assert_eq!(faults[0].pointer, "/limit");
    }
    let faults = read(json!({"limit": "x", "status": "lost", "from": "now", "page": "2"})).unwrap_err();
    assert_eq!(faults.len(), 4, "{faults:?}");
}

proptest! {
    #[test]
    fn any_body_that_is_no_booking_has_a_fault(
        name in "user_id|start_time|reminder_lead_seconds|\\PC{0,9}",
        value in "\\PC{0,30}",
        number in any::<f64>(),
    ) {
        for body in [json!({ &name: value }), json!({ &name: number }), json!([name, value]), json!(value)] {
            let text = body.to_string();
            prop_assert!(!faults_of_body::<NewBooking>(text.as_bytes(), body).is_empty());
        }
    }
}
