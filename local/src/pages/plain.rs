//! DynamoDB's attribute values as plain JSON, and their order.

use std::cmp::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Number, Value};

/// An item without the names of its types. Binary values are in Base64.
pub(super) fn item(item: &Value) -> Value {
    let members = item.as_object().into_iter().flatten();
    Value::Object(members.map(|(name, attribute)| (name.clone(), value(attribute))).collect::<Map<_, _>>())
}

/// An attribute value. A number with more digits than JSON's readers keep is a text.
fn value(attribute: &Value) -> Value {
    let Some((kind, content)) = attribute.as_object().and_then(|members| members.iter().next()) else {
        return Value::Null;
    };
    let each = |convert: fn(&Value) -> Value| content.as_array().into_iter().flatten().map(convert).collect();
    match kind.as_str() {
        "N" => number(content),
        "NS" => each(number),
        "L" => each(value),
        "M" => item(content),
        "NULL" => Value::Null,
        _ => content.clone(),
    }
}

fn number(text: &Value) -> Value {
    let exact = |number: &Number| Some(number.to_string().as_str()) == text.as_str();
    let number = text.as_str().and_then(|text| serde_json::from_str::<Number>(text).ok()).filter(exact);
    number.map_or_else(|| text.clone(), Value::Number)
}

/// A part of a primary key, in the order of its type: texts by their bytes, numbers by their values.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum KeyPart {
    Number(f64, String),
    Bytes(Vec<u8>),
}

impl KeyPart {
    pub(super) fn of(attribute: &Value) -> Self {
        let text = |kind: &str| attribute.get(kind).and_then(Value::as_str);
        if let Some(number) = text("N") {
            return Self::Number(number.parse().unwrap_or_default(), number.to_owned());
        }
        match text("B") {
            Some(base64) => Self::Bytes(STANDARD.decode(base64).unwrap_or_default()),
            None => Self::Bytes(text("S").unwrap_or_default().as_bytes().to_vec()),
        }
    }

    /// Whether its text begins so.
    pub(super) fn begins_with(&self, prefix: &str) -> bool {
        match self {
            Self::Number(_, text) => text.starts_with(prefix),
            Self::Bytes(bytes) => bytes.starts_with(prefix.as_bytes()),
        }
    }
}

impl Eq for KeyPart {}

impl Ord for KeyPart {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            // Numbers that differ beyond the digits of a double are ordered by their texts.
            (Self::Number(a, text), Self::Number(b, other)) => a.total_cmp(b).then_with(|| text.cmp(other)),
            (Self::Bytes(a), Self::Bytes(b)) => a.cmp(b),
            (Self::Number(..), Self::Bytes(_)) => Ordering::Less,
            (Self::Bytes(_), Self::Number(..)) => Ordering::Greater,
        }
    }
}

impl PartialOrd for KeyPart {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_item_is_shown_without_types() {
        let kept = json!({
            "s": { "S": "<b>" }, "n": { "N": "-1.5" }, "long": { "N": "12345678901234567890123" }, "b": { "B": "/wA=" },
            "t": { "BOOL": true }, "none": { "NULL": true }, "l": { "L": [{ "N": "1" }, { "M": { "a": { "S": "x" } } }] },
            "ss": { "SS": ["a"] }, "ns": { "NS": ["1", "2"] }, "bs": { "BS": ["/wA="] }, "odd": {},
        });
        let plain = json!({
            "s": "<b>", "n": -1.5, "long": "12345678901234567890123", "b": "/wA=", "t": true, "none": null,
            "l": [1, { "a": "x" }], "ss": ["a"], "ns": [1, 2], "bs": ["/wA="], "odd": null,
        });
        assert_eq!(item(&kept), plain);
    }

    #[test]
    fn keys_are_ordered_as_dynamodb_orders_them() {
        let ordered = |attributes: &[Value]| {
            let parts: Vec<KeyPart> = attributes.iter().map(KeyPart::of).collect();
            assert!(parts.is_sorted() && parts.windows(2).all(|pair| pair[0] != pair[1]), "{parts:?}");
        };
        ordered(&[json!({ "N": "-10" }), json!({ "N": "2" }), json!({ "N": "10" })]);
        ordered(&[json!({ "S": "A" }), json!({ "S": "a" }), json!({ "S": "ab" }), json!({ "S": "ü" })]);
        ordered(&[json!({ "B": "AA==" }), json!({ "B": "/w==" })]);
        assert!(
            KeyPart::of(&json!({ "S": "abc" })).begins_with("ab")
                && !KeyPart::of(&json!({ "N": "10" })).begins_with("2")
        );
    }
}
