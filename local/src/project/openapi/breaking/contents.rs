//! The content of a value: the items of a list, the members of a map, their names; and rules that no other part compares.

use serde_json::{Map, Value, json};

use super::bounds::BOUNDS;
use super::schemas::{Direction, Schemas};

/// Keywords that are compared elsewhere.
const COMPARED: [&str; 16] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "default",
    "enum",
    "format",
    "items",
    "oneOf",
    "pattern",
    "properties",
    "propertyNames",
    "required",
    "type",
    "$defs",
];
/// Keywords that say nothing about a value
/// (<https://json-schema.org/draft/2020-12/json-schema-validation#name-a-vocabulary-for-basic-meta>).
const TOLD: [&str; 10] = [
    "$comment",
    "$schema",
    "deprecated",
    "description",
    "discriminator",
    "example",
    "examples",
    "externalDocs",
    "readOnly",
    "title",
];

/// The schema of members that are not listed: `{}` takes any, and `None` means that there may be none.
fn of_others(schema: &Map<String, Value>) -> Option<Value> {
    match schema.get("additionalProperties") {
        Some(Value::Bool(false)) => None,
        Some(others @ Value::Object(_)) => Some(others.clone()),
        _ => Some(json!({})),
    }
}

fn listed(schema: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}

impl Schemas<'_> {
    /// Compares what is in two values.
    pub(super) fn compare_contents(
        &mut self,
        place: &str,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
        direction: Direction,
    ) {
        let each = |schema: &Map<String, Value>, key: &str| schema.get(key).cloned().unwrap_or_else(|| json!({}));
        if old.contains_key("items") || new.contains_key("items") {
            self.compare(&format!("{place}/*"), &each(old, "items"), &each(new, "items"), direction);
        }
        if old.contains_key("propertyNames") || new.contains_key("propertyNames") {
            let names = |schema| {
                let mut names = each(schema, "propertyNames");
                names["type"] = "string".into();
                names
            };
            self.compare(&format!("{place}: the name of a member"), &names(old), &names(new), direction);
        }
        self.compare_others(place, old, new, direction);
        self.compare_rest(place, old, new, direction);
    }

    /// Compares the members that are not listed in one or the other.
    fn compare_others(
        &mut self,
        place: &str,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
        direction: Direction,
    ) {
        let any = json!({});
        let (before, after) = (of_others(old), of_others(new));
        match (&before, &after) {
            (Some(before), Some(after)) if *before == any && *after == any => {}
            (Some(before), Some(after)) => self.compare(&format!("{place}/*"), before, after, direction),
            (Some(_), None) if direction == Direction::Sent => self.found(place, "may have no other members"),
            _ => {}
        }
        for (name, schema) in listed(new).filter(|(name, _)| listed(old).all(|(other, _)| other != *name)) {
            // A client that sent it as one of any members may go on.
            if let Some(before) = before.as_ref().filter(|before| **before != any || direction != Direction::Sent) {
                self.compare(&format!("{place}/{name}"), before, schema, direction);
            }
        }
    }

    /// Rules of which nothing is known but their name: one that is added binds who sends, and one that is gone was
    /// promised to who is answered.
    fn compare_rest(&mut self, place: &str, old: &Map<String, Value>, new: &Map<String, Value>, direction: Direction) {
        let is_rule = |key: &&String| {
            let key = key.as_str();
            !COMPARED.contains(&key)
                && !TOLD.contains(&key)
                && !key.starts_with("x-")
                && BOUNDS.iter().all(|(bound, _)| *bound != key)
        };
        let rules = if direction == Direction::Sent { new } else { old };
        for key in rules.keys().filter(is_rule) {
            let (before, after) = (old.get(key), new.get(key));
            if before != after {
                let shown = |rule: Option<&Value>| rule.map_or_else(|| "none".to_owned(), ToString::to_string);
                self.found(place, &format!("has the {key} {} instead of {}", shown(after), shown(before)));
            }
        }
    }
}
