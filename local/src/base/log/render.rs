//! Renders Lambda's JSON log lines and CloudWatch's metric lines for a person.

use serde_json::{Map, Value};

/// Members that are left out. `--json` shows them.
const QUIET: [&str; 12] = [
    "timestamp",
    "time",
    "level",
    "message",
    "fields",
    "target",
    "span",
    "spans",
    "requestId",
    "xrayTraceId",
    "filename",
    "line_number",
];

/// Renders a line.
pub(super) fn line(raw: &str) -> String {
    match serde_json::from_str::<Value>(raw) {
        Ok(Value::Object(members)) if members.contains_key("_aws") => metric(&members),
        Ok(Value::Object(members)) => record(&members),
        _ => printable(raw),
    }
}

/// Escapes control characters, so that a line cannot move the cursor or hide another. Tabs and colours stay.
pub(super) fn printable(text: &str) -> String {
    if !text.chars().any(char::is_control) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\t' => out.push(c),
            '\x1b' if rest.peek() == Some(&'[') => {
                let sequence: String = rest.clone().take(12).collect();
                let end = sequence.find(|c: char| c.is_ascii_alphabetic());
                match end {
                    Some(end) if sequence.as_bytes().get(end) == Some(&b'm') => {
                        out.push(c);
                        out.push_str(&sequence[..=end]);
                        // `sequence` is ASCII up to `end`: '[', digits and ';'.
                        rest.nth(sequence[..=end].chars().count() - 1);
                    }
                    _ => out.extend(c.escape_default()),
                }
            }
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

/// `LEVEL message key=value key=value`. The message and its members stand at the top or under `fields`.
fn record(members: &Map<String, Value>) -> String {
    let mut parts = Vec::new();
    if let Some(level) = members.get("level").and_then(Value::as_str) {
        parts.push(level.to_owned());
    }
    let fields = members.get("fields").and_then(Value::as_object);
    if let Some(message) = members.get("message").or_else(|| fields.and_then(|fields| fields.get("message"))) {
        parts.push(text(message));
    }
    for (name, value) in fields.into_iter().flatten().chain(members) {
        if !QUIET.contains(&name.as_str()) && !value.is_null() {
            parts.push(format!("{name}={}", text(value)));
        }
    }
    printable(&parts.join(" "))
}

/// `metric Name=value Name=value`, from a line in the embedded metric format:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.
fn metric(members: &Map<String, Value>) -> String {
    let directives = members["_aws"]["CloudWatchMetrics"].as_array();
    let names = directives
        .into_iter()
        .flatten()
        .filter_map(|directive| directive["Metrics"].as_array())
        .flatten()
        .filter_map(|metric| metric["Name"].as_str());
    let mut parts = vec!["metric".to_owned()];
    for name in names {
        let value = members.get(name).map_or_else(|| "?".to_owned(), text);
        parts.push(format!("{name}={value}"));
    }
    printable(&parts.join(" "))
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_and_a_nested_record_read_the_same() {
        let flat = r#"{"timestamp":"t","level":"INFO","message":"made","thing_id":"b1","requestId":"r"}"#;
        let nested = r#"{"timestamp":"t","level":"INFO","fields":{"message":"made","thing_id":"b1"},"target":"x"}"#;
        assert_eq!(line(flat), "INFO made thing_id=b1");
        assert_eq!(line(nested), "INFO made thing_id=b1");
    }

    #[test]
    fn a_metric_line_shows_names_and_values_only() {
        let raw = r#"{"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"N","Dimensions":[[]],
            "Metrics":[{"Name":"Made","Unit":"Count"},{"Name":"Late"}]}]},"Made":1,"Late":[2,3],"service":"s"}"#;
        assert_eq!(line(raw), "metric Made=1 Late=[2,3]");
    }

    #[test]
    fn text_is_left_alone_but_cannot_move_the_cursor() {
        assert_eq!(line("plain \x1b[31mred\x1b[0m"), "plain \x1b[31mred\x1b[0m");
        assert_eq!(line("a\x1b[2Jb\rc"), "a\\u{1b}[2Jb\\rc");
        assert_eq!(line(r#"{"message":"two\nlines"}"#), "two\\nlines");
        assert_eq!(line("[1,2]"), "[1,2]");
        assert_eq!(line("ü\x1b[31mé\x1b"), "ü\x1b[31mé\\u{1b}");
    }
}
