//! Properties of reading any JSON.

use super::shapes::All;
use super::*;

/// Any JSON, often with names and values that the types have.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3_i32..300).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "dot|at|round|oval|\\PC{0,9}".prop_map(Value::from),
    ];
    let names = "x|y|kind|of|at|dot|round|between|centre|radius|name|0|7|\\PC{0,4}";
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(names, inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

const MEMBERS: [&str; 26] = [
    "point", "boxed", "points", "named", "numbered", "wrapped", "pair", "tuple", "three", "nothing", "shape", "tagged",
    "adjacent", "either", "flat", "lists", "letter", "whole", "large", "huge", "some", "float", "truth", "id",
    "address", "free",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_document_is_read_or_refused_in_our_words(values in prop::collection::vec((0..MEMBERS.len(), any_json()), 0..4)) {
        let body: serde_json::Map<_, _> = values.into_iter().map(|(at, value)| (MEMBERS[at].to_owned(), value)).collect();
        let text = Value::Object(body.clone()).to_string();
        let found = of::<All>(&text);
        for (pointer, detail) in &found {
            for word in ["expected", "invalid", "struct", "enum", "variant", "field", "i64", "u8", "::", "map", "sequence"] {
                prop_assert!(!detail.contains(word), "{}: {}", text, detail);
            }
            // The pointer leads to a value in the document, or to a missing member of an object in it.
            let holder = pointer::split(pointer).map(|(holder, _)| holder);
            prop_assert!(holder.is_none_or(|holder| Value::Object(body.clone()).pointer(holder).is_some()), "{}: {}", text, pointer);
        }
        for member in ["point", "boxed", "wrapped", "flat", "tagged", "adjacent"] {
            if body.get(member).is_some_and(Value::is_array) {
                prop_assert!(found.iter().any(|(pointer, _)| *pointer == format!("/{member}")), "{}: {:?}", text, found);
            }
        }
        prop_assert_eq!(of::<All>(&text), found);
    }
}
