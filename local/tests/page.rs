//! The page `/_local/`: its files, and its guard against other sites.

use crate::common::{Client, HTTP, Scratch, start};
use serde_json::json as value;

#[tokio::test]
async fn the_page_is_offline_strict_and_for_itself_alone() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.url());
    let redirect = client.get("/_local").await;
    assert_eq!((redirect.status, redirect.headers["location"].as_str()), (307, "/_local/"));
    let page = client.get("/_local/").await;
    assert_eq!((page.status, page.headers["content-type"].as_str()), (200, "text/html; charset=utf-8"));
    let about = client.get("/_local/about").await;
    assert_eq!(
        about.json(),
        value!({ "service": "test", "stage": "dev", "region": "us-east-1", "api": service.url(), "pages": [], "auth": false })
    );
    for answer in [&redirect, &page, &about, &client.get("/_local/none").await] {
        assert_eq!(
            (answer.headers["cache-control"].as_str(), answer.headers["x-content-type-options"].as_str()),
            ("no-store", "nosniff")
        );
        let policy = &answer.headers["content-security-policy"];
        assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
    }
    let own = service.url();
    let port = own.rsplit(':').next().unwrap();
    for path in [
        "",
        "/",
        "/about",
        "/build",
        "/requests",
        "/live",
        "/events",
        "/queues",
        "/functions",
        "/issuer/jwks.json",
        "/x",
    ] {
        for (host, origin) in [
            (format!("evil.example:{port}"), String::new()),
            (format!("127.0.0.1:{port}"), "origin: http://evil.example\r\n".to_owned()),
            (format!("127.0.0.1:{port}"), "origin: null\r\n".to_owned()),
        ] {
            let request = format!("GET /_local{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{origin}\r\n");
            let answer = client.send(&request).await;
            assert_eq!(answer.status, 403, "{request}");
            assert!(answer.json()["message"].is_string());
        }
    }
    let answer = client.request("GET", "/_local/about", &format!("origin: {own}\r\n"), "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(client.request("POST", "/_local/requests", "", "").await.status, 405);
    let requests = client.get("/_local/requests").await.json();
    assert_eq!(requests, value!([]), "the page does not record itself");
    service.stop().await;
}
