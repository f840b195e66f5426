//! Digests of items, by which a write and its stream record are recognized as the same. They are compared within this process
//! only.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value};

/// Texts of a record or an event that are kept.
const MOST_TEXTS: usize = 256;
/// Shorter texts are in too many records.
const SHORTEST_TEXT: usize = 4;

/// The key of an item as text: the attributes of `names`, in their order. `None` where one is missing.
pub(crate) fn key(attributes: &Value, names: &[String]) -> Option<String> {
    let parts: Option<Vec<String>> =
        names.iter().map(|name| attributes.get(name).map(|value| format!("{name}={value}"))).collect();
    parts.map(|parts| parts.join("\n"))
}

/// The digest of an item: of the names of its attributes, their types, and the values that an engine keeps as they are
/// written. It normalizes numbers, and orders sets.
pub(crate) fn item(item: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut attributes: Vec<(&String, &Value)> = item.as_object().into_iter().flatten().collect();
    attributes.sort_by_key(|(name, _)| *name);
    for (name, value) in attributes {
        name.hash(&mut hasher);
        for (kind, value) in value.as_object().into_iter().flatten() {
            kind.hash(&mut hasher);
            if matches!(kind.as_str(), "S" | "BOOL") {
                value.to_string().hash(&mut hasher);
            }
        }
    }
    hasher.finish()
}

/// Digests of the texts in a document, without those that are names.
pub(crate) fn texts<'a>(documents: impl IntoIterator<Item = &'a Value>) -> Vec<u64> {
    let mut found = Vec::new();
    let mut open: Vec<&Value> = documents.into_iter().collect();
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) if text.len() >= SHORTEST_TEXT => found.push(text_digest(text)),
            Value::Array(values) => open.extend(values),
            Value::Object(members) => open.extend(Map::values(members)),
            _ => {}
        }
    }
    found.sort_unstable();
    found.dedup();
    found.truncate(MOST_TEXTS);
    found
}

fn text_digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_is_its_attributes_in_the_order_of_the_schema() {
        let names = ["pk".to_owned(), "sk".to_owned()];
        let item = json!({ "sk": { "S": "b" }, "a": { "N": "1" }, "pk": { "S": "a" } });
        assert_eq!(key(&item, &names).as_deref(), Some("pk={\"S\":\"a\"}\nsk={\"S\":\"b\"}"));
        assert_eq!(key(&json!({ "pk": { "S": "a" } }), &names), None);
    }

    #[test]
    fn an_item_is_recognized_however_its_engine_writes_numbers_and_sets() {
        let written = json!({ "a": { "S": "x" }, "n": { "N": "1.0" }, "s": { "SS": ["b", "a"] } });
        let kept = json!({ "s": { "SS": ["a", "b"] }, "n": { "N": "1" }, "a": { "S": "x" } });
        assert_eq!(item(&written), item(&kept));
        for other in [
            json!({ "a": { "S": "y" }, "n": { "N": "1" }, "s": { "SS": ["a", "b"] } }),
            json!({ "a": { "S": "x" }, "n": { "N": "1" } }),
            json!({ "a": { "S": "x" }, "n": { "S": "1" }, "s": { "SS": ["a", "b"] } }),
        ] {
            assert_ne!(item(&written), item(&other), "{other}");
        }
    }

    #[test]
    fn texts_are_found_at_any_depth_and_short_ones_are_not() {
        let both = texts([&json!({ "id": { "S": "booking-1" }, "x": "no" }), &json!([["room-1"]])]);
        assert_eq!(both.len(), 2);
        assert_eq!(texts([&json!("booking-1")]).len(), 1);
        assert!(both.contains(&texts([&json!("booking-1")])[0]));
    }
}
