//! Between which bounds a value is.

use serde_json::{Map, Value};

/// Rules of a value: their names, and whether a greater number is stricter.
pub(super) const BOUNDS: [(&str, bool); 10] = [
    ("minimum", true),
    ("exclusiveMinimum", true),
    ("minLength", true),
    ("minItems", true),
    ("minProperties", true),
    ("maximum", false),
    ("exclusiveMaximum", false),
    ("maxLength", false),
    ("maxItems", false),
    ("maxProperties", false),
];

/// The least and the greatest value of an integer's format: those of OpenAPI, and those that this document had before they
/// were written out.
#[expect(clippy::cast_precision_loss, reason = "a bound that is off by one in 2^53 is the same bound")]
pub(super) fn integer_range(schema: &Map<String, Value>) -> Option<(f64, f64)> {
    match schema.get("format")?.as_str()? {
        "int8" => Some((i8::MIN.into(), i8::MAX.into())),
        "int16" => Some((i16::MIN.into(), i16::MAX.into())),
        "int32" => Some((i32::MIN.into(), i32::MAX.into())),
        "int64" | "int" => Some((i64::MIN as f64, i64::MAX as f64)),
        "uint8" => Some((0.0, u8::MAX.into())),
        "uint16" => Some((0.0, u16::MAX.into())),
        "uint32" => Some((0.0, u32::MAX.into())),
        "uint64" | "uint" => Some((0.0, u64::MAX as f64)),
        _ => None,
    }
}

/// A bound of a value, by its name: the stricter of what is written and what the format says. One value is both of its
/// bounds.
pub(super) fn bound(schema: &Map<String, Value>, key: &str) -> Option<f64> {
    let one = schema.get("const").and_then(Value::as_f64).filter(|_| matches!(key, "minimum" | "maximum"));
    if one.is_some() {
        return one;
    }
    let written = schema.get(key).and_then(Value::as_f64);
    let range = integer_range(schema);
    match key {
        "minimum" => written.into_iter().chain(range.map(|(least, _)| least)).reduce(f64::max),
        "maximum" => written.into_iter().chain(range.map(|(_, greatest)| greatest)).reduce(f64::min),
        _ => written,
    }
}
