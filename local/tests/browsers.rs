//! Pages in a browser do not reach the services that functions call, from whatever origin and under whatever name.

use std::time::Duration;

use crate::common::{Client, Scratch, start, stream};
use serde_json::json;

/// Headers by which a browser marks the request of a page. Under a name of its own (DNS rebinding), a page is of the same origin.
const OF_PAGES: [&str; 4] = [
    "origin: https://evil.example\r\n",
    "origin: null\r\n",
    "origin: http://evil.example:8000\r\n",
    "sec-fetch-site: cross-site\r\n",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_page_calls_dynamodb_sqs_or_eventbridge() {
    let scratch = Scratch::new();
    let service = start(scratch.options(&stream(""))).await;
    let table = json!({ "TableName": "things-dev-table" }).to_string();
    let signed = "authorization: AWS4-HMAC-SHA256 Credential=a/20261122/r/dynamodb/aws4_request, SignedHeaders=host, Signature=0\r\n\
                  x-amz-date: 20261122T080000Z\r\n";
    let calls = [
        (service.dynamodb_url(), "DynamoDB_20120810.DeleteTable", table.as_str(), "1.0"),
        (service.sqs_url(), "AmazonSQS.ListQueues", "{}", "1.0"),
        (service.eventbridge_url(), "AWSEvents.PutEvents", r#"{"Entries":[]}"#, "1.1"),
    ];
    for (url, target, body, version) in &calls {
        let client = Client::new(url);
        let headers = format!("{signed}x-amz-target: {target}\r\ncontent-type: application/x-amz-json-{version}\r\n");
        for page in OF_PAGES {
            let answer = client.request("POST", "/", &format!("{headers}{page}"), body).await;
            assert_eq!(answer.status, 400, "{target} {page}: {answer:?}");
            assert!(answer.body.contains("AccessDeniedException"), "{target} {page}: {answer:?}");
            assert!(!answer.headers.contains_key("access-control-allow-origin"), "{target} {page}");
        }
        let asking = "origin: https://evil.example\r\naccess-control-request-method: POST\r\naccess-control-request-headers: x-amz-target\r\n";
        let preflight = client.request("OPTIONS", "/", asking, "").await;
        assert!(!preflight.status.to_string().starts_with('2'), "{target}: {preflight:?}");
        assert!(!preflight.headers.contains_key("access-control-allow-origin"), "{target}");
    }
    // A person who types the address is no page, and the table is still there.
    let typed = Client::new(&service.dynamodb_url()).request("GET", "/", "sec-fetch-site: none\r\n", "").await;
    assert_eq!(typed.status, 200);
    let described = crate::common::dynamodb::call(
        &service.dynamodb_url(),
        "DescribeTable",
        &json!({ "TableName": "things-dev-table" }),
    )
    .await;
    assert_eq!(described.status, 200);
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_takes_an_invocation_from_its_function() {
    let scratch = Scratch::new();
    let template = "service: s\nfunctions:\n  act: { handler: misbehave, events: [httpApi: 'GET /do/{what}'] }\n";
    let service = start(scratch.options(template)).await;
    let client = Client::new(&service.url());
    let environment = client.get("/do/env").await.json();
    let api = Client::new(&format!("http://{}", environment["AWS_LAMBDA_RUNTIME_API"].as_str().unwrap()));
    for page in OF_PAGES {
        for (method, path) in [("GET", "invocation/next"), ("POST", "init/error")] {
            let path = format!("/2018-06-01/runtime/{path}");
            let asked = tokio::time::timeout(Duration::from_secs(10), api.request(method, &path, page, "{}"));
            let answer = asked.await.expect("an answer at once");
            assert_eq!(answer.status, 403, "{page}: {answer:?}");
        }
    }
    assert_eq!(client.get("/do/print").await.status, 204);
    service.stop().await;
}
