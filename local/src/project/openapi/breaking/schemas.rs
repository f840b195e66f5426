//! Schemas, one against another.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::bounds::{BOUNDS, bound, integer_range};

/// Which way what a schema describes goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// By a client: it may be asked for less.
    Sent,
    /// To a client, that goes on with it: more may be promised.
    Answered,
    /// To a client, that has to stop. As answered, except that there may be more kinds of it; but none may go, since who
    /// waits for it would wait in vain.
    Refused,
}

/// Where two documents keep their schemas, and what was found.
pub(super) struct Schemas<'a> {
    old: &'a Value,
    new: &'a Value,
    /// What refers to itself is looked at once.
    open: Vec<(String, String)>,
    changes: Vec<String>,
}

impl<'a> Schemas<'a> {
    pub(super) fn new(old: &'a Value, new: &'a Value) -> Self {
        Self { old, new, open: Vec::new(), changes: Vec::new() }
    }

    pub(super) fn found(&mut self, place: &str, what: &str) {
        let change = format!("{place} {what}");
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }

    pub(super) fn into_changes(self) -> Vec<String> {
        self.changes
    }

    /// What a part of the old document refers to, or itself.
    pub(super) fn old<'b>(&self, part: &'b Value) -> &'b Value
    where
        'a: 'b,
    {
        resolve(self.old, part)
    }

    /// What a part of the new document refers to, or itself.
    pub(super) fn new_of<'b>(&self, part: &'b Value) -> &'b Value
    where
        'a: 'b,
    {
        resolve(self.new, part)
    }

    /// Compares two schemas, each of its own document.
    pub(super) fn compare(&mut self, place: &str, old: &Value, new: &Value, direction: Direction) {
        let pair = (reference(old), reference(new));
        if !pair.0.is_empty() && self.open.contains(&pair) {
            return;
        }
        self.open.push(pair);
        let (before, after) = (alternatives(self.old, old), alternatives(self.new, new));
        if before.len() == 1 && after.len() == 1 {
            self.compare_one(place, &before[0].1, &after[0].1, direction);
        } else {
            self.compare_each(place, &before, &after, direction);
        }
        self.open.pop();
    }

    fn compare_each(&mut self, place: &str, before: &[Alternative], after: &[Alternative], direction: Direction) {
        let of =
            |name: &str, list: &[Alternative]| list.iter().find(|(other, _)| other == name).map(|(_, it)| it.clone());
        for (name, old) in before {
            match of(name, after) {
                Some(new) => self.compare_one(place, old, &new, direction),
                None if direction == Direction::Sent => self.found(place, &format!("may not be {name}")),
                None if direction == Direction::Refused => self.found(place, &format!("is never {name}")),
                None => {}
            }
        }
        for (name, _) in after.iter().filter(|(name, _)| direction == Direction::Answered && of(name, before).is_none())
        {
            self.found(place, &format!("may be {name}"));
        }
    }

    fn compare_one(&mut self, place: &str, old: &Map<String, Value>, new: &Map<String, Value>, direction: Direction) {
        let is_sent = direction == Direction::Sent;
        let get = |schema: &'_ Map<String, Value>, key: &str| schema.get(key).cloned().unwrap_or(Value::Null);

        if let (Some(before), Some(after)) = (old.get("const"), new.get("const")) {
            // One value is that value, whatever else is said of it.
            if before != after {
                self.found(place, &format!("has the const {after} instead of {before}"));
            }
            return;
        }
        let (before, after) = (types(old), types(new));
        let (allowed, used) = if is_sent { (&after, &before) } else { (&before, &after) };
        let strange = used.iter().any(|kind| !allowed.is_empty() && !fits(kind, allowed))
            || (used.is_empty() && !allowed.is_empty());
        if strange {
            self.found(place, &format!("is {} instead of {}", words(&after), words(&before)));
        }
        for key in ["const", "format", "pattern"] {
            // The format of an integer is its range, which is among the bounds.
            let unless_range = |schema| match integer_range(schema) {
                Some(_) if key == "format" => Value::Null,
                _ => get(schema, key),
            };
            let (before, after) = (unless_range(old), unless_range(new));
            let is_harmless = if is_sent { after.is_null() } else { before.is_null() };
            if before != after && !is_harmless {
                self.found(place, &format!("has the {key} {after} instead of {before}"));
            }
        }
        if is_sent && get(old, "default") != get(new, "default") {
            let (before, after) = (get(old, "default"), get(new, "default"));
            self.found(place, &format!("is {after} where it is not sent, instead of {before}"));
        }
        for (key, greater_is_stricter) in BOUNDS {
            let (before, after) = (bound(old, key), bound(new, key));
            let stricter = match (before, after) {
                (None, after) => after.is_some(),
                (Some(_), None) => false,
                (Some(before), Some(after)) => {
                    if greater_is_stricter {
                        after > before
                    } else {
                        after < before
                    }
                }
            };
            let looser = before != after && !stricter;
            if if is_sent { stricter } else { looser } {
                let shown = |bound: Option<f64>| bound.map_or_else(|| "none".to_owned(), |bound| bound.to_string());
                self.found(place, &format!("has the {key} {} instead of {}", shown(after), shown(before)));
            }
        }
        self.compare_members(place, old, new, direction);
        self.compare_contents(place, old, new, direction);
    }

    fn compare_members(
        &mut self,
        place: &str,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
        direction: Direction,
    ) {
        let properties = |schema: &Map<String, Value>| {
            schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default()
        };
        let (before, after) = (properties(old), properties(new));
        for (name, schema) in &before {
            let place = format!("{place}/{name}");
            match after.get(name) {
                None => self.found(&place, "is gone"),
                Some(other) => self.compare(&place, schema, other, direction),
            }
        }
        let (needed, needs) = (required(old), required(new));
        if direction == Direction::Sent {
            for name in needs.difference(&needed) {
                self.found(&format!("{place}/{name}"), "has to be sent");
            }
        } else {
            for name in needed.difference(&needs).filter(|name| after.contains_key(*name)) {
                self.found(&format!("{place}/{name}"), "is not always there");
            }
        }
    }
}

/// One of the shapes that a value may have, by a name that it keeps.
type Alternative = (String, Map<String, Value>);

fn alternatives(document: &Value, schema: &Value) -> Vec<Alternative> {
    let one = flat(document, schema);
    if let Some(values) = one.get("enum").and_then(Value::as_array) {
        return values.iter().map(|value| (value.to_string(), Map::new())).collect();
    }
    let named = |choice: &Value, flat: Map<String, Value>| {
        let value = flat.get("const").or_else(|| flat.get("properties")?.get("type")?.get("const"));
        let name = match (value, reference(choice)) {
            (Some(value), _) => value.to_string(),
            (None, reference) if !reference.is_empty() => reference,
            (None, _) => types(&flat).into_iter().next().unwrap_or_else(|| "anything".to_owned()),
        };
        (name, flat)
    };
    match one.get("oneOf").or_else(|| one.get("anyOf")).and_then(Value::as_array) {
        None => vec![named(schema, one)],
        Some(choices) => choices.iter().map(|choice| named(choice, flat(document, choice))).collect(),
    }
}

/// A schema with what it refers to, and all that it has to be, in one.
fn flat(document: &Value, schema: &Value) -> Map<String, Value> {
    let mut schema = schema.as_object().cloned().unwrap_or_default();
    let referred = schema.remove("$ref").map(|path| document.pointer(pointer(&path)).cloned().unwrap_or_default());
    let parts = schema.remove("allOf").and_then(|parts| parts.as_array().cloned()).unwrap_or_default();
    for part in referred.iter().chain(&parts) {
        for (key, value) in flat(document, part) {
            match (schema.get_mut(&key), value) {
                (Some(Value::Object(own)), Value::Object(more)) => {
                    // What one part says of a member goes with what another says of it.
                    for (name, value) in more {
                        match (own.get_mut(&name), value) {
                            (Some(Value::Object(own)), Value::Object(more)) => own.extend(more),
                            (_, value) => drop(own.insert(name, value)),
                        }
                    }
                }
                (Some(Value::Array(own)), Value::Array(more)) => own.extend(more),
                (Some(_), _) => {}
                (None, value) => drop(schema.insert(key, value)),
            }
        }
    }
    schema
}

fn resolve<'b>(document: &'b Value, part: &'b Value) -> &'b Value {
    part.get("$ref").and_then(|path| document.pointer(pointer(path))).unwrap_or(part)
}

fn pointer(path: &Value) -> &str {
    path.as_str().and_then(|path| path.strip_prefix('#')).unwrap_or("/ ")
}

fn reference(schema: &Value) -> String {
    schema["$ref"].as_str().unwrap_or_default().to_owned()
}

fn types(schema: &Map<String, Value>) -> BTreeSet<String> {
    match schema.get("type") {
        Some(Value::String(kind)) => BTreeSet::from([kind.clone()]),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect(),
        _ => BTreeSet::new(),
    }
}

/// Every integer is a number.
fn fits(kind: &str, allowed: &BTreeSet<String>) -> bool {
    allowed.contains(kind) || (kind == "integer" && allowed.contains("number"))
}

fn words(kinds: &BTreeSet<String>) -> String {
    if kinds.is_empty() { "anything".to_owned() } else { kinds.iter().cloned().collect::<Vec<_>>().join(" or ") }
}

fn required(schema: &Map<String, Value>) -> BTreeSet<String> {
    let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    names.filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}
