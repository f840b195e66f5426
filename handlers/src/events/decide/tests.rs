//! Tests with records in the form that Lambda sends.

use serde_json::{Value, json};

use super::*;
use crate::booking::BookingId;

const ID: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

/// A timer that is due at 2025-11-22T10:00:00Z.
fn timer() -> Value {
    json!({
        "pk": {"S": "TIMER#2025-11-22T10:00#3"},
        "sk": {"S": format!("1763805600#{ID}#reminder")},
        "ttl": {"N": "1763805600"},
        "token": {"N": "4611686018427387903"}
    })
}

fn record(name: &str, old: Option<Value>, new: Option<Value>) -> Value {
    let mut dynamodb = json!({
        "ApproximateCreationDateTime": 1_763_805_601.0,
        "Keys": {"pk": {"S": "TIMER#2025-11-22T10:00#3"}, "sk": {"S": format!("1763805600#{ID}#reminder")}},
        "SequenceNumber": "4421584500000000017450439091",
        "SizeBytes": 26,
        "StreamViewType": "NEW_AND_OLD_IMAGES"
    });
    for (side, image) in [("OldImage", old), ("NewImage", new)] {
        if let Some(image) = image {
            dynamodb[side] = image;
        }
    }
    json!({
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-central-1",
        "dynamodb": dynamodb,
        "eventSourceARN": "arn:aws:dynamodb:eu-central-1:123456789012:table/bookings/stream/2025-11-22T00:00:00.000"
    })
}

fn by(mut record: Value, kind: &str, principal: &str) -> Value {
    record["userIdentity"] = json!({"type": kind, "principalId": principal});
    record
}

fn by_ttl(record: Value) -> Value {
    by(record, "Service", "dynamodb.amazonaws.com")
}

fn removed() -> Verdict {
    let booking_id = BookingId::parse(ID).unwrap();
    Verdict::Removed(Timer {
        booking_id,
        due: 1_763_805_600,
        kind: crate::booking::Kind::Reminder,
        token: 4_611_686_018_427_387_903,
        shard: 3,
    })
}

#[test]
fn a_timer_that_is_removed_is_an_event_whoever_removed_it() {
    let record = || record("REMOVE", Some(timer()), None);
    assert_eq!(decide(&record()), removed());
    assert_eq!(decide(&by_ttl(record())), removed());
    assert_eq!(decide(&by(record(), "User", "somebody")), removed());
    let mut null = record();
    null["userIdentity"] = Value::Null;
    assert_eq!(decide(&null), removed());
}

#[test]
fn other_changes_of_a_timer_are_no_event() {
    assert_eq!(decide(&record("INSERT", None, Some(timer()))), Verdict::Other);
    assert_eq!(decide(&record("MODIFY", Some(timer()), Some(timer()))), Verdict::Other);
}

#[test]
fn other_items_are_no_event() {
    let mut day = by_ttl(record("REMOVE", Some(timer()), None));
    for (pk, sk) in [
        (json!({"S": "RESOURCE#room-1"}), json!({"S": "DAY#2025-11-22"})),
        (json!({"S": "RESOURCE#room-1"}), json!({"N": "7"})),
        (json!({"S": "SWEEP"}), json!({"S": "WATERMARK"})),
        (json!({"N": "7"}), json!({"S": "1763805600"})),
    ] {
        day["dynamodb"]["Keys"] = json!({ "pk": pk, "sk": sk });
        assert_eq!(decide(&day), Verdict::Other);
    }
}

#[test]
fn an_array_is_no_record() {
    let record = by_ttl(record("REMOVE", Some(timer()), None));
    let change = &record["dynamodb"];
    let array = json!([record["eventName"], record["userIdentity"], change]);
    assert!(matches!(decide(&array), Verdict::Undecodable(_)));
    let mut change_as_array = record.clone();
    change_as_array["dynamodb"] = json!([change["Keys"], change["OldImage"], null]);
    assert!(matches!(decide(&change_as_array), Verdict::Undecodable(_)));
}

fn booking(version: u64, status: &str) -> Value {
    json!({
        "pk": {"S": format!("BOOKING#{ID}")},
        "sk": {"S": "BOOKING"},
        "booking_id": {"S": ID},
        "user_id": {"S": "alice"},
        "resource_id": {"S": "room-1"},
        "start_time": {"S": "2025-11-22T10:15:00.000Z"},
        "end_time": {"S": "2025-11-22T11:15:00.000Z"},
        "status": {"S": status},
        "reminder_lead_seconds": {"N": "900"},
        "reminder_due": {"N": "1763805600"},
        "reminder_generation": {"N": "1"},
        "version": {"N": version.to_string()},
        "created_at": {"S": "2025-11-22T09:00:00.000Z"},
        "updated_at": {"S": "2025-11-22T09:00:00.000Z"},
        "request_fingerprint": {"S": "0"}
    })
}

fn told(name: &str, old: Option<Value>, new: Option<Value>) -> Option<&'static str> {
    let mut record = record(name, old, new);
    record["dynamodb"]["Keys"] = json!({"pk": {"S": format!("BOOKING#{ID}")}, "sk": {"S": "BOOKING"}});
    match decide(&record) {
        Verdict::Changed(event) => Some(event.kind),
        Verdict::Other => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_change_of_a_booking_is_told() {
    let (active, moved, cancelled) = (booking(1, "active"), booking(2, "active"), booking(3, "cancelled"));
    assert_eq!(told("INSERT", None, Some(active.clone())), Some("BookingCreated"));
    assert_eq!(told("MODIFY", Some(active.clone()), Some(moved.clone())), Some("BookingRescheduled"));
    assert_eq!(told("MODIFY", Some(moved), Some(cancelled.clone())), Some("BookingCancelled"));
    assert_eq!(told("REMOVE", Some(cancelled), None), Some("BookingDeleted"));
    assert_eq!(told("MODIFY", Some(active.clone()), Some(active)), None, "a write without a change is no event");
}

#[test]
fn a_booking_that_cannot_be_read_is_said_to_be_so() {
    let mut garbled = booking(1, "active");
    garbled["start_time"] = json!({"S": "soon"});
    for (name, old, new) in [
        ("INSERT", None, Some(garbled)),
        ("INSERT", None, None),
        ("MODIFY", Some(booking(1, "active")), None),
        ("REMOVE", None, None),
        ("RENAME", Some(booking(1, "active")), None),
    ] {
        let mut record = record(name, old, new);
        record["dynamodb"]["Keys"] = json!({"pk": {"S": format!("BOOKING#{ID}")}, "sk": {"S": "BOOKING"}});
        assert!(matches!(decide(&record), Verdict::Undecodable(_)), "{name}");
    }
}

#[test]
fn what_cannot_be_decoded_is_said_to_be_so() {
    for odd in
        [json!(null), json!({}), json!({"eventName": "MODIFY"}), json!([1]), json!({"eventName": 1, "dynamodb": {}})]
    {
        assert!(matches!(decide(&odd), Verdict::Undecodable(_)), "{odd}");
    }
    assert!(matches!(decide(&record("REMOVE", None, None)), Verdict::Undecodable(_)));
    let mut garbled = timer();
    garbled["token"] = json!({"S": "one"});
    assert!(matches!(decide(&record("REMOVE", Some(garbled), None)), Verdict::Undecodable(_)));
    for (name, key) in [
        ("pk", json!("TIMER#2025-11-22T10:00")),
        ("pk", json!("TIMER#2025-11-22T10:00#three")),
        ("sk", json!("soon")),
        ("sk", json!(format!("1763805600#{ID}"))),
        ("sk", json!(format!("soon#{ID}#reminder"))),
        ("sk", json!("1763805600#1#reminder")),
        ("sk", json!(format!("1763805600#{ID}#alarm"))),
        ("sk", json!(format!("1763805600#{ID}#reminder#2"))),
    ] {
        let mut record = record("REMOVE", Some(timer()), None);
        record["dynamodb"]["Keys"][name] = json!({ "S": key });
        assert!(matches!(decide(&record), Verdict::Undecodable(_)), "{key}");
    }
}

mod any_shape {
    use proptest::prelude::*;

    use super::*;

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "\\PC{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::hash_map("[a-zA-Z]{1,4}|N|S|M|L", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    /// Collects the JSON pointers of a value and of everything in it.
    fn places(value: &Value, at: &str, found: &mut Vec<String>) {
        found.push(at.to_owned());
        for (name, member) in value.as_object().into_iter().flatten() {
            places(member, &format!("{at}/{name}"), found);
        }
    }

    proptest! {
        /// A valid record with another value in one place.
        #[test]
        fn with_one_thing_odd_gets_a_verdict(odd in any_json(), which in any::<prop::sample::Index>()) {
            let records = [
                record("INSERT", None, Some(timer())),
                by_ttl(record("REMOVE", Some(timer()), None)),
            ];
            for mut record in records {
                let mut found = Vec::new();
                places(&record, "", &mut found);
                *record.pointer_mut(&found[which.index(found.len())]).unwrap() = odd.clone();
                let _ = decide(&record);
            }
        }

        #[test]
        fn gets_a_verdict(odd in any_json(), old in any_json(), new in any_json()) {
            let _ = decide(&odd);
            let _ = decide(&by_ttl(record("REMOVE", Some(old.clone()), None)));
            let _ = decide(&record("MODIFY", Some(old), Some(new)));
        }
    }
}
