//! `custom.local.kinds`: kinds of a table's items, for the page `/_local/`.
//!
//! ```yaml
//! custom:
//!   local:
//!     kinds:
//!       - match: { pk: "ORDER#*", cancelled_at: "*" }
//!         says: An order that was cancelled
//! ```

use serde_json::{Map, Value};

use super::TemplateError;
use super::variables::Variables;

const PLACE: &str = "custom.local.kinds";

/// A kind of item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kind {
    /// Attributes with a pattern each: text in which `*` is any text.
    pub matches: Vec<(String, String)>,
    /// A description for a person.
    pub says: String,
}

impl Kind {
    /// Whether an item, as plain JSON, is of this kind. An attribute that is no text, number or boolean matches `*` only.
    pub(crate) fn is_of(&self, item: &Value) -> bool {
        self.matches.iter().all(|(name, pattern)| match item.get(name) {
            None => false,
            Some(Value::String(text)) => is_like(text, pattern),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => is_like(&value.to_string(), pattern),
            Some(_) => pattern == "*",
        })
    }
}

pub(super) fn read(variables: &Variables) -> Result<Vec<Kind>, TemplateError> {
    let kinds = match variables.get(PLACE)? {
        Value::Null => Vec::new(),
        Value::Array(kinds) => kinds,
        _ => return Err(TemplateError::at(PLACE, "is not a list")),
    };
    kinds.iter().enumerate().map(|(index, kind)| one(kind, &format!("{PLACE}[{index}]"))).collect()
}

fn one(kind: &Value, place: &str) -> Result<Kind, TemplateError> {
    let says = match kind.get("says").and_then(Value::as_str) {
        Some(says) if !says.trim().is_empty() => says.trim().to_owned(),
        _ => return Err(TemplateError::at(format!("{place}.says"), "is missing; say what such an item is")),
    };
    let place = format!("{place}.match");
    let matches: Option<&Map<String, Value>> = kind.get("match").and_then(Value::as_object);
    let matches = matches.filter(|matches| !matches.is_empty()).ok_or_else(|| {
        TemplateError::at(place.as_str(), "is no map of attributes and patterns, as in `{ pk: \"ORDER#*\" }`")
    })?;
    let pattern = |(name, value): (&String, &Value)| match value {
        Value::String(text) => Ok((name.clone(), text.clone())),
        Value::Number(_) | Value::Bool(_) => Ok((name.clone(), value.to_string())),
        _ => Err(TemplateError::at(format!("{place}.{name}"), "is no text; `*` stands for any text")),
    };
    Ok(Kind { matches: matches.iter().map(pattern).collect::<Result<_, _>>()?, says })
}

/// Whether a text is like a pattern, in which `*` is any text.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_star_is_any_text_anywhere() {
        for (text, pattern) in [
            ("TIMER#1", "TIMER#*"),
            ("TIMER#", "TIMER#*"),
            ("", "*"),
            ("a#b#c", "a#*#c"),
            ("a#b#c", "*#b#*"),
            ("a", "a"),
            ("aXbXc", "a*b*c"),
            ("aa", "a*a"),
            ("xüx", "x*x"),
        ] {
            assert!(is_like(text, pattern), "{text} {pattern}");
        }
        for (text, pattern) in
            [("TIMER", "TIMER#*"), ("ab", "a"), ("a", "a*a"), ("", "a"), ("abc", "a*d*c"), ("b#a", "a*"), ("a", "")]
        {
            assert!(!is_like(text, pattern), "{text} {pattern}");
        }
    }

    #[test]
    fn an_item_is_of_a_kind_when_each_attribute_matches() {
        let kind = |matches: &Value| one(&json!({ "match": matches, "says": "It" }), "kinds[0]").unwrap();
        let item = json!({ "pk": "ORDER#1", "n": 7, "open": true, "lines": [1] });
        for matches in [json!({ "pk": "ORDER#*" }), json!({ "n": 7 }), json!({ "open": true, "lines": "*" })] {
            assert!(kind(&matches).is_of(&item), "{matches}");
        }
        for matches in
            [json!({ "pk": "USER#*" }), json!({ "pk": "*", "sk": "*" }), json!({ "lines": "1" }), json!({ "n": "8" })]
        {
            assert!(!kind(&matches).is_of(&item), "{matches}");
        }
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        for (kind, place) in [
            (json!({ "match": { "pk": "*" } }), "kinds[0].says"),
            (json!({ "says": " ", "match": { "pk": "*" } }), "kinds[0].says"),
            (json!({ "says": "It" }), "kinds[0].match"),
            (json!({ "says": "It", "match": {} }), "kinds[0].match"),
            (json!({ "says": "It", "match": { "pk": ["*"] } }), "kinds[0].match.pk"),
            (json!("It"), "kinds[0].says"),
        ] {
            let error = one(&kind, "kinds[0]").unwrap_err().to_string();
            assert!(error.contains(&format!("`{place}`")), "{error}");
        }
    }
}
