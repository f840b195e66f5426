use std::collections::BTreeMap;
use std::fmt::Debug;

use garde::Validate;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::*;
use crate::document::{UNFIT, parse, pointer};
use crate::samples::{Order, OrderPatch, OrderQuery};

mod any;
mod limits;
mod names;
mod places;
mod shapes;
mod words;

type Found = Vec<(String, String)>;

fn of<T: DeserializeOwned + Validate<Context = ()> + Debug>(body: &str) -> Found {
    match read::<T>(parse(body.as_bytes()).unwrap()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.into_iter().map(|fault| (fault.pointer, fault.detail.into_owned())).collect(),
    }
}

fn faults(body: &str) -> Found {
    of::<Order>(body)
}

fn pointers(faults: Found) -> Vec<String> {
    let mut pointers: Vec<_> = faults.into_iter().map(|(pointer, _)| pointer).collect();
    pointers.sort();
    pointers
}

#[track_caller]
fn one(faults: Found) -> (String, String) {
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults.into_iter().next().unwrap()
}

/// An order with additional or replaced members.
fn order(members: &str) -> String {
    format!(
        r#"{{"user_id": "a", "resource_id": "r", "start_time": "2026-11-22T10:00:00Z",
             "end_time": "2026-11-22T11:00:00Z"{members}}}"#
    )
}

#[test]
fn every_fault_is_found() {
    let body = r#"{"user_id": 7, "start_time": "tomorrow", "end_time": "2026-11-22T10:00:00Z",
                   "reminder_lead_seconds": 1.5, "colour": "red", "resource_id": "a b"}"#;
    assert_eq!(
        pointers(faults(body)),
        ["/colour", "/reminder_lead_seconds", "/resource_id", "/start_time", "/user_id"]
    );
}

#[test]
fn all_that_is_missing_is_named() {
    let found = faults("{}");
    assert!(found.iter().all(|(_, detail)| detail == "is missing"), "{found:?}");
    assert_eq!(pointers(found), ["/end_time", "/resource_id", "/start_time", "/user_id"]);
}

#[test]
fn a_fault_is_told_in_the_clients_words() {
    for (member, pointer, detail) in [
        (r#""reminder_lead_seconds": "60""#, "/reminder_lead_seconds", "must be an integer, not a string"),
        (r#""reminder_lead_seconds": [60]"#, "/reminder_lead_seconds", "must be an integer, not an array"),
        (
            r#""reminder_lead_seconds": 1e-1"#,
            "/reminder_lead_seconds",
            "must be an integer, not a number with a fraction",
        ),
        (
            r#""reminder_lead_seconds": 1e400"#,
            "/reminder_lead_seconds",
            "must be an integer from -9223372036854775808 to 9223372036854775807",
        ),
        (r#""reminder_lead_seconds": 59"#, "/reminder_lead_seconds", "must be at least 60"),
        (r#""user_id": "b""#, "/user_id", "is given twice"),
        (
            r#""colour": 1"#,
            "/colour",
            "is not known; known are `user_id`, `resource_id`, `start_time`, `end_time`, `reminder_lead_seconds`",
        ),
    ] {
        assert_eq!(one(faults(&order(&format!(", {member}")))), (pointer.to_owned(), detail.to_owned()), "{member}");
    }
}

#[test]
fn a_body_that_is_no_object_is_one_fault() {
    for (body, found) in
        [("[]", "an array"), ("7", "a number"), ("\"text\"", "a string"), ("null", "null"), ("true", "a truth value")]
    {
        assert_eq!(one(faults(body)), (String::new(), format!("must be an object, not {found}")));
    }
    let array = r#"["alice", "room", "2031-06-01T10:00:00Z", "2031-06-01T11:00:00Z"]"#;
    assert_eq!(one(faults(array)).1, "must be an object, not an array");
    assert_eq!(one(of::<OrderPatch>(r#"["room"]"#)).1, "must be an object, not an array");
}

#[test]
fn an_integer_is_read_however_it_is_spelled() {
    for (number, lead) in [("9e2", 900), ("6.048e+05", 604_800), ("900.0", 900), ("9000E-1", 900), ("60", 60)] {
        let body = order(&format!(r#", "reminder_lead_seconds": {number}"#));
        let read = read::<Order>(parse(body.as_bytes()).unwrap()).unwrap();
        assert_eq!(read.reminder_lead_seconds, Some(lead), "{number}");
    }
    let (_, detail) = one(faults(&order(r#", "reminder_lead_seconds": -0"#)));
    assert_eq!(detail, "must be at least 60");
}

#[test]
fn a_patch_has_all_its_faults_too() {
    let body = r#"{"start_time": null, "reminder_lead_seconds": 59, "user_id": "mallory"}"#;
    assert_eq!(pointers(of::<OrderPatch>(body)), ["/reminder_lead_seconds", "/start_time", "/user_id"]);
}

#[test]
fn a_member_that_is_named_like_the_begin_of_another_hides_no_fault() {
    let body = r#"{"user": 1, "user_id": "a b", "start": 1, "start_time": 2, "resource_id": "", "end_time": "x"}"#;
    assert_eq!(pointers(faults(body)), ["/end_time", "/resource_id", "/start", "/start_time", "/user", "/user_id"]);
}

#[test]
fn a_member_that_is_given_twice_hides_no_other_fault() {
    let body = r#"{"user_id": "a", "user_id": 5, "resource_id": "", "x": {"y": [{"z": 1, "z": 2}]}, "start_time": 1}"#;
    assert_eq!(
        faults(body),
        [
            ("/user_id", "is given twice"),
            ("/x/y/0/z", "is given twice"),
            (
                "/x",
                "is not known; known are `user_id`, `resource_id`, `start_time`, `end_time`, `reminder_lead_seconds`"
            ),
            ("/start_time", "must be a string, not a number"),
            ("/end_time", "is missing"),
            ("/resource_id", "must be 1 to 128 characters of A-Z a-z 0-9 . _ : @ | + -"),
        ]
        .map(|(pointer, detail)| (pointer.to_owned(), detail.to_owned()))
    );
}

#[test]
fn an_unknown_member_that_is_given_twice_is_one_fault() {
    assert_eq!(faults(&order(r#", "x": 1, "x": 2"#)), [("/x".to_owned(), "is given twice".to_owned())]);
}

#[test]
fn text_that_is_not_unicode_is_a_fault_where_it_is() {
    let body = r#"{"user_id": "\ud800", "x\udc00": 1, "resource_id": "\ud83d\ude00", "start_time": "\udc00\ud800"}"#;
    let found = faults(body);
    assert!(found.contains(&("/user_id".to_owned(), "must not have half of a surrogate pair".to_owned())), "{found:?}");
    assert_eq!(pointers(found), ["/end_time", "/resource_id", "/start_time", "/user_id", r"/x\udc00"]);
}

#[test]
fn what_is_nested_too_deeply_is_a_fault_where_it_is() {
    let deep = format!("{{\"x\": {}{}}}", "[".repeat(200), "]".repeat(200));
    let found = faults(&deep);
    assert!(found[0].0.starts_with("/x/0/0/0") && found[0].1 == "is nested too deeply", "{found:?}");
    assert!(found.iter().any(|(pointer, _)| pointer == "/user_id"));
}

#[test]
fn no_more_faults_than_are_looked_for() {
    let members: Vec<_> = (0..500).map(|index| format!("\"m{index}\": 1")).collect();
    assert_eq!(faults(&format!("{{{}}}", members.join(", "))).len(), MOST);
    let members: Vec<_> = (0..500).map(|index| format!("\"m{}\": 1", index % 250)).collect();
    assert_eq!(faults(&format!("{{{}}}", members.join(", "))).len(), MOST);
}

fn query(pairs: &[(&str, &str)]) -> Result<OrderQuery, Vec<Fault>> {
    read(Node::of_query(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))))
}

#[test]
fn a_query_spells_its_numbers() {
    assert_eq!(query(&[("limit", "5"), ("status", "active")]).unwrap().limit, Some(5));
    assert_eq!(query(&[("cursor", "123")]).unwrap().cursor.as_deref(), Some("123"));
    for limit in ["50", "5e1", "50.0", "500e-1"] {
        assert_eq!(query(&[("limit", limit)]).unwrap().limit, Some(50), "{limit}");
    }
    for (limit, rule) in [
        ("0", "must be at least 1"),
        ("-0", "must be at least 1"),
        ("101", "must be at most 100"),
        ("ten", "must be an integer"),
        ("", "must be an integer"),
        ("1.5", "must be an integer"),
        ("05", "must be an integer"),
        ("+5", "must be an integer"),
        ("1e400", "must be an integer from -9223372036854775808 to 9223372036854775807"),
    ] {
        assert_eq!(query(&[("limit", limit)]).unwrap_err(), [Fault::new("/limit", rule)], "{limit}");
    }
}

#[test]
fn a_query_has_all_its_faults_in_a_stable_order() {
    let faults = query(&[("status", "lost"), ("limit", "x"), ("page", "2"), ("from", "now"), ("limit", "5"), ("", "")]);
    let faults: Vec<_> =
        faults.unwrap_err().into_iter().map(|fault| (fault.pointer, fault.detail.into_owned())).collect();
    let unknown = "is not known; known are `from`, `to`, `status`, `limit`, `cursor`";
    let expected = [
        ("/limit", "is given twice"),
        ("/", unknown),
        ("/page", unknown),
        ("/status", "must be one of `active`, `cancelled`"),
    ];
    let times: Vec<_> = faults.iter().filter(|(pointer, _)| pointer == "/from").collect();
    assert_eq!(times.len(), 1, "{faults:?}");
    for (pointer, detail) in expected {
        assert!(faults.contains(&(pointer.to_owned(), detail.to_owned())), "{pointer} {detail}: {faults:?}");
    }
    assert_eq!(faults.len(), 5);
}

proptest! {
    #[test]
    fn any_body_that_is_no_order_has_a_fault(
        name in "user_id|start_time|reminder_lead_seconds|\\PC{0,9}",
        value in "\\PC{0,30}",
        number in any::<f64>(),
    ) {
        for body in [json!({ &name: value }), json!({ &name: number }), json!([name, value]), json!(value)] {
            prop_assert!(!faults(&body.to_string()).is_empty());
        }
    }
}
