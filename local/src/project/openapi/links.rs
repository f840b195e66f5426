//! Links of the `OpenAPI` document: operations whose path parameters are in a response.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::Endpoint;

/// An operation that a link can lead to.
struct Target {
    operation: String,
    /// The parameters of its path.
    path: Vec<String>,
    takes_if_match: bool,
}

/// Adds links to the successful responses of every operation. A member of the body sets the parameter of the same name,
/// and an `ETag` sets `If-Match`.
pub(super) fn add(endpoints: &mut [Endpoint<'_>], schemas: &Value) {
    let targets: Vec<Target> = endpoints
        .iter()
        .map(|Endpoint { function, contract, .. }| Target {
            operation: (*function).to_owned(),
            path: contract.parameters("path").map(ToOwned::to_owned).collect(),
            takes_if_match: contract.parameters("header").any(|name| name.eq_ignore_ascii_case("if-match")),
        })
        .collect();
    for endpoint in endpoints {
        let own = endpoint.function;
        let Some(responses) = endpoint.contract.operation.get_mut("responses").and_then(Value::as_object_mut) else {
            continue;
        };
        for (_, response) in responses.iter_mut().filter(|(status, _)| status.starts_with('2')) {
            let members = members(response, schemas);
            let has_tag = response.pointer("/headers/ETag").is_some();
            let others = targets.iter().filter(|target| target.operation != own && !target.path.is_empty());
            let links: Map<String, Value> = others
                .filter(|target| target.path.iter().all(|name| members.contains(name.as_str())))
                .map(|target| (target.operation.clone(), link(target, has_tag)))
                .collect();
            if !links.is_empty() {
                response["links"] = links.into();
            }
        }
    }
}

fn link(target: &Target, has_tag: bool) -> Value {
    let filled = target.path.iter().map(|name| (format!("path.{name}"), json!(format!("$response.body#/{name}"))));
    let mut parameters: Map<String, Value> = filled.collect();
    if has_tag && target.takes_if_match {
        parameters.insert("header.if-match".to_owned(), json!("$response.header.ETag"));
    }
    json!({ "operationId": target.operation, "parameters": parameters })
}

/// The required members of a JSON response.
fn members(response: &Value, schemas: &Value) -> BTreeSet<String> {
    let schema = response.pointer("/content/application~1json/schema").unwrap_or(&Value::Null);
    let name = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/components/schemas/"));
    let schema = name.map_or(schema, |name| &schemas[name]);
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    required.map(ToOwned::to_owned).collect()
}
