use serde_json::{Value, json};

use super::Pattern;

fn matches(pattern: &Value, record: &Value) -> bool {
    Pattern::parse(pattern).unwrap().matches(record)
}

#[test]
fn every_member_must_match_and_one_alternative_of_each() {
    let pattern = json!({ "eventName": ["MODIFY", "REMOVE"], "dynamodb": { "Keys": { "sk": { "S": ["TIMER"] } } } });
    let record = |name: &str, sk: &str| json!({ "eventName": name, "dynamodb": { "Keys": { "sk": { "S": sk } } } });
    assert!(matches(&pattern, &record("REMOVE", "TIMER")));
    assert!(!matches(&pattern, &record("INSERT", "TIMER")));
    assert!(!matches(&pattern, &record("REMOVE", "THING")));
    assert!(!matches(&pattern, &json!({ "eventName": "REMOVE" })));
}

#[test]
fn every_rule() {
    for (rule, yes, no) in [
        (json!("a"), json!("a"), json!("b")),
        (json!(3), json!(3.0), json!("3")),
        (json!(null), json!(null), json!("null")),
        (json!(true), json!(true), json!(false)),
        (json!(""), json!(""), json!("x")),
        (json!({ "prefix": "ab" }), json!("abc"), json!("ba")),
        (json!({ "suffix": "bc" }), json!("abc"), json!("cb")),
        (json!({ "equals-ignore-case": "ABC" }), json!("abC"), json!("ab")),
        (json!({ "anything-but": ["a", "b"] }), json!("c"), json!("a")),
        (json!({ "anything-but": "a" }), json!("c"), json!("a")),
        (json!({ "anything-but": { "prefix": "a" } }), json!("ba"), json!("ab")),
        (json!({ "anything-but": { "prefix": ["a", "b"] } }), json!("ca"), json!("ba")),
        (json!({ "anything-but": { "equals-ignore-case": ["A", "b"] } }), json!("c"), json!("B")),
        (json!({ "anything-but": { "wildcard": "*x*" } }), json!("abc"), json!("axc")),
        (json!({ "prefix": { "equals-ignore-case": "aB" } }), json!("AbC"), json!("cab")),
        (json!({ "suffix": { "equals-ignore-case": ".PNG" } }), json!("a.png"), json!("png.a")),
        (json!({ "wildcard": "a*b" }), json!("ab"), json!("abc")),
        (json!({ "wildcard": "*.b.*" }), json!("a.b.c"), json!("a.c.b")),
        (json!({ "wildcard": "a*a" }), json!("aa"), json!("a")),
        (json!({ "wildcard": r"a\*b" }), json!("a*b"), json!("axb")),
        (json!({ "wildcard": "plain" }), json!("plain"), json!("plainer")),
        (json!({ "cidr": "10.0.0.0/24" }), json!("10.0.0.255"), json!("10.0.1.0")),
        (json!({ "cidr": "0.0.0.0/0" }), json!("1.2.3.4"), json!("::1")),
        (json!({ "cidr": "2001:db8::/32" }), json!("2001:db8:1::1"), json!("2001:db9::1")),
        (json!({ "numeric": [">", 0, "<=", 5] }), json!(5), json!(0)),
        (json!({ "numeric": ["=", 1.5] }), json!(1.5), json!("1.5")),
        (json!({ "exists": true }), json!("x"), json!({ "S": "x" })),
        (json!({ "exists": false }), json!({ "S": "x" }), json!("x")),
    ] {
        let pattern = json!({ "v": [rule] });
        assert!(matches(&pattern, &json!({ "v": yes })), "{rule} should match {yes}");
        assert!(!matches(&pattern, &json!({ "v": no })), "{rule} should not match {no}");
    }
}

#[test]
fn what_is_absent_matches_only_a_rule_that_says_so() {
    assert!(matches(&json!({ "v": [{ "exists": false }] }), &json!({})));
    for rule in
        [json!("x"), json!(null), json!({ "anything-but": "x" }), json!({ "exists": true }), json!({ "prefix": "" })]
    {
        assert!(!matches(&json!({ "v": [rule] }), &json!({})), "{rule}");
    }
}

#[test]
fn lists_match_by_their_elements_and_or_by_its_alternatives() {
    assert!(matches(&json!({ "v": ["b"] }), &json!({ "v": ["a", "b"] })));
    assert!(matches(&json!({ "v": { "x": [1] } }), &json!({ "v": [{ "x": 2 }, { "x": 1 }] })));
    let or = json!({ "a": ["1"], "$or": [{ "b": ["2"] }, { "c": ["3"] }] });
    assert!(matches(&or, &json!({ "a": "1", "c": "3" })));
    assert!(!matches(&or, &json!({ "a": "1", "c": "4" })));
}

#[test]
fn mistakes_are_refused_with_their_fix() {
    let error = |pattern| Pattern::parse(&pattern).unwrap_err();
    assert!(error(json!({ "eventName": "INSERT" })).contains(r#"`eventName: ["INSERT"]`"#));
    assert!(error(json!({ "v": [{ "like": "x" }] })).contains("is not known"));
    for rule in [
        json!({ "numeric": [">"] }),
        json!({ "wildcard": "a**b" }),
        json!({ "wildcard": r"a\b" }),
        json!({ "cidr": "10.0.0.0/33" }),
        json!({ "cidr": "10.0.0.0" }),
        json!({ "prefix": 7 }),
        json!({ "anything-but": { "numeric": [7] } }),
    ] {
        assert!(error(json!({ "v": [rule] })).contains("is not known"), "{rule}");
    }
    assert!(error(json!([])).contains("is not a pattern"));
}

/// `handlers/src/events/decide/mod.rs` decides about each record; the filter may drop only records that it ignores.
#[test]
fn the_service_sees_all_that_tells_something_and_all_that_cannot_be_read() {
    let template = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../serverless.yml")).unwrap();
    let template: Value = serde_saphyr::from_str(&template).unwrap();
    // A list of maps is one map.
    let functions = &template["functions"];
    let maps = functions.as_array().map_or(std::slice::from_ref(functions), Vec::as_slice);
    let publish = maps.iter().find_map(|map| map.get("publishEvents")).unwrap();
    let stream = publish["events"][0]["stream"].as_object().unwrap();
    let patterns = stream["filterPatterns"].as_array().unwrap();
    assert!(patterns.len() <= 5, "a mapping takes no more");
    let passes = |record: &Value| patterns.iter().any(|pattern| matches(pattern, record));

    let record = |name: &str, pk: &str, sk: &str| json!({ "eventName": name, "dynamodb": { "Keys": { "pk": { "S": pk }, "sk": { "S": sk } }, "OldImage": {} } });
    let (booking, timer) = ("BOOKING#67e55044-10b1-426f-9247-bb680e5fe0c8", "TIMER#2026-11-22T09:45#3");
    let due = "1763804700#67e55044-10b1-426f-9247-bb680e5fe0c8#reminder";
    let mut tombstone = record("REMOVE", booking, "BOOKING");
    tombstone["dynamodb"]["OldImage"] = json!({ "deleted_at": { "S": "2026-11-22T09:45:00.000Z" } });
    let mut imageless = record("REMOVE", timer, due);
    imageless["dynamodb"]["OldImage"] = Value::Null;
    for (seen, record) in [
        (true, record("INSERT", booking, "BOOKING")),
        (true, record("MODIFY", booking, "BOOKING")),
        (true, record("REMOVE", booking, "BOOKING")),
        (false, tombstone),
        (false, record("INSERT", timer, due)),
        (true, record("REMOVE", timer, due)),
        (true, imageless),
        (false, record("MODIFY", "RESOURCE#room-1", "DAY#2026-11-24")),
        (false, record("MODIFY", "SWEEP", "WATERMARK")),
    ] {
        assert_eq!(passes(&record), seen, "{record}");
    }
}
