//! A choice between values, as an `enum`.
//!
//! schemars writes one as `oneOf` with a `const` for each value, so that each can have its description. Client generators
//! know `enum` better: one for Python takes the first `const` alone.

use serde_json::{Map, Value};

/// Turns a choice between described strings into an `enum`, whose description lists them.
pub(super) fn as_enum(schema: &mut Map<String, Value>) {
    let Some(choices) = schema.get("oneOf").and_then(Value::as_array) else { return };
    let Some(values) = choices.iter().map(value).collect::<Option<Vec<_>>>() else { return };
    let description = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    let lines = values.iter().map(|(value, description)| format!("- `{value}`: {description}"));
    let description = [description.to_owned(), lines.collect::<Vec<_>>().join("\n")].join("\n\n");
    let values: Vec<_> = values.iter().map(|(value, _)| Value::from(*value)).collect();
    schema.insert("type".into(), "string".into());
    schema.insert("enum".into(), values.into());
    schema.insert("description".into(), description.trim_start().into());
    schema.remove("oneOf");
}

/// The value and the description of a choice that is nothing else.
fn value(choice: &Value) -> Option<(&str, &str)> {
    let choice = choice.as_object()?;
    let known = choice.keys().all(|key| ["const", "type", "description"].contains(&key.as_str()));
    let description = choice.get("description")?.as_str()?;
    choice.get("const")?.as_str().filter(|_| known).map(|value| (value, description))
}
