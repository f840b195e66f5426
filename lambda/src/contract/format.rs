//! Translation of schemars' number and time formats into formats of the OpenAPI registry.

use serde_json::{Value, json};

/// Formats that only schemars uses (<https://spec.openapis.org/oas/v3.1.1.html#data-type-format>). Each has its
/// replacement: the narrower of OpenAPI's two integer formats that holds every value, or none. The last column is a
/// maximum that only the format expressed; it becomes `maximum`.
const OWN: [(&str, Option<&str>, Option<u32>); 13] = [
    ("int8", Some("int32"), None),
    ("int16", Some("int32"), None),
    ("uint8", Some("int32"), None),
    ("uint16", Some("int32"), None),
    ("uint32", Some("int64"), Some(u32::MAX)),
    // OpenAPI has no wider format, and without one a client generator uses 32 bits.
    ("int", Some("int64"), None),
    ("uint", Some("int64"), None),
    ("uint64", Some("int64"), None),
    ("int128", None, None),
    ("uint128", None, None),
    ("ip", None, None),
    ("partial-time", None, None),
    ("partial-date-time", None, None),
];

/// Members of a schema that hold values, not schemas.
const VALUES: [&str; 5] = ["const", "default", "enum", "example", "examples"];

/// Replaces schemars' own formats in every schema in `value`.
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
                    // The keys of `properties` are the author's field names, not keywords of JSON Schema.
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
