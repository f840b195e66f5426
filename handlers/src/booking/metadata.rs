//! Metadata: strings that a client keeps with a booking.

use std::borrow::Cow;
use std::collections::BTreeMap;

use garde::{Path, Report, Validate};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// The most members.
const MEMBERS: usize = 20;
/// The most characters of a name.
const NAME: usize = 40;
/// The most characters (Unicode scalar values) of a value.
const VALUE: usize = 500;

/// Up to 20 strings by name, which belong to the client: they are stored and answered, and never looked into or logged.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Metadata(BTreeMap<String, String>);

impl Metadata {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Shows the number of members only, so that no log contains what a customer typed.
impl std::fmt::Debug for Metadata {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Metadata({} members)", self.0.len())
    }
}

/// By hand: each member that breaks a rule is a fault of its own.
impl Validate for Metadata {
    type Context = ();

    fn validate_into(&self, (): &(), parent: &mut dyn FnMut() -> Path, report: &mut Report) {
        if self.0.len() > MEMBERS {
            report.append(parent(), garde::Error::new(format!("must have at most {MEMBERS} members")));
        }
        for (name, value) in &self.0 {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
            if name.is_empty() || name.len() > NAME || !name.bytes().all(allowed) {
                let rule = format!("must have a name of 1 to {NAME} characters of A-Z a-z 0-9 _ -");
                report.append(parent().join(name), garde::Error::new(rule));
            }
            if value.chars().count() > VALUE {
                let rule = format!("must be at most {VALUE} characters long");
                report.append(parent().join(name), garde::Error::new(rule));
            }
        }
    }
}

impl JsonSchema for Metadata {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Metadata".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "maxProperties": MEMBERS,
            "propertyNames": { "pattern": format!("^[A-Za-z0-9_-]{{1,{NAME}}}$") },
            "additionalProperties": { "type": "string", "maxLength": VALUE },
            "examples": [{ "patient": "4711" }],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(json: &serde_json::Value) -> Vec<String> {
        let metadata: Metadata = serde_json::from_value(json.clone()).unwrap();
        let report = metadata.validate().err();
        report.iter().flat_map(Report::iter).map(|(path, error)| format!("{path}: {error}")).collect()
    }

    #[test]
    fn metadata_is_up_to_twenty_short_strings() {
        let members = |count: usize| (0..count).map(|n| (format!("n{n}"), "v".into())).collect();
        assert_eq!(faults(&serde_json::Value::Object(members(20))), [""; 0]);
        assert_eq!(faults(&serde_json::Value::Object(members(21))), [": must have at most 20 members"]);
        let long = "\u{1f600}".repeat(500);
        assert_eq!(faults(&serde_json::json!({ "emoji": long })), [""; 0], "characters are counted, not bytes");
        let broken = serde_json::json!({ "emoji": format!("{long}x"), "": "", "é": "", "a_-Z9": "" });
        assert_eq!(faults(&broken).len(), 3, "each member is a fault: {:?}", faults(&broken));
        let names = serde_json::json!({ "n".repeat(40): "", "n".repeat(41): "" });
        assert_eq!(faults(&names).len(), 1);
    }

    #[test]
    fn metadata_is_not_shown_in_logs() {
        let metadata: Metadata = serde_json::from_str(r#"{"name":"secret"}"#).unwrap();
        assert_eq!(format!("{metadata:?}"), "Metadata(1 members)");
    }
}
