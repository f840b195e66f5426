use lambda::{Json, Request};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::booking::any::rules;

mod refused;

/// As a client's body is read: the rules, or the faults by their pointers.
fn read(body: &Value) -> Result<Rules, Vec<(String, String)>> {
    let taken = Request::new().with_body(body.to_string()).take::<Json<Rules>>();
    taken.map(|Json(rules)| rules).map_err(|refused| {
        let problem = serde_json::to_value(refused.into_details()).unwrap();
        assert_eq!(problem["status"], 422);
        let faults = problem["errors"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        faults.map(|fault| (text(&fault["pointer"]), text(&fault["detail"]))).collect()
    })
}

fn window(from: &str, to: &str) -> Value {
    json!({ "from": from, "to": to })
}

#[test]
fn no_member_is_needed_and_defaults_are_filled_in() {
    let defaults = json!({
        "time_zone": "UTC", "open": null, "exceptions": [], "capacity": 1, "slot_minutes": null,
        "min_minutes": null, "max_minutes": null, "buffer_before_minutes": 0, "buffer_after_minutes": 0,
        "notice_minutes": 0, "horizon_days": null,
    });
    let rules = read(&json!({})).unwrap();
    assert_eq!(serde_json::to_value(&rules).unwrap(), defaults);
    assert_eq!(read(&defaults), Ok(rules), "what is answered can be sent");
}

#[test]
fn rules_keep_what_was_sent() {
    let body = json!({
        "time_zone": "Europe/Berlin",
        "open": {
            "monday": [window("13:00", "17:00"), window("09:00", "12:00")],
            "friday": [window("22:00", "02:00")],
            "saturday": [window("02:00", "24:00")],
            "sunday": [],
        },
        "exceptions": [{ "date": "2026-12-24", "open": [] }, { "date": "2028-02-29", "open": [window("00:00", "24:00")] }],
        "capacity": 1000, "slot_minutes": 1440, "min_minutes": 44640, "max_minutes": 44640,
        "buffer_before_minutes": 1440, "buffer_after_minutes": 1440, "notice_minutes": 525_600, "horizon_days": 730,
    });
    assert_eq!(serde_json::to_value(read(&body).unwrap()).unwrap(), body);
}

#[test]
fn bounds_and_defaults_are_documented() {
    let schema = serde_json::to_value(schemars::schema_for!(Rules)).unwrap();
    let members = &schema["properties"];
    assert_eq!((&members["exceptions"]["maxItems"], &schema["$defs"]["Windows"]["maxItems"]), (&json!(100), &json!(8)));
    let rules = serde_json::to_value(Rules::default()).unwrap();
    for (name, default) in rules.as_object().unwrap() {
        assert_eq!(members[name].get("default"), Some(default), "{name}");
    }
    assert!(schema.get("required").is_none());
    let bounds = |name: &str| (members[name]["minimum"].clone(), members[name]["maximum"].clone());
    assert_eq!(bounds("notice_minutes"), (json!(0), json!(525_600)));
    assert_eq!(bounds("max_minutes"), (json!(1), json!(44_640)));
}

/// Rules of which some members are what they should not be.
fn almost_rules() -> impl Strategy<Value = Value> {
    let odd = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        "[0-9:TZ-]{0,10}".prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
        Just(json!([{ "from": "22:00", "to": "02:00" }, { "from": "x" }, 1])),
        Just(json!({ "monday": [{ "from": "\u{e9}:00", "to": "24:00" }], "": [] })),
        Just(json!([{ "date": "9999-12-31", "open": [{ "from": "22:00", "to": "02:00" }] }])),
    ];
    (rules(), prop::collection::vec((any::<prop::sample::Index>(), odd), 0..4)).prop_map(|((rules, _), odd)| {
        let mut json = serde_json::to_value(rules).unwrap();
        let names: Vec<_> = json.as_object().unwrap().keys().cloned().collect();
        for (name, value) in odd {
            json[name.get(&names)] = value;
        }
        json
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_rules_are_taken_or_refused(body in almost_rules()) {
        if let Err(faults) = read(&body) {
            prop_assert!(!faults.is_empty());
        }
    }

    #[test]
    fn rules_are_stored_as_they_are_sent((rules, _) in rules()) {
        let json = serde_json::to_value(&rules).unwrap();
        prop_assert_eq!(read(&json), Ok(rules.clone()));
        let item: serde_dynamo::Item = serde_dynamo::to_item(&rules).unwrap();
        prop_assert_eq!(serde_dynamo::from_item::<_, Rules>(item).unwrap(), rules);
    }
}
