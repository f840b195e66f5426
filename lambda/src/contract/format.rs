//! Formats that readers of an OpenAPI document know.

use serde_json::{Value, json};

/// What schemars says of Rust's types and nobody else knows (<https://spec.openapis.org/oas/v3.1.1.html#data-type-format>),
/// and what says the same of them: the narrowest of the two formats of integers that holds each value, or nothing. Bounds
/// that only the format told are spelled out.
const OWN: [(&str, Option<&str>, Option<u32>); 13] = [
    ("int8", Some("int32"), None),
    ("int16", Some("int32"), None),
    ("uint8", Some("int32"), None),
    ("uint16", Some("int32"), None),
    ("uint32", Some("int64"), Some(u32::MAX)),
    // No format is wider, and without one a generator takes 32 bits.
    ("int", Some("int64"), None),
    ("uint", Some("int64"), None),
    ("uint64", Some("int64"), None),
    ("int128", None, None),
    ("uint128", None, None),
    ("ip", None, None),
    ("partial-time", None, None),
    ("partial-date-time", None, None),
];

/// Members of a schema whose values are no schemas.
const VALUES: [&str; 5] = ["const", "default", "enum", "example", "examples"];

/// Gives every schema in `value` formats that are known.
pub(super) fn known(value: &mut Value) {
    match value {
        Value::Object(schema) => {
            let own = schema.get("format").and_then(Value::as_str);
            if let Some((_, other, maximum)) = own.and_then(|own| OWN.iter().find(|(name, ..)| *name == own)) {
                match other {
                    Some(other) => schema.insert("format".into(), json!(other)),
                    None => schema.remove("format"),
                };
                if let Some(maximum) = maximum {
                    schema.entry("maximum").or_insert_with(|| json!(maximum));
                }
            }
            for (name, part) in schema {
                match part {
                    // Here a name is one that the author chose.
                    Value::Object(properties) if name == "properties" => properties.values_mut().for_each(known),
                    _ if VALUES.contains(&name.as_str()) => {}
                    part => known(part),
                }
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(known),
        _ => {}
    }
}
