//! What a function says of itself: printed as JSON by a debug build that is run outside Lambda. `openapi.json` and the
//! tests that hold `serverless.yml` against the code are made from it; a release build never calls it and carries none
//! of it.

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{FromEvent, FromPath, FromRequest, Init, Outcome, ProblemKind, Respond, Route};

/// A function's contract, while it is being gathered.
#[derive(Debug)]
pub struct Contract {
    json: Map<String, Value>,
    generator: SchemaGenerator,
    variables: Vec<&'static str>,
    parameters: Vec<Value>,
    problems: Vec<ProblemKind>,
    status: u16,
}

impl Contract {
    pub(super) fn new(function: &'static str) -> Self {
        let mut json = Map::new();
        json.insert("function".into(), json!(function));
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
        });
        Self {
            json,
            generator: settings.into_generator(),
            variables: Vec::new(),
            parameters: Vec::new(),
            problems: Vec::new(),
            status: 200,
        }
    }

    pub(super) fn into_json(mut self) -> Value {
        self.variables.sort_unstable();
        self.variables.dedup();
        self.json.insert("environment".into(), json!(self.variables));
        self.json.insert("parameters".into(), json!(self.parameters));
        self.json.insert("problems".into(), json!(self.problems));
        self.json.insert("schemas".into(), Value::Object(self.generator.take_definitions(true)));
        Value::Object(self.json)
    }

    pub(super) fn route(&mut self, route: &Route) {
        self.status = route.status;
        self.json.insert("trigger".into(), json!("http"));
        self.json.insert("method".into(), json!(route.method));
        self.json.insert("path".into(), json!(route.path));
        self.docs(route.docs);
    }

    pub(super) fn trigger(&mut self, trigger: &'static str, docs: &'static str) {
        self.json.insert("trigger".into(), json!(trigger));
        self.docs(docs);
    }

    /// The first paragraph is the summary, what follows the description.
    fn docs(&mut self, docs: &'static str) {
        let (summary, description) = docs.split_once("\n\n").unwrap_or((docs, ""));
        self.json.insert("summary".into(), json!(summary.replace('\n', " ").trim_end_matches('.')));
        self.json.insert("description".into(), json!(description.trim()));
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
        let schema = self.schema::<T>();
        self.parameter("path", name, true, &schema);
        self.problems([super::problem::common::NOT_FOUND]);
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

    /// The schema of `T`; what it is made of goes to the contract's `schemas`.
    pub fn schema<T: JsonSchema>(&mut self) -> Schema {
        self.generator.subschema_for::<T>()
    }

    /// A parameter, `place` being `path`, `query` or `header`.
    pub fn parameter(&mut self, place: &str, name: &str, required: bool, schema: &Schema) {
        self.parameters.push(json!({ "in": place, "name": name, "required": required, "schema": schema }));
    }

    /// The parameters of a query: the properties of its struct.
    pub fn query(&mut self, schema: Schema) {
        let schema = self.resolve(schema);
        let properties = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
        let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        for (name, property) in properties {
            let needed = required.iter().any(|required| required == name.as_str());
            self.parameters.push(json!({ "in": "query", "name": name, "required": needed, "schema": property }));
        }
    }

    fn resolve(&self, schema: Schema) -> Schema {
        let name = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
        match name.and_then(|name| self.generator.definitions().get(name)) {
            Some(found) => Schema::try_from(found.clone()).unwrap_or(schema),
            None => schema,
        }
    }

    /// That who asks makes a difference.
    pub fn caller(&mut self) {
        self.json.insert("caller".into(), json!(true));
        self.problems([super::problem::common::UNAUTHORIZED]);
    }

    /// The body of the request.
    pub fn body(&mut self, schema: &Schema, required: bool) {
        self.json.insert("body".into(), json!({ "required": required, "schema": schema }));
    }

    /// The success: its body, where it has one, and its headers.
    pub fn success(&mut self, schema: Option<&Schema>, headers: &[&str]) {
        self.json.insert("answer".into(), json!({ "status": self.status, "schema": schema, "headers": headers }));
    }

    /// The answer to a `GET` whose client holds the current version.
    pub fn not_modified(&mut self) {
        self.json.insert("not_modified".into(), json!(true));
    }

    /// Problems that can be met; those known already are not added again.
    pub fn problems(&mut self, kinds: impl IntoIterator<Item = ProblemKind>) {
        for kind in kinds {
            if !self.problems.iter().any(|known| known.kind == kind.kind && known.status == kind.status) {
                self.problems.push(kind);
            }
        }
    }
}
