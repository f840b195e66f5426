//! Translation of schemars' number and time formats into formats of the OpenAPI registry.

use serde_json::{Map, Value, json};

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

/// Replaces schemars' own format of a schema.
pub(super) fn known(schema: &mut Map<String, Value>) {
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
}
