//! Filters of a mapping: <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html>.

use serde_json::Value;

use super::record;
use crate::aws::interface::message::Received;
use crate::base::pattern::{Form, Pattern};

/// The member that has the message's content.
const BODY: &str = "body";

/// Whether a message matches one of the patterns, or there are none.
pub(super) fn passes(patterns: &[Pattern], message: &Received, queue: &str, region: &str) -> bool {
    if patterns.is_empty() {
        return true;
    }
    let mut record = record::of(message, queue, region);
    let body = serde_json::from_str::<Value>(&message.body).ok().filter(|body| body.is_object() || body.is_array());
    let is_json = body.is_some();
    if let Some(body) = body {
        record[BODY] = body;
    }
    // A pattern of a text never matches JSON, and one of members never a text.
    let fits = |pattern: &&Pattern| match pattern.form_of(BODY) {
        None => true,
        Some(Form::Values) => !is_json,
        Some(Form::Members) => is_json,
    };
    patterns.iter().filter(fits).any(|pattern| pattern.matches(&record))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::aws::interface::message::Attribute;

    fn passes(pattern: &Value, body: &str) -> bool {
        let attributes = [("kind".to_owned(), Attribute::text("String", "a"))].into();
        let message = Received { attributes, ..record::tests::message(body) };
        super::passes(&[Pattern::parse(pattern).unwrap()], &message, "q", "r")
    }

    #[test]
    fn a_filter_is_for_json_or_for_text_as_lambdas_table_says() {
        let json = json!({ "body": { "code": ["B"], "n": [{ "numeric": [">", 9] }] } });
        let text = json!({ "body": [{ "prefix": "Result: " }] });
        for (pattern, body, expected) in [
            (&json, r#"{"code":"B","n":10}"#, true),
            (&json, r#"{"code":"B","n":9}"#, false),
            (&json, "Result: 1", false),
            (&json, r#""B""#, false),
            (&json!({ "body": { "code": [{ "exists": false }] } }), "no json", false),
            (&text, "Result: 1", true),
            (&text, "result", false),
            (&text, r#"{"a":1}"#, false),
            (&json!({ "body": [{ "exists": false }] }), r#"{"a":1}"#, false),
            (&json!({ "body": ["a"] }), r#"["a"]"#, false),
            (&json!({ "messageAttributes": { "kind": { "stringValue": ["a"] } } }), "any", true),
            (&json!({ "messageAttributes": { "kind": { "stringValue": ["b"] } } }), "any", false),
        ] {
            assert_eq!(passes(pattern, body), expected, "{pattern} {body}");
        }
    }

    #[test]
    fn one_pattern_of_several_is_enough_and_no_pattern_passes_all() {
        let patterns = ["a", "b"].map(|code| Pattern::parse(&json!({ "body": { "code": [code] } })).unwrap());
        assert!(super::passes(&patterns, &record::tests::message(r#"{"code":"b"}"#), "q", "r"));
        assert!(!super::passes(&patterns, &record::tests::message(r#"{"code":"c"}"#), "q", "r"));
        assert!(super::passes(&[], &record::tests::message("x"), "q", "r"));
    }
}
