//! An endpoint as an OpenAPI 3.1 Operation Object.

use std::collections::BTreeMap;

use lambda_http::http::StatusCode;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::Header;
use super::exclusive::Exclusive;
use super::problems::{Components, Gathered};
use crate::{ProblemKind, Route};

const JSON: &str = "application/json";

/// The operation, as described so far.
#[derive(Debug, Default)]
pub(super) struct Operation {
    method: &'static str,
    path: &'static str,
    docs: &'static str,
    status: u16,
    parameters: Vec<Value>,
    body: Option<Value>,
    /// Names of the parameters and of the body's members.
    taken: Vec<String>,
    exclusive: Exclusive,
    responses: BTreeMap<u16, Value>,
    problems: Vec<ProblemKind>,
    components: Components,
}

impl Operation {
    pub(super) fn of(&mut self, route: &Route) {
        (self.method, self.path, self.docs, self.status) = (route.method, route.path, route.docs, route.status);
    }

    /// The first contradiction in the operation, as a sentence for the endpoint's author.
    pub(super) fn fault(&self) -> Option<String> {
        if let (204 | 205, Some(response)) = (self.status, self.responses.get(&self.status))
            && response.get("content").is_some()
        {
            return Some(format!(
                "an answer of status {} has no body (RFC 9110, section 15.3), and this one describes one; choose another \
                 status",
                self.status
            ));
        }
        self.exclusive.fault()
    }

    /// Adds a path parameter. It is required and always has an example.
    pub(super) fn path_parameter(&mut self, name: &str, schema: Value, example: Value) {
        self.parameter("path", name, true, schema);
        if let Some(parameter) = self.parameters.last_mut() {
            parameter["example"] = example;
        }
    }

    /// Adds a query parameter. `of_struct`: it is a field of the query's struct, not an argument of its own.
    pub(super) fn query_parameter(&mut self, name: &str, required: bool, schema: Value, of_struct: bool) {
        self.parameter("query", name, required, schema);
        self.exclusive.parameter(name, of_struct);
    }

    pub(super) fn takes_query(&mut self) {
        self.exclusive.queries += 1;
    }

    /// Adds a parameter, with the description and the example of its schema. An optional parameter gets no example: a
    /// documentation page fills examples in, and would send a filter that the reader did not choose. A parameter that
    /// two arguments read is added once.
    pub(super) fn parameter(&mut self, place: &str, name: &str, required: bool, mut schema: Value) {
        let is_same = |other: &&mut Value| {
            other["in"] == place && other["name"].as_str().is_some_and(|other| same_name(place, other, name))
        };
        if let Some(earlier) = self.parameters.iter_mut().find(is_same) {
            earlier["required"] = json!(required || earlier["required"] == true);
            return;
        }
        let mut take = |key: &str| schema.as_object_mut().and_then(|schema| schema.remove(key));
        let (description, examples) = (take("description"), take("examples"));
        let mut parameter = json!({ "in": place, "name": name, "required": required, "schema": schema });
        if let Some(description) = description {
            parameter["description"] = description;
        }
        if let Some(example) = examples.filter(|_| required).and_then(|examples| examples.get(0).cloned()) {
            parameter["example"] = example;
        }
        self.taken.push(name.to_owned());
        self.parameters.push(parameter);
    }

    pub(super) fn body(&mut self, schema: &Schema, required: bool, example: Option<Value>, resolved: &Value) {
        let members = resolved.get("properties").and_then(Value::as_object);
        self.taken.extend(members.into_iter().flat_map(|members| members.keys().cloned()));
        self.exclusive.bodies += 1;
        self.body = Some(json!({ "required": required, "content": content(JSON, schema.as_value(), example) }));
    }

    pub(super) fn success(&mut self, schema: Option<&Schema>, example: Option<Value>, headers: &[&Header]) {
        let mut response = self.response(self.status, headers);
        if let Some(schema) = schema {
            response["content"] = content(JSON, schema.as_value(), example);
        }
        self.responses.insert(self.status, response);
    }

    pub(super) fn not_modified(&mut self, headers: &[&Header]) {
        if self.method != "GET" {
            return;
        }
        let description =
            "The `ETag` of an earlier answer: where it is still current, the answer is a 304 without a body.";
        self.parameter("header", "if-none-match", false, json!({ "type": "string", "description": description }));
        let response = self.response(304, headers);
        self.responses.insert(304, response);
    }

    pub(super) fn problems(&mut self, kinds: impl IntoIterator<Item = ProblemKind>) {
        for kind in kinds {
            if !self.problems.iter().any(|known| known.kind == kind.kind && known.status == kind.status) {
                self.problems.push(kind);
            }
        }
    }

    fn response(&mut self, status: u16, headers: &[&Header]) -> Value {
        let mut named = Map::new();
        for header in headers.iter().copied().chain([&Header::REQUEST_ID]) {
            named.insert(header.name.to_owned(), header.reference());
            self.components.headers.insert(header.name.to_owned(), header.to_json());
        }
        let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
        json!({ "description": reason.unwrap_or("As asked"), "headers": named })
    }

    /// The operation, and the components that it refers to, except the schemas in `answered`.
    pub(super) fn into_json(mut self, answered: &mut SchemaGenerator) -> (Value, Components) {
        let problems = Gathered { kinds: &self.problems, taken: &self.taken, instance: &self.instance() };
        for (status, answer) in problems.answers(&mut self.components, answered) {
            let mut response = self.response(status, &answer.headers);
            response["description"] = answer.description.into();
            response["content"] = answer.content;
            self.responses.insert(status, response);
        }
        let (summary, description) = self.docs.split_once("\n\n").unwrap_or((self.docs, ""));
        let mut operation = json!({
            "summary": summary.replace('\n', " ").trim_end_matches('.'),
            "parameters": self.parameters,
            "responses": self.responses.iter().map(|(status, it)| (status.to_string(), it.clone())).collect::<Map<_, _>>(),
        });
        if !description.trim().is_empty() {
            operation["description"] = json!(description.trim());
        }
        if let Some(body) = self.body {
            operation["requestBody"] = body;
        }
        (operation, self.components)
    }

    /// The path with examples in place of its parameters.
    fn instance(&self) -> String {
        let mut path = self.path.to_owned();
        for parameter in self.parameters.iter().filter(|parameter| parameter["in"] == "path") {
            if let Some(name) = parameter["name"].as_str() {
                let example = match &parameter["example"] {
                    Value::String(example) => example.clone(),
                    example => example.to_string(),
                };
                path = path.replace(&format!("{{{name}}}"), &example);
            }
        }
        path
    }
}

/// Header names are case-insensitive (RFC 9110, section 5.1).
fn same_name(place: &str, left: &str, right: &str) -> bool {
    left == right || (place == "header" && left.eq_ignore_ascii_case(right))
}

fn content(media_type: &str, schema: &Value, example: Option<Value>) -> Value {
    match example {
        Some(example) => json!({ media_type: { "schema": schema, "example": example } }),
        None => json!({ media_type: { "schema": schema } }),
    }
}

/// A parameter is present or absent; it cannot be null.
pub(super) fn without_null(mut schema: Value) -> Value {
    if let Some(kinds) = schema.get_mut("type").and_then(Value::as_array_mut) {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            schema["type"] = only.clone();
        }
    }
    let Some(choices) = schema.get_mut("anyOf").and_then(Value::as_array_mut) else { return schema };
    choices.retain(|choice| choice["type"] != "null");
    if let [only] = choices.as_slice() {
        let only = only.clone();
        if let (Some(members), Value::Object(only)) = (schema.as_object_mut(), only) {
            members.remove("anyOf");
            members.extend(only);
        }
    }
    schema
}
