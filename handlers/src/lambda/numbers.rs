//! Integers that are written with a fraction of nothing.
//!
//! JSON has one kind of number (RFC 8259, section 6), and by JSON Schema `60.0` is an integer; to serde it is none. Where
//! a body does not parse, it is tried again with such fractions taken away. The text is changed and not a tree of values,
//! in which a member that is given twice would no longer be seen.

/// `json` without fractions of nothing; `None` where it has none. What is not JSON may come out as anything, and is no
/// more JSON than before.
pub(super) fn whole(json: &[u8]) -> Option<Vec<u8>> {
    let mut kept = Vec::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => at = end_of_string(json, at),
            b'-' | b'0'..=b'9' => {
                let integer = at + 1 + digits(&json[at + 1..]);
                let zeros = json[integer..].strip_prefix(b".").map_or(0, zeros);
                let end = integer + if zeros > 0 { 1 + zeros } else { 0 };
                // Of a number that goes on, such as `1.05` or `1.0e3`, all of it stays.
                let rest = json[end..].iter().take_while(|byte| b"0123456789.eE+-".contains(byte)).count();
                if zeros > 0 && rest == 0 {
                    kept.extend_from_slice(&json[copied..integer]);
                    copied = end;
                }
                at = end + rest;
            }
            _ => at += 1,
        }
    }
    (copied > 0).then(|| {
        kept.extend_from_slice(&json[copied..]);
        kept
    })
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn zeros(text: &[u8]) -> usize {
    text.iter().take_while(|byte| **byte == b'0').count()
}

/// The place after the string that begins at `start`.
fn end_of_string(json: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = json.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::whole;

    fn of(json: &str) -> String {
        let whole = whole(json.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap());
        whole.unwrap_or_else(|| json.to_owned())
    }

    #[test]
    fn only_fractions_of_nothing_go() {
        assert_eq!(of(r#"{"a":60.0,"b":[-1.000,2.50,0.0]}"#), r#"{"a":60,"b":[-1,2.50,0]}"#);
        assert_eq!(of(r#"{"a":"60.0","b":"\"1.0"}"#), r#"{"a":"60.0","b":"\"1.0"}"#);
        for text in ["1.0e5", "1.0E-5", "1.01", "10", "1.", "-", "\"1.0", "1.0.0", ""] {
            assert_eq!(of(text), text);
        }
    }

    /// As equal as numbers are.
    fn equal(a: &Value, b: &Value) -> bool {
        match (a, b) {
            (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
            (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
            (Value::Object(a), Value::Object(b)) => {
                a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| equal(a, b)))
            }
            (a, b) => a == b,
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            (-1_000_000_i32..1_000_000).prop_map(|number| Value::from(f64::from(number))),
            any::<f64>().prop_filter("a number of JSON", |number| number.is_finite()).prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "\\PC*".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("\\PC{0,6}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_values_stay_the_same(value in values()) {
            let text = value.to_string();
            let whole = of(&text);
            prop_assert!(equal(&serde_json::from_str(&whole).unwrap(), &value), "{} {}", text, whole);
            prop_assert_eq!(of(&whole), whole);
        }

        #[test]
        fn nothing_stops_it(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[0-9.eE+\\-\",\\[\\]\\\\]{0,60}") {
            let _ = whole(&bytes);
            let _ = whole(text.as_bytes());
        }
    }
}
