//! `openapi.json` equals the document that is generated from the functions, and its examples are valid.

use std::collections::BTreeSet;

use crate::common::*;
use handlers::booking::BookingError;
use lambda::Problem;
use serde_json::{Value, json};

async fn document() -> String {
    local::openapi(&options()).await.unwrap_or_else(|error| panic!("{error}"))
}

/// The operations with their methods and paths.
fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = document["paths"].as_object().expect("paths").iter();
    paths.flat_map(|(path, item)| {
        item.as_object().expect("a path item").iter().map(move |(method, it)| (method.as_str(), path.as_str(), it))
    })
}

/// The names of the operations, each with its route.
fn documented(document: &Value) -> BTreeSet<(String, String)> {
    let named = operations(document);
    named
        .map(|(method, path, it)| (text(&it["operationId"]).to_owned(), format!("{} {path}", method.to_uppercase())))
        .collect()
}

/// The names of the template's functions, each with its route.
fn routes() -> BTreeSet<(String, String)> {
    let functions = local::functions(&template(), None).unwrap().into_iter();
    functions
        .flat_map(|function| function.triggers.into_iter().map(move |trigger| (function.name.clone(), trigger)))
        .filter(|(_, trigger)| trigger.contains(' '))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_committed_document_is_the_one_that_the_functions_make() {
    let committed = std::fs::read_to_string(template().with_file_name("openapi.json")).unwrap_or_default();
    assert!(
        committed == document().await,
        "openapi.json is stale: run `cargo local openapi` and commit what it writes"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_of_the_template_is_an_operation_of_its_functions_name() {
    let document: Value = serde_json::from_str(&document().await).unwrap();
    assert_eq!(documented(&document), routes());
}

/// Collects the examples of each media type and parameter, with their places and schemas.
fn examples(place: &str, value: &Value, found: &mut Vec<(String, Value, Value)>) {
    match value {
        Value::Object(members) => {
            if let Some(schema) = members.get("schema") {
                let named = members.get("examples").and_then(Value::as_object).into_iter().flatten();
                let shown = members.get("example").into_iter().chain(named.map(|(_, example)| &example["value"]));
                found.extend(shown.map(|example| (place.to_owned(), schema.clone(), example.clone())));
            }
            members.iter().for_each(|(name, member)| examples(&format!("{place}/{name}"), member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| examples(place, item, found)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_fits_its_schema() {
    let document: Value = serde_json::from_str(&document().await).unwrap();
    let mut found = Vec::new();
    examples("", &document["paths"], &mut found);
    examples("", &document["components"]["headers"], &mut found);
    assert!(found.len() > 50, "{}", found.len());
    for (place, schema, example) in found {
        let rooted = json!({ "allOf": [schema], "components": document["components"] });
        let validator = jsonschema::options().should_validate_formats(true).build(&rooted).unwrap();
        let faults: Vec<_> = validator.iter_errors(&example).map(|error| error.to_string()).collect();
        assert!(faults.is_empty(), "{place}: {example}: {faults:?}; give the type another example");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_problem_of_a_booking_is_documented_somewhere() {
    let text = document().await;
    for kind in BookingError::kinds() {
        assert!(
            text.contains(&format!("\"{}\"", kind.kind)),
            "{} is met by no endpoint: look at its `with`",
            kind.kind
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_is_documented_with_what_it_takes_to_call_it() {
    let document: Value = serde_json::from_str(&document().await).unwrap();
    for (method, path, operation) in operations(&document) {
        let scope = match (method, path) {
            ("get", "/health") => None,
            ("get", _) => Some("bookings/read"),
            (_, "/resources/{resource_id}") => Some("resources/write"),
            _ => Some("bookings/write"),
        };
        let expected = scope.map_or(json!([]), |scope| json!([{ "token": [scope] }]));
        assert_eq!(operation["security"], expected, "{method} {path}");
        assert_eq!(operation["responses"].get("401").is_some(), scope.is_some(), "{method} {path}");
        // With an edge, requests can bypass it on any route, so each operation documents that response.
        let problems = &operation["responses"]["403"]["content"]["application/problem+json"]["examples"];
        assert!(problems["not-through-the-edge"].is_object(), "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_service_serves_its_documentation() {
    let world = World::start().await;
    let served = world.get("/openapi.json").await;
    assert_eq!((served.status, served.header("content-type")), (200, Some("application/json")));
    // The served document describes this local service, which requires no token.
    assert!(operations(&served.body).all(|(_, _, operation)| operation["security"] == json!([])));
    assert_eq!(documented(&served.body), routes());
    let page = world.get("/docs").await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html")));
    assert_eq!(world.get("/docs/swagger-ui-bundle.js").await.status, 200);
    assert_eq!(world.get("/docs/nothing.js").await.status, 404);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_has_the_same_rules_in_a_change_as_in_a_create() {
    let document: Value = serde_json::from_str(&document().await).unwrap();
    let rules = |schema: &str| {
        let mut members = document["components"]["schemas"][schema]["properties"].as_object().unwrap().clone();
        for member in members.values_mut() {
            let member = member.as_object_mut().unwrap();
            member.retain(|key, _| !["default", "description", "examples"].contains(&key.as_str()));
        }
        members
    };
    let create = rules("NewBooking");
    for (name, member) in rules("BookingPatch") {
        assert_eq!(create[&name], member, "{name}");
    }
}
