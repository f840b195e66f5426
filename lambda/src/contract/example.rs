//! Examples for schemas, put together from the examples that the types have.

use serde_json::{Map, Value, json};

type Definitions = Map<String, Value>;

/// The depth at which a schema is taken to refer to itself.
const DEEPEST: usize = 16;

/// A value that `schema` allows: its own example, or one put together from its parts. Optional parts without an example
/// are left out.
pub(super) fn of(schema: &Value, definitions: &Definitions) -> Option<Value> {
    made(schema, definitions, 0)
}

/// The schema that `$ref` in `schema` points to, or `schema` itself.
pub(super) fn resolve<'a>(schema: &'a Value, definitions: &'a Definitions) -> &'a Value {
    let name = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
    name.and_then(|name| definitions.get(name)).unwrap_or(schema)
}

fn made(schema: &Value, definitions: &Definitions, depth: usize) -> Option<Value> {
    let given = schema.pointer("/examples/0").or_else(|| schema.get("const")).or_else(|| schema.get("default"));
    if let Some(given) = given.or_else(|| schema.pointer("/enum/0")) {
        return Some(given.clone());
    }
    if depth > DEEPEST {
        return None;
    }
    let part = |part: &Value| made(part, definitions, depth + 1);
    let resolved = resolve(schema, definitions);
    if !std::ptr::eq(resolved, schema) {
        return part(resolved);
    }
    if let Some(choices) = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array) {
        return choices.iter().find_map(part);
    }
    match kind(schema)? {
        "object" => {
            let required = schema.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let mut members = Map::new();
            for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                let needed = required.iter().any(|required| required == name.as_str());
                if let Some(value) = part(property).or_else(|| needed.then(|| plain(property))) {
                    members.insert(name.clone(), value);
                }
            }
            Some(Value::Object(members))
        }
        "array" => Some(schema.get("items").and_then(part).into_iter().collect()),
        _ => None,
    }
}

/// The first type of the schema that is not `null`.
fn kind(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        _ => None,
    }
}

/// A value of the schema's type, for schemas without an example. It may break other rules of the schema; the tests find
/// where it does.
pub(super) fn plain(schema: &Value) -> Value {
    match kind(schema).unwrap_or_default() {
        "integer" | "number" => json!(schema.get("minimum").and_then(Value::as_i64).unwrap_or(1).max(1)),
        "boolean" => json!(true),
        "array" => json!([]),
        "object" => json!({}),
        _ => match schema.get("format").and_then(Value::as_str).unwrap_or_default() {
            "uuid" => json!("67e55044-10b1-426f-9247-bb680e5fe0c8"),
            "date" => json!("2035-05-14"),
            "date-time" => json!("2035-05-14T09:00:00Z"),
            "partial-time" => json!("09:00:00"),
            "partial-date-time" => json!("2035-05-14T09:00:00"),
            _ => json!("text"),
        },
    }
}
