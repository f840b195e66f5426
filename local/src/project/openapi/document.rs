//! Assembles the `OpenAPI` document.

use serde_json::{Map, Value, json};

use super::{Endpoint, answers, links, security};

/// Assembles the endpoints. It is an error if two functions define one component differently.
pub(super) fn assemble(service: &str, mut endpoints: Vec<Endpoint<'_>>) -> Result<Value, String> {
    let mut components = Components::default();
    for endpoint in &mut endpoints {
        for (section, named) in std::mem::take(&mut endpoint.contract.components) {
            let Value::Object(named) = named else { continue };
            components.extend(&section, named, endpoint.function)?;
        }
    }
    let mut securities = Map::new();
    for endpoint in &mut endpoints {
        let guard = security::of(endpoint.route.access(), &mut securities);
        let has_parameters = endpoint.contract.parameters("path").next().is_some();
        let tag = tag(endpoint.contract.path()).to_owned();
        let operation = &mut endpoint.contract.operation;
        answers::add(operation, has_parameters, endpoint.route.access());
        operation.insert("operationId".into(), endpoint.function.into());
        operation.insert("security".into(), guard);
        operation.insert("tags".into(), json!([tag]));
    }
    components.extend("schemas", answers::schemas(), "API Gateway")?;
    links::add(&mut endpoints, components.section("schemas"));
    if !securities.is_empty() {
        components.sections.insert("securitySchemes".to_owned(), securities.into());
    }

    let mut paths = Map::new();
    let mut info = json!({ "title": service, "version": "0.0.0" });
    for Endpoint { contract, .. } in endpoints {
        info["version"] = contract.package.version.as_str().into();
        if !contract.package.license.is_empty() {
            let license = contract.package.license.as_str();
            info["license"] = json!({ "name": license, "identifier": license });
        }
        let (method, path) = (contract.method(), contract.path().to_owned());
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[method] = contract.operation.into();
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": info,
        "servers": [{ "url": "/", "description": "Where this document is served; or else the address that the deployment printed." }],
        "paths": paths,
        "components": components.sections,
    });
    document.sort_all_objects();
    Ok(document)
}

/// The group of an operation: the first segment of its path that is no parameter.
fn tag(path: &str) -> &str {
    path.split('/').find(|piece| !piece.is_empty() && !piece.starts_with('{')).unwrap_or("default")
}

/// The components of all functions.
#[derive(Default)]
struct Components {
    sections: Map<String, Value>,
}

impl Components {
    /// Adds the components of a function. An existing one must be equal.
    fn extend(&mut self, section: &str, named: Map<String, Value>, function: &str) -> Result<(), String> {
        let known = self.sections.entry(section).or_insert_with(|| json!({}));
        for (name, value) in named {
            match known.get(&name) {
                Some(other) if *other != value => {
                    return Err(format!(
                        "`{name}`, of the {section} of the API's documentation, is something else in `{function}` than in another \
                         function; give one of the two another name"
                    ));
                }
                _ => known[name] = value,
            }
        }
        Ok(())
    }

    fn section(&self, section: &str) -> &Value {
        self.sections.get(section).unwrap_or(&Value::Null)
    }
}
