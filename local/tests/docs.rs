//! The API's documentation, with functions that print contracts and one that does not.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use crate::common::{Client, HTTP, Scratch, start};
use local::{Binaries, Options, openapi};
use serde_json::{Value, json};

/// A function that only prints its contract.
fn function(scratch: &Scratch, name: &str, contract: &Value) -> (String, PathBuf) {
    let path = scratch.path(name);
    // Written by another process: Linux refuses to run a file that is open for writing, also in a child process that is
    // being started.
    let script = format!("#!/bin/sh\ncat <<'END'\n{contract}\nEND\n");
    let write = r#"printf '%s' "$1" >"$0" && chmod +x "$0""#;
    assert!(Command::new("sh").args(["-c", write]).arg(&path).arg(script).status().unwrap().success());
    (name.to_owned(), path)
}

fn contract(method: &str, path: &str, operation: &Value, schemas: &Value) -> Value {
    json!({
        "package": { "version": "1.2.3", "license": "MIT" },
        "method": method,
        "path": path,
        "operation": operation,
        "components": { "schemas": schemas },
    })
}

const TEMPLATE: &str = "
service: shop
provider: { name: aws, httpApi: { authorizers: { jwt: { type: jwt, issuerUrl: '${param:issuer}', audience: shop } } } }
functions:
  makeThing: { handler: make, events: [httpApi: { method: POST, path: /things, authorizer: { name: jwt, scopes: [write] } }] }
  readThing: { handler: read, events: [httpApi: 'GET /things/{id}'] }
";

/// The document of a service that makes and reads things; `Thing` is the schema of both.
async fn document(written: Value, read: Value) -> Result<Value, String> {
    let scratch = Scratch::new();
    let answer = json!({ "description": "It", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } });
    let make = contract(
        "POST",
        "/things",
        &json!({ "requestBody": {}, "responses": { "201": answer } }),
        &json!({ "Thing": written }),
    );
    let parameters = json!([{ "in": "path", "name": "id", "required": true, "schema": { "type": "string" } }]);
    let operation =
        json!({ "parameters": parameters, "responses": { "200": answer, "404": { "description": "None" } } });
    let read = contract("GET", "/things/{id}", &operation, &json!({ "Thing": read }));
    let built: BTreeMap<_, _> = [function(&scratch, "make", &make), function(&scratch, "read", &read)].into();
    let options = Options { binaries: Binaries::Built(built), ..scratch.options(TEMPLATE) };
    let text = openapi(&options).await.map_err(|error| error.to_string())?;
    Ok(serde_json::from_str(&text).unwrap())
}

#[tokio::test]
async fn the_template_adds_what_no_function_knows() {
    let thing = json!({ "type": "object", "required": ["id"], "properties": { "id": { "type": "string" } } });
    let document = document(thing.clone(), thing).await.unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(
        document["info"],
        json!({ "title": "shop", "version": "1.2.3", "license": { "name": "MIT", "identifier": "MIT" } })
    );
    let make = &document["paths"]["/things"]["post"];
    assert_eq!((&make["operationId"], &make["tags"]), (&json!("makeThing"), &json!(["things"])));
    assert_eq!(make["security"], json!([{ "token": ["write"] }]));
    assert_eq!(document["components"]["securitySchemes"]["token"]["scheme"], "bearer");
    let statuses: Vec<_> = make["responses"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(statuses, ["201", "401", "403", "413", "429", "431", "500", "503"]);
    let links = &make["responses"]["201"]["links"];
    let read = json!({ "operationId": "readThing", "parameters": { "path.id": "$response.body#/id" } });
    assert_eq!(*links, json!({ "readThing": read }));

    let read = &document["paths"]["/things/{id}"]["get"];
    assert_eq!(read["security"], json!([]));
    let missing = &read["responses"]["404"];
    assert_eq!(missing["description"], "None\n\nFrom API Gateway: a parameter is empty or has a slash in it.");
    assert!(missing["content"]["application/json"]["schema"]["$ref"].as_str().unwrap().ends_with("/GatewayMessage"));
}

#[tokio::test]
async fn two_functions_do_not_mean_two_things_by_one_name() {
    let error = document(json!({ "type": "object" }), json!({ "type": "string" })).await.unwrap_err();
    assert!(error.contains("`Thing`") && error.contains("`readThing`"), "{error}");
}

#[tokio::test]
async fn a_function_that_does_not_say_what_it_is_is_named() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.url());
    let answer = client.request("GET", "/openapi.json", "", "").await;
    assert_eq!(answer.status, 503);
    let message = answer.json()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("the function `misbehave` does not say what it is"), "{message}");
    // The page itself loads, and shows the error.
    assert_eq!(client.request("GET", "/docs/", "", "").await.status, 200);
    service.stop().await;
}

#[tokio::test]
async fn whatever_the_page_loads_is_of_this_service() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.url());
    for path in ["/docs/", "/docs/index.html", "/_local/"] {
        let page = client.request("GET", path, "", "").await;
        assert_eq!(page.status, 200);
        assert!(page.headers["content-type"].starts_with("text/html"), "{page:?}");
        let links: Vec<_> = page
            .body
            .split(['"', '\''])
            .filter(|text| [".css", ".js"].iter().any(|ending| text.ends_with(ending)))
            .collect();
        assert!(links.len() > 3, "{}", page.body);
        for link in links {
            let folder = if path == "/_local/" { "/_local/" } else { "/docs/" };
            let address = if link.starts_with('/') { link.to_owned() } else { format!("{folder}{link}") };
            assert_eq!(client.request("GET", &address, "", "").await.status, 200, "{path} loads {address}");
        }
    }
    service.stop().await;
}

#[tokio::test]
async fn a_route_of_the_services_own_goes_first() {
    let scratch = Scratch::new();
    let template = HTTP.replace("POST /quick", "'GET /openapi.json'");
    let service = start(scratch.options(&template)).await;
    let client = Client::new(&service.url());
    let answer = client.request("GET", "/openapi.json", "", "").await;
    // Only responses of functions have this header.
    assert!(answer.headers.contains_key("apigw-requestid"), "{}", answer.body);
    service.stop().await;
}
