//! EventBridge's input transformer: variables taken from an event, and a template with them in `<...>`.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html>

use std::collections::BTreeMap;

use serde_json::Value;

use super::json_path::JsonPath;

/// Limits of `PutTargets`:
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html>.
const MOST_VARIABLES: usize = 100;
const LONGEST_TEMPLATE: usize = 8_192;
/// The prefix of variables that EventBridge defines, in any case.
const RESERVED: &str = "aws.";

/// A transformer of a rule's target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Transformer {
    variables: BTreeMap<String, JsonPath>,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Variable { name: String, place: Place },
}

/// Place of a variable in the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// As a JSON value.
    Value,
    /// Inside of a JSON string.
    String,
    /// In a template that is not JSON.
    Text,
}

impl Transformer {
    /// Parses the paths map and the template. An error is a phrase.
    pub(crate) fn parse(paths: &BTreeMap<String, String>, template: &str) -> Result<Self, String> {
        if template.is_empty() || template.len() > LONGEST_TEMPLATE {
            return Err(format!("has a template of {} bytes; it has 1 to {LONGEST_TEMPLATE}", template.len()));
        }
        if paths.len() > MOST_VARIABLES {
            return Err(format!("has {} variables; at most {MOST_VARIABLES} are allowed", paths.len()));
        }
        let mut variables = BTreeMap::new();
        for (name, path) in paths {
            if name.is_empty() || !name.chars().all(|c| is_of_name(c) && c != '.') {
                return Err(format!("names a variable `{name}`; a name has letters, digits, `-` and `_`"));
            }
            let path = JsonPath::parse(path)
                .ok_or_else(|| format!("takes `{name}` from `{path}`, which is not like `$.detail.name`"))?;
            variables.insert(name.clone(), path);
        }
        let transformer = Self { variables, parts: parts(template) };
        // Every value is a text here: a template that is JSON with one is JSON with any.
        let example = transformer.fill(|_| Some(Value::from("x")));
        if is_json(template) && serde_json::from_str::<Value>(&example).is_err() {
            return Err("has a template that is not JSON with its variables filled in".to_owned());
        }
        Ok(transformer)
    }

    /// The input of a target. `predefined` has EventBridge's own variables, as `aws.events.rule-name`.
    pub(crate) fn apply(&self, event: &Value, predefined: impl Fn(&str) -> Option<Value>) -> String {
        self.fill(|name| match self.variables.get(name) {
            Some(path) => path.find(event),
            None if name.to_ascii_lowercase().starts_with(RESERVED) => predefined(name),
            None => None,
        })
    }

    /// A variable without a value is an empty text.
    fn fill(&self, value: impl Fn(&str) -> Option<Value>) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::Variable { name, place } => place.show(&value(name).unwrap_or_else(|| "".into())),
        });
        parts.collect()
    }
}

impl Place {
    fn show(self, value: &Value) -> String {
        match (self, value) {
            (Self::Value, _) => value.to_string(),
            (Self::Text, Value::String(text)) => text.clone(),
            // Without the quotation marks around it.
            (Self::String, Value::String(_)) => {
                let quoted = value.to_string();
                quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(&quoted).to_owned()
            }
            // EventBridge leaves quotation marks of objects out here, since it does not escape them.
            (Self::String | Self::Text, _) => value.to_string().replace('"', ""),
        }
    }
}

fn is_json(template: &str) -> bool {
    template.trim_start().starts_with(['{', '[', '"'])
}

fn parts(template: &str) -> Vec<Part> {
    let json = is_json(template);
    let (mut parts, mut text) = (Vec::new(), String::new());
    let (mut quoted, mut escaped) = (false, false);
    let mut rest = template;
    while let Some(c) = rest.chars().next() {
        if let Some((name, after)) = placeholder(rest) {
            let place = match (json, quoted) {
                (false, _) => Place::Text,
                (true, true) => Place::String,
                (true, false) => Place::Value,
            };
            parts.extend([Part::Text(std::mem::take(&mut text)), Part::Variable { name: name.to_owned(), place }]);
            (rest, escaped) = (after, false);
            continue;
        }
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        text.push(c);
        rest = &rest[c.len_utf8()..];
    }
    parts.push(Part::Text(text));
    parts
}

/// The name in `<name>` at the beginning of the text, and the rest.
fn placeholder(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.strip_prefix('<')?.split_once('>')?;
    (!name.is_empty() && name.chars().all(is_of_name)).then_some((name, after))
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn transformed(paths: &[(&str, &str)], template: &str) -> Result<String, String> {
        let paths = paths.iter().map(|(name, path)| ((*name).to_owned(), (*path).to_owned())).collect();
        let event = json!({ "detail": { "id": "i-1", "state": "it's \"on\"", "n": 7, "tags": { "a": "b" } } });
        let predefined = |name: &str| (name == "aws.events.rule-name").then(|| "mine".into());
        Ok(Transformer::parse(&paths, template)?.apply(&event, predefined))
    }

    const PATHS: [(&str, &str); 5] = [
        ("id", "$.detail.id"),
        ("state", "$.detail.state"),
        ("n", "$.detail.n"),
        ("tags", "$.detail.tags"),
        ("none", "$.detail.none"),
    ];

    #[test]
    fn variables_are_json_outside_of_strings_and_text_inside() {
        for (template, expected) in [
            (r#"{"id": <id>, "n": <n>, "tags": <tags>}"#, r#"{"id": "i-1", "n": 7, "tags": {"a":"b"}}"#),
            (r#"{"text": "<id> is <n>"}"#, r#"{"text": "i-1 is 7"}"#),
            (r#"{"text": "a \"<id>\", <state>"}"#, r#"{"text": "a \"i-1\", it's \"on\""}"#),
            (r#"{"text": "<tags>"}"#, r#"{"text": "{a:b}"}"#),
            (r#""<id> of <aws.events.rule-name>""#, r#""i-1 of mine""#),
            ("<id> is <state>", "i-1 is it's \"on\""),
            (r#"{"none": <none>, "in": "<none>", "unknown": <unknown>}"#, r#"{"none": "", "in": "", "unknown": ""}"#),
            (r#"{"math": "1 < 2 > 0"}"#, r#"{"math": "1 < 2 > 0"}"#),
        ] {
            assert_eq!(transformed(&PATHS, template).as_deref(), Ok(expected), "{template}");
        }
    }

    #[test]
    fn mistakes_are_explained() {
        for (paths, template, expected) in [
            (&[("a b", "$")][..], "x", "names a variable `a b`"),
            (&[("aws.events.event", "$")], "x", "names a variable `aws.events.event`"),
            (&[("a", "detail")], "x", "takes `a` from `detail`"),
            (&[], "", "0 bytes"),
            (&[], r#"{"a": }"#, "not JSON"),
            (&[("a", "$")], r"{<a>}", "not JSON"),
        ] {
            let error = transformed(paths, template).unwrap_err();
            assert!(error.contains(expected), "{template}: {error}");
        }
    }
}
