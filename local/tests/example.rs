//! `examples/notes`, a service of its own in this workspace: built from its own folder, and served like any other.

use std::path::Path;

use crate::common::{Answer, Client, eventually, json, start};
use local::{Binaries, Options, Service, openapi};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Text that a customer types: none of it is logged.
const TYPED: &str = "Milk-4711";

fn options() -> Options {
    Options {
        template: Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/notes/serverless.yml"),
        binaries: Binaries::Cargo { release: false },
        ..Options::default()
    }
}

async fn post(service: &Service, body: &Value) -> Answer {
    let headers = "content-type: application/json\r\n";
    Client::new(&service.url()).request("POST", "/notes", headers, &body.to_string()).await
}

/// The lines that a function printed.
fn printed(service: &Service, function: &str) -> Vec<Value> {
    let lines = service.log_lines();
    lines.iter().filter_map(|line| line.strip_prefix(&format!("{function} "))).map(json).collect()
}

#[tokio::test]
async fn a_service_of_ones_own_is_built_and_served_from_its_folder() {
    let service = start(options()).await;
    let client = Client::new(&service.url());

    let written = post(&service, &json!({ "title": TYPED, "text": "two litres" })).await;
    let note = written.json();
    let location = format!("/notes/{}", note["note_id"].as_str().unwrap());
    assert_eq!((written.status, &note["title"], &note["text"]), (201, &json!(TYPED), &json!("two litres")));
    assert_eq!((&written.headers["location"], written.headers["etag"].as_str()), (&location, "\"1\""));

    let read = client.get(&location).await;
    assert_eq!((read.status, read.json(), read.headers["etag"].as_str()), (200, note.clone(), "\"1\""));
    assert_eq!(client.request("GET", &location, "if-none-match: \"1\"\r\n", "").await.status, 304);

    // The stream's function has run.
    let told = |line: &Value| line["message"] == "a note was written";
    let line = eventually("the note is in the log", || printed(&service, "logNotes").into_iter().find(told)).await;
    assert_eq!((line["note_id"].clone(), line["level"].clone()), (note["note_id"].clone(), json!("INFO")));
    assert!(!service.log_lines().iter().any(|line| line.contains(TYPED)), "{:?}", service.log_lines());
    service.stop().await;
}

#[tokio::test]
async fn what_is_wrong_is_told_by_a_service_of_ones_own() {
    let service = start(options()).await;
    let client = Client::new(&service.url());
    for id in ["67e55044-10b1-426f-9247-bb680e5fe0c8", "1", "%7B67e55044-10b1-426f-9247-bb680e5fe0c8%7D"] {
        let missing = client.get(&format!("/notes/{id}")).await;
        let problem = missing.json();
        assert_eq!((missing.status, &problem["type"]), (404, &json!("urn:problem:not-found")), "{problem}");
        assert_eq!(problem["detail"], "Note not found");
    }
    for (body, pointers) in [
        (json!({ "title": "", "text": "x".repeat(10_001), "by": "alice" }), vec!["/by", "/text", "/title"]),
        (json!({ "title": "x".repeat(81), "text": null }), vec!["/text", "/title"]),
        (json!({}), vec!["/text", "/title"]),
        (json!([TYPED, TYPED]), vec![""]),
    ] {
        let refused = post(&service, &body).await;
        let problem = refused.json();
        let mut found: Vec<_> = problem["errors"].as_array().expect("errors").iter().map(|at| &at["pointer"]).collect();
        found.sort_by_key(|pointer| pointer.as_str());
        assert_eq!((refused.status, json!(found)), (422, json!(pointers)), "{problem}");
    }
    // The longest that is allowed fits into the body and into the table, also where each character has four bytes.
    let longest = json!({ "title": "🦀".repeat(80), "text": "🦀".repeat(10_000) });
    assert_eq!(post(&service, &longest).await.status, 201);
    service.stop().await;
}

#[tokio::test]
async fn metrics_are_in_the_namespace_of_a_service_of_ones_own() {
    let service = start(Options { stage: Some("mine".to_owned()), ..options() }).await;
    assert_eq!(post(&service, &json!({ "title": TYPED, "text": "" })).await.status, 201);
    let metrics = |line: &Value| line["CreateNote"].is_number();
    let line = eventually("the metrics", || printed(&service, "createNote").into_iter().find(metrics)).await;
    assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Namespace"], "notes");
    assert_eq!((&line["Stage"], &line["Function"]), (&json!("mine"), &json!("create_note")));
    service.stop().await;
}

/// Takes the first request, and refuses it as DynamoDB does whose caller may not do that.
async fn denied(listener: TcpListener) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let body = r#"{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"not authorized: arn-0815"}"#;
    let answer = format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: application/x-amz-json-1.0\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await.unwrap();
    String::from_utf8(head).unwrap()
}

#[tokio::test]
async fn calls_name_a_service_of_ones_own_and_their_failure_is_for_the_log_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let environment = [("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), url)].into();
    let service = start(Options { environment, ..options() }).await;
    let call = tokio::spawn(denied(listener));
    let failed = post(&service, &json!({ "title": TYPED, "text": "" })).await;
    let head = call.await.unwrap();
    let named: Vec<_> = head.lines().filter(|line| line.contains("user-agent")).collect();
    assert_eq!(named, ["user-agent: notes/1.0.0"], "{head}");
    assert_eq!((failed.status, &failed.json()["type"]), (500, &json!("urn:problem:internal")));
    assert!(!failed.body.contains("0815") && !failed.body.contains("AccessDenied"), "{}", failed.body);
    let logged = |line: &Value| line["cause"].as_str().is_some_and(|cause| cause.contains("arn-0815"));
    eventually("the cause is in the log", || printed(&service, "createNote").into_iter().find(logged)).await;
    service.stop().await;
}

#[tokio::test]
async fn the_document_of_a_service_of_ones_own_has_its_name_version_and_routes() {
    let document = json(&openapi(&options()).await.unwrap());
    let info = json!({ "title": "notes", "version": "1.0.0", "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" } });
    assert_eq!(document["info"], info);
    let paths: Vec<_> = document["paths"].as_object().unwrap().keys().collect();
    assert_eq!(paths, ["/notes", "/notes/{note_id}"]);
    let statuses = |path: &str, method: &str| -> Vec<String> {
        document["paths"][path][method]["responses"].as_object().unwrap().keys().cloned().collect()
    };
    let create = statuses("/notes", "post");
    let get = statuses("/notes/{note_id}", "get");
    for (found, status) in [(&create, "201"), (&create, "422"), (&get, "200"), (&get, "304"), (&get, "404")] {
        assert!(found.iter().any(|found| found == status), "{status}: {found:?}");
    }
}

/// Writes a package whose one function, `serve`, says that it serves `path`, and a template of it.
fn service(folder: &Path, name: &str, path: &str, more: &str) {
    let contract = json!({
        "package": { "version": "1.2.3", "license": "" },
        "method": "GET", "path": path, "operation": { "responses": {} }, "components": {},
    });
    let write = |file: &str, text: String| {
        let file = folder.join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    };
    write("Cargo.toml", format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n{more}"));
    write("src/bin/serve.rs", format!("fn main() {{ println!(\"{{}}\", r#\"{contract}\"#) }}\n"));
    write(
        "serverless.yml",
        format!(
            "service: {name}\nprovider: {{ name: aws }}\nfunctions:\n  serve: {{ handler: serve, events: [httpApi: GET {path}] }}\n"
        ),
    );
}

#[tokio::test]
async fn of_two_services_in_a_workspace_each_has_its_own_binaries() {
    let workspace = tempfile::tempdir().unwrap();
    // Whichever package comes first in Cargo's list.
    for (inner, members) in [("a", "a"), ("z/deep", "z/deep")] {
        let root = workspace.path().join(inner.replace('/', "-"));
        service(&root, "middle", "/middle", &format!("[workspace]\nmembers = [\"{members}\"]\n"));
        service(&root.join(inner), &inner.replace('/', "-"), "/inner", "");
        for (folder, path) in [(root.clone(), "/middle"), (root.join(inner), "/inner")] {
            let document = openapi(&Options { template: folder.join("serverless.yml"), ..options() }).await;
            let document = json(&document.unwrap_or_else(|error| panic!("{}: {error}", folder.display())));
            assert_eq!(document["paths"].as_object().unwrap().keys().collect::<Vec<_>>(), [path]);
        }
    }
}
