//! Reads a type from a document whose content does not belong in a log.

use std::cell::Cell;

use serde::de::DeserializeOwned;

use super::{Kind, Reader, UNFIT, parse};

/// The name under which a `serde_json::value::RawValue` asks for the text of a value. It is one of `serde_json`'s own.
const RAW: &str = "$serde_json::private::RawValue";

thread_local! {
    /// Whether the type that is read has a `RawValue`.
    static IS_RAW: Cell<bool> = const { Cell::new(false) };
}

/// Notes the name of a type that is read.
pub(super) fn note(name: &str) {
    if name == RAW {
        IS_RAW.set(true);
    }
}

/// Reads a `T` as strictly as the body of a request: a struct from an object only, and no member twice. A `T` with a
/// `RawValue`, which `serde_json` alone can read, is read by its rules.
///
/// # Errors
/// A sentence for the log: the place as a JSON pointer, and the rule. It has no word of the document: neither values nor
/// names that are not those of `T`, which are `*` in the pointer.
pub(crate) fn read<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    let document = parse(json.as_bytes())?;
    IS_RAW.set(false);
    let refusal = match T::deserialize(Reader::new(&document)) {
        Ok(value) => return Ok(value),
        Err(_) if IS_RAW.get() => {
            let place = |error: serde_json::Error| format!("line {}, byte {}: {UNFIT}", error.line(), error.column());
            return serde_json::from_str(json).map_err(place);
        }
        Err(refusal) => refusal,
    };
    let (place, kind) = refusal.masked();
    let fault = match kind {
        Kind::Rule(rule) | Kind::Unfit(_, rule) => rule,
        Kind::Missing(name) => format!("lacks the member `{name}`"),
        Kind::Unknown(_) | Kind::Stranger(..) | Kind::Name(_) => "has a member that it cannot have".to_owned(),
        // Text of the type's author or of a library, which may quote the value.
        Kind::Told(_) => UNFIT.to_owned(),
    };
    let place = if place.is_empty() { "the whole value" } else { &place };
    Err(format!("{place}: {fault}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, de};
    use serde_json::Value;
    use serde_json::value::RawValue;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "tests look at errors")]
    struct Order {
        #[serde(rename = "order-id")]
        id: u8,
        #[serde(default)]
        notes: BTreeMap<String, u8>,
        #[serde(default)]
        lines: Vec<Line>,
        #[serde(default)]
        code: Option<Code>,
        #[serde(default)]
        way: Option<Way>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "tests look at errors")]
    struct Line {
        name: String,
    }

    #[derive(Debug, Deserialize)]
    enum Way {
        Post,
        #[serde(other)]
        Other,
    }

    #[derive(Debug)]
    struct Code;

    impl<'de> Deserialize<'de> for Code {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            Err(de::Error::custom(format!("{text} is no code")))
        }
    }

    #[test]
    fn a_fault_has_its_place_and_its_rule() {
        for (json, fault) in [
            ("", "the body is not JSON: it ends too early"),
            ("{\"order-id\": 1", "the body is not JSON: it ends too early"),
            ("{order", "the body is not JSON: see line 1, byte 2"),
            ("{}", "the whole value: lacks the member `order-id`"),
            ("[1]", "the whole value: must be an object, not an array"),
            (r#"{"order-id": "secret"}"#, "/order-id: must be an integer, not a string"),
            (r#"{"order-id": 1, "order-id": 1}"#, "/order-id: is given twice"),
            (r#"{"order-id": 1, "lines": [{"name": "a"}, {}]}"#, "/lines/1: lacks the member `name`"),
        ] {
            assert_eq!(read::<Order>(json).unwrap_err(), fault, "{json}");
        }
    }

    #[test]
    fn a_fault_has_no_word_of_the_document() {
        for (json, fault) in [
            (r#"{"order-id": 1, "notes": {"secret": "x"}}"#, "/notes/*: must be an integer, not a string"),
            (r#"{"order-id": 1, "secret": 1}"#, "/*: has a member that it cannot have"),
            (r#"{"order-id": 1, "code": "secret"}"#, "/code: is not a value that can stand here"),
            (r#"{"order-id": 1, "way": {"secret": 1}}"#, "/way: is not a value that can stand here"),
            (r#"{"order-id": 1, "way": {"Post": 1}}"#, "/way: must be the string `Post`"),
        ] {
            assert_eq!(read::<Order>(json).unwrap_err(), fault, "{json}");
        }
    }

    #[test]
    fn a_raw_value_is_the_text_as_it_is() {
        #[derive(Debug, Deserialize)]
        struct Sent {
            id: u8,
            detail: Box<RawValue>,
        }
        let sent = read::<Sent>(r#"{"id": 1, "detail": {"b": 1e400, "a": "\u00e9"}}"#).unwrap();
        assert_eq!((sent.id, sent.detail.get()), (1, r#"{"b": 1e400, "a": "\u00e9"}"#));
        let fault = read::<Sent>(r#"{"detail": {}, "id": "secret"}"#).unwrap_err();
        assert_eq!(fault, "line 1, byte 29: is not a value that can stand here");
        assert_eq!(read::<Sent>(r#"{"id": 1}"#).unwrap_err(), "the whole value: lacks the member `detail`");
    }

    #[test]
    fn a_value_of_any_shape_keeps_its_content() {
        let json = r#"{"a":[1,-2,0.5,"x",null,true],"b":{}}"#;
        assert_eq!(read::<Value>(json).unwrap().to_string(), json);
    }
}
