//! Pointers of faults under members of any name.

use super::*;

#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct Noted {
    #[garde(length(max = 3), dive)]
    notes: BTreeMap<String, Note>,
    #[garde(dive)]
    deep: BTreeMap<String, Inner>,
}

#[derive(Debug, Deserialize, Validate)]
#[serde(transparent)]
#[garde(transparent)]
struct Note(#[garde(length(max = 2))] String);

#[derive(Debug, Deserialize, Validate)]
struct Inner {
    #[garde(dive)]
    lists: BTreeMap<String, Vec<Digit>>,
}

#[derive(Debug, Deserialize, Validate)]
struct Digit(#[garde(range(max = 9))] i32);

const NAMES: [&str; 12] = ["", "a.b", "a/b", "~", "~1", "[0]", "`", "é", "0", "notes", "`, expected `", "a"];

#[test]
fn a_fault_is_where_it_is_whatever_the_names() {
    for name in NAMES {
        let at = |holder: &str| pointer::child(holder, name);
        let body =
            |note: Value, number: Value| json!({"notes": {name: note}, "deep": {name: {"lists": {name: [1, number]}}}});
        let number = pointer::child(&at(&(at("/deep") + "/lists")), "1");
        let mut expected = [at("/notes"), number];
        expected.sort();
        for (note, number) in [(json!("long"), json!(10)), (json!(5), json!("x")), (json!([]), json!(0.5))] {
            assert_eq!(pointers(of::<Noted>(&body(note, number).to_string())), expected, "{name}");
        }
        let unknown = json!({"notes": {}, "deep": {}, format!("x{name}"): 1});
        assert_eq!(pointers(of::<Noted>(&unknown.to_string())), [pointer::child("", &format!("x{name}"))]);
        let twice = format!(r#"{{"notes": {{{0}: "a", {0}: "b"}}, "deep": {{}}}}"#, json!(name));
        assert_eq!(of::<Noted>(&twice), [(at("/notes"), "is given twice".to_owned())]);
    }
}

#[test]
fn only_true_rules_are_told_of_a_map_that_has_faults() {
    let names = (0..4).map(|index| (index.to_string(), json!(index))).collect::<serde_json::Map<_, _>>();
    let found = of::<Noted>(&json!({"notes": names, "deep": {}}).to_string());
    assert_eq!(found.len(), 5, "{found:?}");
    assert_eq!(found[4], ("/notes".to_owned(), "must be at most 3 long".to_owned()));
}

#[derive(Debug, Deserialize, Validate)]
#[serde(rename_all = "camelCase")]
struct Renamed {
    #[garde(length(min = 2))]
    first_name: String,
    #[garde(dive)]
    home_address: Wrapper,
    #[garde(dive)]
    kind: Kinds,
    #[serde(flatten)]
    #[garde(dive)]
    rest: Rest,
}

#[derive(Debug, Deserialize, Validate)]
struct Rest {
    #[garde(range(max = 9))]
    r#type: u8,
}

#[derive(Debug, Deserialize, Validate)]
struct Wrapper(#[garde(length(min = 2))] String);

#[derive(Debug, Deserialize, Validate)]
#[serde(rename_all = "camelCase")]
enum Kinds {
    OneOf(#[garde(range(max = 9))] u8),
    AllOf {
        #[garde(range(max = 9))]
        how_many: u8,
    },
}

#[test]
fn a_broken_rule_is_told_where_the_document_has_the_value() {
    for (kind, at) in
        [(json!({"oneOf": 10}), "/kind/oneOf"), (json!({"allOf": {"how_many": 10}}), "/kind/allOf/how_many")]
    {
        let body = json!({"firstName": "a", "homeAddress": "b", "kind": kind, "type": 10});
        assert_eq!(pointers(of::<Renamed>(&body.to_string())), ["/firstName", "/homeAddress", at, "/type"]);
    }
}
