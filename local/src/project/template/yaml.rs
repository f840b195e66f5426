//! Parses YAML as JSON, with `CloudFormation`'s short tags in their long form: `!Ref Table` becomes `{"Ref": "Table"}`.

use std::fmt;

use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value};
use serde_saphyr::Tagged;

/// Parses a document. An error is a phrase with the line.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    let options = serde_saphyr::options! {
        // YAML 1.2, as the Serverless Framework reads it: `on`, `yes` and `no` are strings.
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
    };
    serde_saphyr::from_str_with_options::<Node>(text, options).map(|node| node.0).map_err(|error| {
        let rendered = error.without_snippet().to_string();
        let place = match error.location() {
            Some(location) if !rendered.contains("line ") => {
                format!(" at line {}, column {}", location.line(), location.column())
            }
            _ => String::new(),
        };
        format!("{}{place}", rendered.lines().next().unwrap_or("it cannot be read"))
    })
}

/// A value with its tags converted to intrinsic functions.
struct Node(Value);

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Tagged(Untagged(value), tag) = Tagged::deserialize(deserializer)?;
        let name = match tag.as_deref() {
            Some(tag) if !tag.starts_with("tag:yaml.org,2002:") => tag.trim_start_matches('!'),
            _ => return Ok(Self(value)),
        };
        let key = match name {
            "" => return Ok(Self(value)),
            "Ref" | "Condition" => name.to_owned(),
            "Base64" | "Cidr" | "FindInMap" | "GetAtt" | "GetAZs" | "If" | "ImportValue" | "Join" | "Length"
            | "Not" | "And" | "Or" | "Equals" | "Select" | "Split" | "Sub" | "ToJsonString" | "Transform" => {
                format!("Fn::{name}")
            }
            _ => return Err(D::Error::custom(format!("unknown tag `!{name}`; it is none of CloudFormation's"))),
        };
        Ok(Self(Value::Object(Map::from_iter([(key, value)]))))
    }
}

struct Untagged(Value);

impl<'de> Deserialize<'de> for Untagged {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Shape).map(Self)
    }
}

struct Shape;

impl<'de> Visitor<'de> for Shape {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a YAML value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Node(item)) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some((key, Node(value))) = map.next_entry::<String, Node>()? {
            members.insert(key, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::parse;

    #[test]
    fn short_tags_become_their_long_forms() {
        let text = "a: !GetAtt Table.Arn\nb: !Ref Table\nc: !Sub '${Table}-x'\nd: !Join ['-', [a, !Ref B]]\n";
        assert_eq!(
            parse(text),
            Ok(json!({
                "a": { "Fn::GetAtt": "Table.Arn" },
                "b": { "Ref": "Table" },
                "c": { "Fn::Sub": "${Table}-x" },
                "d": { "Fn::Join": ["-", ["a", { "Ref": "B" }]] },
            }))
        );
    }

    #[test]
    fn scalars_keep_their_types() {
        let text = "{ a: 1, b: 1.5, c: true, d: on, e: '4', f: ~, g: 0123, h: -2, 200: x }";
        assert_eq!(
            parse(text),
            Ok(
                json!({ "a": 1, "b": 1.5, "c": true, "d": "on", "e": "4", "f": null, "g": "0123", "h": -2, "200": "x" })
            )
        );
    }

    #[test]
    fn merge_keys_and_anchors_work() {
        let text = "base: &base { x: 1, y: 2 }\nother:\n  <<: *base\n  y: 3\n";
        assert_eq!(parse(text).map(|value| value["other"].clone()), Ok(json!({ "x": 1, "y": 3 })));
    }

    #[test]
    fn an_error_names_the_line() {
        let error = parse("a: 1\nb: [1,\nc: }").unwrap_err();
        assert!(error.contains("line 3") || error.contains("line 2"), "{error}");
        let error = parse("a: !Nonsense x").unwrap_err();
        assert!(error.contains("!Nonsense"), "{error}");
    }
}
