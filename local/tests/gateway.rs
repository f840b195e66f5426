//! The HTTP API, as a client sees it.

use crate::common::{Client, HTTP, Scratch, eventually, start};
use serde_json::json;
use tokio::io::AsyncWriteExt;

#[tokio::test]
async fn requests_reach_their_function_whole() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.url());

    let answer = client
        .request("POST", "/do/echo?a=1&a=2&b=%20x", "x-y: z\r\ncontent-type: application/json\r\n", r#"{"k":1}"#)
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["apigw-requestid"].len(), 16);
    let event = answer.json();
    assert_eq!(event["routeKey"], "ANY /do/{what}");
    assert_eq!(event["queryStringParameters"], json!({ "a": "1,2", "b": " x" }));
    assert_eq!(event["rawQueryString"], "a=1&a=2&b=%20x");
    assert_eq!(event["pathParameters"], json!({ "what": "echo" }));
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!(r#"{"k":1}"#), &json!(false)));
    assert_eq!(event["requestContext"]["http"]["method"], "POST");
    assert_eq!(event["headers"]["x-y"], "z");

    let lines = service.log_lines();
    assert!(lines.iter().any(|line| line.starts_with("gateway POST /do/echo 200 ")), "{lines:?}");
    assert!(!lines.iter().any(|line| line.contains("a=1") || line.contains(r#""k""#)), "no query, no body: {lines:?}");
    service.stop().await;
}

#[tokio::test]
async fn unknown_paths_and_methods_are_404_as_api_gateway_answers_them() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.url());
    for (method, path) in [
        ("GET", "/nothing"),
        ("GET", "/quick"),
        ("PUT", "/quick"),
        ("BREW", "/quick"),
        ("GET", "/do/"),
        ("POST", "/quick/"),
        ("OPTIONS", "/quick"),
    ] {
        let answer = client.request(method, path, "", "").await;
        assert_eq!((answer.status, answer.body.as_str()), (404, r#"{"message":"Not Found"}"#), "{method} {path}");
    }
    service.stop().await;
}

#[tokio::test]
async fn odd_paths_are_decoded_once_or_refused() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.url());
    for (path, what) in [
        ("/do/a%20b", "a b"),
        ("/do/%C3%A9", "\u{e9}"),
        ("/do/%2520", "%20"),
        ("/do/a+b", "a+b"),
        ("/do/%23", "#"),
        ("/do/%0A", "\n"),
        ("/do/%5C..", "\\.."),
    ] {
        let answer = client.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        assert_eq!(answer.json()["pathParameters"]["what"], what, "{path}");
        assert_eq!(answer.json()["rawPath"], format!("/do/{what}"));
    }
    assert_eq!(client.get("/do/a%2Fb").await.json()["routeKey"], "GET /do/{what}/{more}");
    for bad in ["/do/%FF", "/do/%C3", "/%E2%28%A1"] {
        let answer = client.get(bad).await;
        assert_eq!((answer.status, answer.body.as_str()), (400, r#"{"message":"Bad Request"}"#), "{bad}");
    }
    for raw in [
        &b"GET /do/\xff HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"[..],
        b"GET /do/x HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n",
        b"nonsense\r\n\r\n",
    ] {
        assert_eq!(client.send(raw).await.status, 400, "{raw:?}");
    }
    assert_eq!(client.get("/do/x").await.status, 200, "and it goes on");
    service.stop().await;
}

#[tokio::test]
async fn bodies_and_heads_over_the_limit_are_refused() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.url());
    let too_large = r#"{"message":"Request Entity Too Large"}"#;

    let answer =
        client.request("POST", "/quick", "content-type: text/plain\r\n", &"x".repeat(10 * 1024 * 1024 + 1)).await;
    assert_eq!((answer.status, answer.body.as_str()), (413, too_large));
    let chunk = format!("100000\r\n{}\r\n", "x".repeat(0x10_0000)).repeat(11);
    let chunked = format!(
        "POST /quick HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n{chunk}0\r\n\r\n"
    );
    assert_eq!(client.send(chunked).await.status, 413);
    // Within the gateway's limit, but over Lambda's.
    let answer = client.request("POST", "/quick", "content-type: text/plain\r\n", &"x".repeat(7 * 1024 * 1024)).await;
    assert_eq!((answer.status, answer.body.as_str()), (413, too_large));
    let answer = client.request("POST", "/quick", "content-type: text/plain\r\n", &"x".repeat(1024 * 1024)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(client.request("POST", "/quick", &format!("x-long: {}\r\n", "x".repeat(10_240)), "").await.status, 431);
    service.stop().await;
}

#[tokio::test]
async fn a_client_that_hangs_up_leaves_the_invocation_running_and_nothing_else() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.url());
    client.get("/do/x").await;
    let mut stream = client.connect().await;
    stream.write_all(b"GET /do/sleep?ms=300&mark=1 HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    eventually("the function to begin", || scratch.notes().contains(&"sleeps 1".to_owned()).then_some(())).await;
    drop(stream);
    eventually("the function to finish", || scratch.notes().contains(&"slept 1".to_owned()).then_some(())).await;
    // Disconnects in the middle of the body.
    let mut stream = client.connect().await;
    stream.write_all(b"POST /quick HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc").await.unwrap();
    drop(stream);
    assert_eq!(client.get("/do/x").await.status, 200);
    service.stop().await;
}

#[tokio::test]
async fn cross_origin_requests_are_the_gateways_business() {
    let scratch = Scratch::new();
    let template = HTTP.replace("timeout: 5", "timeout: 5, httpApi: { cors: true }");
    let service = start(scratch.options(&template)).await;
    let client = Client::new(&service.url());
    let origin = "origin: https://a.example\r\naccess-control-request-method: POST\r\n";
    let preflight = client.request("OPTIONS", "/anything", origin, "").await;
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.headers["access-control-allow-origin"], "*");
    assert!(preflight.headers["access-control-allow-methods"].contains("POST"));
    assert_eq!(client.request("GET", "/do/x", origin, "").await.headers["access-control-allow-origin"], "*");
    assert!(!client.get("/do/x").await.headers.contains_key("access-control-allow-origin"));
    service.stop().await;
}
