use serde_json::{Value, json};

use super::Pattern;

fn matches(pattern: &Value, record: &Value) -> bool {
    Pattern::parse(pattern).unwrap().matches(record)
}

#[test]
fn every_member_must_match_and_one_alternative_of_each() {
    let pattern = json!({ "eventName": ["MODIFY", "REMOVE"], "dynamodb": { "Keys": { "sk": { "S": ["REMINDER"] } } } });
    let record = |name: &str, sk: &str| json!({ "eventName": name, "dynamodb": { "Keys": { "sk": { "S": sk } } } });
    assert!(matches(&pattern, &record("REMOVE", "REMINDER")));
    assert!(!matches(&pattern, &record("INSERT", "REMINDER")));
    assert!(!matches(&pattern, &record("REMOVE", "BOOKING")));
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
    assert!(error(json!({ "v": [{ "numeric": [">"] }] })).contains("is not known"));
    assert!(error(json!([])).contains("is not a pattern"));
}
