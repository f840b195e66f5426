//! What a function says of itself: printed as JSON by a debug build that is run outside Lambda. `openapi.json`, the
//! documentation page and the tests that hold `serverless.yml` against the code are made from it; a release build never
//! calls it and carries none of it.
//!
//! What an endpoint says is a piece of an OpenAPI 3.1 document: its `operation`, and the `components` that it refers
//! to. What only the template knows, such as who may call it, is for whoever puts the pieces together.

#![cfg_attr(not(debug_assertions), expect(dead_code, reason = "a release build carries none of it"))]

mod example;
mod exclusive;
mod format;
mod header;
mod operation;
mod problems;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use schemars::generate::{Contract as Direction, SchemaSettings};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

pub use self::header::Header;
use self::operation::Operation;
use super::{FromEvent, FromPath, FromRequest, Init, Outcome, Package, ProblemKind, Respond, Route};

/// A function's contract, while it is being gathered.
#[derive(Debug)]
pub struct Contract {
    json: Map<String, Value>,
    variables: Vec<&'static str>,
    /// What clients send.
    taken: SchemaGenerator,
    /// What they get.
    answered: SchemaGenerator,
    operation: Operation,
}

impl Contract {
    pub(super) fn new(package: &Package, function: &'static str) -> Self {
        let mut json = Map::new();
        json.insert("function".into(), json!(function));
        let package = json!({ "version": package.version, "license": package.license });
        json.insert("package".into(), package);
        Self {
            json,
            variables: Vec::new(),
            taken: generator(Direction::Deserialize),
            answered: generator(Direction::Serialize),
            operation: Operation::default(),
        }
    }

    /// The contract. The error is a sentence for the author.
    pub(super) fn into_json(mut self) -> Result<Value, String> {
        self.variables.sort_unstable();
        self.variables.dedup();
        self.json.insert("environment".into(), json!(self.variables));
        if self.json.contains_key("path") {
            if let Some(fault) = self.operation.fault() {
                return Err(fault);
            }
            let (mut operation, components) = self.operation.into_json(&mut self.answered);
            let mut schemas = self.answered.take_definitions(true);
            for (name, schema) in self.taken.take_definitions(true) {
                if schemas.get(&name).is_some_and(|answered| *answered != schema) {
                    return Err(format!(
                        "`{name}` looks different when it is sent and when it is answered; use two types"
                    ));
                }
                schemas.insert(name, schema);
            }
            schemas.extend(components.schemas);
            let mut components = json!({ "schemas": schemas, "headers": components.headers });
            format::known(&mut operation);
            format::known(&mut components);
            self.json.insert("operation".into(), operation);
            self.json.insert("components".into(), components);
        }
        Ok(Value::Object(self.json))
    }

    pub(super) fn route(&mut self, route: &Route) {
        self.json.insert("trigger".into(), json!("http"));
        self.json.insert("method".into(), json!(route.method));
        self.json.insert("path".into(), json!(route.path));
        self.operation.of(route);
    }

    pub(super) fn trigger(&mut self, trigger: &'static str, docs: &'static str) {
        self.json.insert("trigger".into(), json!(trigger));
        self.json.insert("description".into(), json!(docs));
    }

    /// A borrowed argument.
    pub fn environment<T: Init>(&mut self) {
        self.variables(T::VARIABLES);
    }

    /// Environment variables that are read.
    pub(super) fn variables(&mut self, names: &[&'static str]) {
        self.variables.extend(names);
    }

    /// An argument of the path.
    pub fn path<T: FromPath>(&mut self, name: &'static str) {
        let schema = self.taken::<T>();
        let definitions = self.taken.definitions();
        // Whatever the type carries: a route's braces are filled in with it.
        let example = example::of(schema.as_value(), definitions)
            .unwrap_or_else(|| example::plain(example::resolve(schema.as_value(), definitions)));
        self.operation.path_parameter(name, schema.to_value(), example);
        let detail = match T::not_found(name) {
            Cow::Borrowed(detail) => detail,
            // The contract is printed once, and then the process ends.
            Cow::Owned(detail) => detail.leak(),
        };
        self.problems([super::problem::common::NOT_FOUND.detail(detail)]);
    }

    /// An argument of the request.
    pub fn argument<T: FromRequest>(&mut self) {
        T::describe(self, true);
    }

    /// An argument of the event.
    pub fn event<K, T: FromEvent<K>>(&mut self) {}

    /// The return type of an endpoint.
    pub fn answer<T: Respond>(&mut self) {
        T::describe(self);
    }

    /// The return type of a function that has no client.
    pub fn outcome<K, T: Outcome<K>>(&mut self) {}

    /// The schema of a `T` that clients send; what it is made of goes to the contract's components.
    pub fn taken<T: JsonSchema>(&mut self) -> Schema {
        self.taken.subschema_for::<T>()
    }

    /// The schema of a `T` that clients get; what it is made of goes to the contract's components.
    pub fn answered<T: JsonSchema>(&mut self) -> Schema {
        self.answered.subschema_for::<T>()
    }

    /// A header that is read as a `T`; one that cannot be read is a 400.
    pub fn header<T: JsonSchema>(&mut self, name: &str, required: bool) {
        let schema = self.taken::<T>();
        self.parameter("header", name, required, schema);
        self.problems([super::problem::common::MALFORMED_HEADER]);
    }

    /// A parameter, `place` being `path`, `query` or `header`. Its description and its example are those of the schema.
    pub fn parameter(&mut self, place: &str, name: &str, required: bool, schema: Schema) {
        match place {
            "query" => self.operation.query_parameter(name, required, schema.to_value(), false),
            _ => self.operation.parameter(place, name, required, schema.to_value()),
        }
    }

    /// The parameters of a query: the properties of its struct.
    pub fn query(&mut self, schema: &Schema) {
        let name = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
        // It is no body, so no component either.
        let owned = name.and_then(|name| self.taken.definitions_mut().remove(name));
        let schema = owned.as_ref().unwrap_or(schema.as_value());
        let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let required = required.iter().any(|required| required == name.as_str());
            let schema = operation::without_null(property.clone());
            self.operation.query_parameter(name, required, schema, true);
        }
        self.operation.takes_query();
    }

    /// The body of the request, as JSON.
    pub fn body(&mut self, schema: &Schema, required: bool) {
        let definitions = self.taken.definitions();
        let example = example::of(schema.as_value(), definitions);
        let resolved = example::resolve(schema.as_value(), definitions);
        self.operation.body(schema, required, example, resolved);
    }

    /// The success: its body, where it has one, and its headers.
    pub fn success(&mut self, schema: Option<&Schema>, headers: &[&Header]) {
        let example = schema.and_then(|schema| example::of(schema.as_value(), self.answered.definitions()));
        self.operation.success(schema, example, headers);
    }

    /// That a `GET` is answered 304 to a client that holds the current version; `headers` come with it.
    pub fn not_modified(&mut self, headers: &[&Header]) {
        self.operation.not_modified(headers);
    }

    /// Problems that can be met; those known already are not added again.
    pub fn problems(&mut self, kinds: impl IntoIterator<Item = ProblemKind>) {
        self.operation.problems(kinds);
    }
}

fn generator(direction: Direction) -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.contract = direction;
    });
    settings.into_generator()
}
