//! A function's contract: its OpenAPI operation, its schemas and the environment variables that it reads.
//!
//! A debug build that runs outside Lambda prints it as JSON. `openapi.json`, the documentation page and the tests that
//! compare `serverless.yml` with the code are made from it. A release build never calls this module and contains none
//! of it.
//!
//! An endpoint's contract is a piece of an OpenAPI 3.1 document: its `operation`, and the `components` that it refers
//! to. Facts that are in the template alone, such as the authorizer, are added where the pieces are put together.

#![cfg_attr(not(debug_assertions), expect(dead_code, reason = "a release build does not use it"))]

mod choice;
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

/// A function's contract, while its arguments and its result describe themselves.
#[derive(Debug)]
pub struct Contract {
    json: Map<String, Value>,
    variables: Vec<&'static str>,
    /// Schemas of the values that clients send.
    taken: SchemaGenerator,
    /// Schemas of the values that clients receive.
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

    /// The contract as JSON. The error is a sentence for the function's author.
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
            for part in [&mut operation, &mut components] {
                each_schema(part, &|schema| {
                    format::known(schema);
                    choice::as_enum(schema);
                });
            }
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

    /// Adds the environment variables of a borrowed argument.
    pub fn environment<T: Init>(&mut self) {
        self.variables(T::VARIABLES);
    }

    /// Adds environment variables that the function reads.
    pub(super) fn variables(&mut self, names: &[&'static str]) {
        self.variables.extend(names);
    }

    /// Adds a path parameter.
    pub fn path<T: FromPath>(&mut self, name: &'static str) {
        let schema = self.taken::<T>();
        let definitions = self.taken.definitions();
        // A path parameter always has an example: the paths in other examples are filled in with it.
        let example = example::of(schema.as_value(), definitions)
            .unwrap_or_else(|| example::plain(example::resolve(schema.as_value(), definitions)));
        self.operation.path_parameter(name, schema.to_value(), example);
        let detail = match T::not_found(name) {
            Cow::Borrowed(detail) => detail,
            // Leaking is safe here: the process prints the contract once and ends.
            Cow::Owned(detail) => detail.leak(),
        };
        self.problems([super::problem::common::NOT_FOUND.detail(detail)]);
    }

    /// Adds an argument that is taken from the request.
    pub fn argument<T: FromRequest>(&mut self) {
        T::describe(self, true);
    }

    /// Adds an argument that is taken from the event.
    pub fn event<K, T: FromEvent<K>>(&mut self) {}

    /// Adds the return type of an endpoint.
    pub fn answer<T: Respond>(&mut self) {
        T::describe(self);
    }

    /// Adds the return type of a function without a client.
    pub fn outcome<K, T: Outcome<K>>(&mut self) {}

    /// The schema of a `T` that clients send. Schemas that it refers to are added to the contract's components.
    pub fn taken<T: JsonSchema>(&mut self) -> Schema {
        self.taken.subschema_for::<T>()
    }

    /// The schema of a `T` that clients receive. Schemas that it refers to are added to the contract's components.
    pub fn answered<T: JsonSchema>(&mut self) -> Schema {
        self.answered.subschema_for::<T>()
    }

    /// Adds a header that is read as a `T`. A value that cannot be read is answered 400.
    pub fn header<T: JsonSchema>(&mut self, name: &str, required: bool) {
        let schema = self.taken::<T>();
        self.parameter("header", name, required, schema);
        self.problems([super::problem::common::MALFORMED_HEADER]);
    }

    /// Adds a parameter. `place` is `path`, `query` or `header`. Its description and example are those of the schema.
    pub fn parameter(&mut self, place: &str, name: &str, required: bool, schema: Schema) {
        match place {
            "query" => self.operation.query_parameter(name, required, schema.to_value(), false),
            _ => self.operation.parameter(place, name, required, schema.to_value()),
        }
    }

    /// Adds the query parameters: the properties of the query's struct.
    pub fn query(&mut self, schema: &Schema) {
        let name = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
        // The struct of a query is not a component: nothing refers to it.
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

    /// Adds the body of the request, as JSON.
    pub fn body(&mut self, schema: &Schema, required: bool) {
        let definitions = self.taken.definitions();
        let example = example::of(schema.as_value(), definitions);
        let resolved = example::resolve(schema.as_value(), definitions);
        self.operation.body(schema, required, example, resolved);
    }

    /// Adds the success response: its body, where it has one, and its headers.
    pub fn success(&mut self, schema: Option<&Schema>, headers: &[&Header]) {
        let example = schema.and_then(|schema| example::of(schema.as_value(), self.answered.definitions()));
        self.operation.success(schema, example, headers);
    }

    /// Adds the 304 of a `GET`, for a client that holds the current version, with its headers.
    pub fn not_modified(&mut self, headers: &[&Header]) {
        self.operation.not_modified(headers);
    }

    /// Adds problems that the endpoint can answer with. Those that are there already are not added again.
    pub fn problems(&mut self, kinds: impl IntoIterator<Item = ProblemKind>) {
        self.operation.problems(kinds);
    }
}

/// Members of a schema that hold values, not schemas.
const VALUES: [&str; 5] = ["const", "default", "enum", "example", "examples"];

/// Changes every schema in `value`.
fn each_schema(value: &mut Value, change: &impl Fn(&mut Map<String, Value>)) {
    match value {
        Value::Object(schema) => {
            change(schema);
            for (name, part) in schema {
                match part {
                    // The keys of `properties` are the author's field names, not keywords of JSON Schema.
                    Value::Object(properties) if name == "properties" => {
                        properties.values_mut().for_each(|property| each_schema(property, change));
                    }
                    _ if VALUES.contains(&name.as_str()) => {}
                    part => each_schema(part, change),
                }
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(|part| each_schema(part, change)),
        _ => {}
    }
}

fn generator(direction: Direction) -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.contract = direction;
    });
    settings.into_generator()
}
