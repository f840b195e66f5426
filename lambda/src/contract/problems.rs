//! The problems of an endpoint as responses, one for each status.

use std::collections::BTreeMap;

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::{Header, example};
use crate::ProblemKind;

const PROBLEM: &str = "application/problem+json";

/// Components that operations refer to.
#[derive(Debug, Default)]
pub(super) struct Components {
    pub(super) schemas: Map<String, Value>,
    pub(super) headers: Map<String, Value>,
}

/// An endpoint's problems, the names of its parameters and body members, and an example of its path.
pub(super) struct Gathered<'a> {
    pub(super) kinds: &'a [ProblemKind],
    pub(super) taken: &'a [String],
    pub(super) instance: &'a str,
}

/// The error response of one status.
pub(super) struct Answer {
    pub(super) description: String,
    pub(super) content: Value,
    pub(super) headers: Vec<&'static Header>,
}

impl Gathered<'_> {
    /// The error responses by status. Their schemas are added to `components`.
    pub(super) fn answers(&self, components: &mut Components, answered: &mut SchemaGenerator) -> BTreeMap<u16, Answer> {
        let is_met = |kind: &&ProblemKind| kind.with.iter().all(|name| self.taken.iter().any(|taken| taken == name));
        let mut by_status: BTreeMap<u16, Vec<ProblemKind>> = BTreeMap::new();
        for kind in self.kinds.iter().filter(is_met) {
            by_status.entry(kind.status).or_default().push(*kind);
        }
        let answers = by_status.into_iter().map(|(status, kinds)| {
            let mut examples = Map::new();
            let mut references = Vec::new();
            for kind in &kinds {
                let name = component(kind);
                references.push(json!({ "$ref": format!("#/components/schemas/{name}") }));
                let members = components.problem(kind, name, answered);
                let value = problem_example(kind, self.instance, &members);
                examples.insert(word(kind).to_owned(), json!({ "summary": kind.title, "value": value }));
            }
            let schema = match references.as_slice() {
                [only] => only.clone(),
                _ => json!({ "oneOf": references }),
            };
            let answer = Answer {
                description: description(&kinds),
                content: json!({ PROBLEM: { "schema": schema, "examples": examples } }),
                headers: headers(&kinds),
            };
            (status, answer)
        });
        answers.collect()
    }
}

/// The headers of a response with one of these problems.
fn headers(kinds: &[ProblemKind]) -> Vec<&'static Header> {
    let retry_after = kinds.iter().any(|kind| kind.retry_after.is_some());
    let own = kinds.iter().filter_map(|kind| kind.header);
    own.chain(retry_after.then_some(&Header::RETRY_AFTER)).collect()
}

/// The description of one problem, or a list of several.
fn description(kinds: &[ProblemKind]) -> String {
    match kinds {
        [only] if only.description.is_empty() => only.title.to_owned(),
        [only] => only.description.to_owned(),
        _ => {
            let lines = kinds.iter().map(|kind| format!("- {}: {}", kind.title, kind.description));
            lines.collect::<Vec<_>>().join("\n")
        }
    }
}

impl Components {
    /// Adds the schema of a problem, and returns examples of its own members.
    ///
    /// The schema is one flat object. An `allOf` of the common members and this problem's constants would mean the
    /// same, but client generators cannot merge a constant into a string (openapi-python-client leaves the whole
    /// response out).
    fn problem(&mut self, kind: &ProblemKind, name: String, answered: &mut SchemaGenerator) -> Map<String, Value> {
        let mut schema = flat(kind);
        let mut examples = Map::new();
        for member in kind.members {
            let of_member = (member.schema)(answered).to_value();
            let example = example::of(&of_member, answered.definitions()).unwrap_or_else(|| example::plain(&of_member));
            examples.insert(member.name.to_owned(), example);
            schema["properties"][member.name] = of_member;
            if let Some(required) = schema["required"].as_array_mut() {
                required.push(json!(member.name));
            }
        }
        self.schemas.insert(name, schema);
        examples
    }
}

/// The members of all problems (RFC 9457, section 3.1), with this kind's constants filled in.
fn flat(kind: &ProblemKind) -> Value {
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": { "type": "string", "const": kind.kind, "description": "Which problem; the same between releases." },
            "title": { "type": "string", "const": kind.title, "description": "Its name." },
            "status": { "type": "integer", "const": kind.status, "description": "The HTTP status." },
            "detail": { "type": "string", "description": "What is wrong with this request in particular." },
            "instance": { "type": "string", "format": "uri-reference", "description": "The path that was asked for." },
        },
    })
}

fn problem_example(kind: &ProblemKind, instance: &str, members: &Map<String, Value>) -> Value {
    let mut value = json!({
        "type": kind.kind,
        "title": kind.title,
        "status": kind.status,
        "detail": shown(kind.detail, members),
        "instance": instance,
    });
    if let Some(value) = value.as_object_mut() {
        value.extend(members.clone());
    }
    value
}

/// A `detail` with examples in place of its `{members}`. A member that is neither a string nor a number is shown as
/// `...`: only its `Display` knows its text.
fn shown(detail: &str, members: &Map<String, Value>) -> String {
    let mut text = detail.to_owned();
    for (name, example) in members {
        let example = match example {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => "...".to_owned(),
        };
        text = text.replace(&format!("{{{name}}}"), &example);
    }
    text
}

/// The last segment of the problem's `type`, such as `time-taken`.
fn word(kind: &ProblemKind) -> &'static str {
    kind.kind.rsplit([':', '/']).next().unwrap_or(kind.kind)
}

/// The name of the problem's schema, such as `TimeTakenProblem`.
fn component(kind: &ProblemKind) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    let name: String = word(kind).split(|letter: char| !letter.is_ascii_alphanumeric()).map(capital).collect();
    format!("{name}Problem")
}
