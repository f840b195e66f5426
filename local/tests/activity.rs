//! The recorder of the page `/_local/`, through the API of the page.

use crate::common::live::Live;
use crate::common::tokens::GUARDED;
use crate::common::{Answer, Client, HTTP, Scratch, start};
use local::Options;
use serde_json::{Value, json as value};

async fn list(client: &Client) -> Vec<Value> {
    client.get("/_local/requests").await.json().as_array().unwrap().clone()
}

/// The details of the request that got this answer.
async fn opened(client: &Client, answer: &Answer) -> Value {
    let id = &answer.headers["apigw-requestid"];
    let opened = client.get(&format!("/_local/requests/{id}")).await;
    assert_eq!(opened.status, 200, "{opened:?}");
    opened.json()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}"))
}

#[tokio::test]
async fn a_request_is_recorded_with_its_answer_its_function_and_its_log_lines() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.url());
    let sent = "authorization: Bearer secret\r\ncontent-type: application/json\r\n";
    let echo = client.request("POST", "/do/echo?a=1&b=%3Ci%3E", sent, r#"{"name":"<b>"}"#).await;
    let print = client.get("/do/print").await;

    let listed = list(&client).await;
    assert_eq!(listed.len(), 2, "{listed:?}");
    let (newest, oldest) = (&listed[0], &listed[1]);
    assert_eq!(
        (&newest["path"], &newest["status"], &newest["query"]),
        (&value!("/do/print"), &value!(204), &Value::Null)
    );
    assert_eq!((&oldest["id"], &oldest["method"]), (&value!(echo.headers["apigw-requestid"]), &value!("POST")));
    assert_eq!((&oldest["query"], &oldest["function"]), (&value!("a=1&b=%3Ci%3E"), &value!("do")));
    assert!(oldest["milliseconds"].as_f64().unwrap() > 0.0, "{oldest}");
    assert!(text(&oldest["trace"]).starts_with("1-") && text(&oldest["started"]).ends_with('Z'), "{oldest}");

    let details = opened(&client, &echo).await;
    for member in ["id", "method", "path", "query", "status", "started", "milliseconds", "function", "trace"] {
        assert_eq!(details[member], oldest[member], "{member}");
    }
    let body = value!({ "text": r#"{"name":"<b>"}"#, "base64": null, "bytes": 14, "truncated": false });
    assert_eq!(details["request"]["body"], body);
    let headers = details["request"]["headers"].as_array().unwrap();
    assert!(headers.contains(&value!(["authorization", "•••"])), "{headers:?}");
    assert!(!details["request"].to_string().contains("secret"), "{details}");
    let curl = text(&details["curl"]);
    assert!(curl.contains("'authorization: •••'") && curl.ends_with(r#"--data-raw '{"name":"<b>"}'"#), "{curl}");
    assert_eq!(details["response"]["body"]["text"], echo.body);
    assert!(details["response"]["headers"].as_array().unwrap().contains(&value!(["content-type", "application/json"])));

    // Both pipes, and a line without an end. The first line is of the cold start, which was for the first request.
    let lines = |details: &Value| -> Vec<String> {
        let lines = details["logs"].as_array().unwrap().iter();
        lines.inspect(|line| assert_eq!(line["function"], "do")).map(|line| text(&line["text"]).to_owned()).collect()
    };
    assert_eq!(lines(&details), [r#"{"level":"INFO","message":"ready"}"#]);
    let another = client.get("/do/print").await;
    let mut printed = lines(&opened(&client, &print).await);
    printed.sort();
    assert_eq!(printed, ["a plain line", r#"{"amount":7,"level":"WARN","message":"careful"}"#]);
    assert!(!lines(&opened(&client, &another).await).is_empty());
    service.stop().await;
}

#[tokio::test]
async fn a_token_is_masked_in_whatever_header_the_authorizer_reads_it() {
    let template = GUARDED.replace("$request.header.Authorization", "$request.header.X-Token");
    let scratch = Scratch::new();
    let service = start(Options { auth: true, ..scratch.options(&template) }).await;
    let client = Client::new(&service.url());
    let answer = client.request("POST", "/any", "x-token: secret\r\nx-other: shown\r\n", "").await;
    assert_eq!(answer.status, 401);
    let details = opened(&client, &answer).await;
    assert!(!details.to_string().contains("secret") && details.to_string().contains("shown"), "{details}");
    service.stop().await;
}

#[tokio::test]
async fn requests_that_no_function_answers_are_recorded_too() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.url());
    let unknown = opened(&client, &client.get("/nothing/here").await).await;
    assert_eq!(
        (&unknown["status"], &unknown["function"], &unknown["trace"]),
        (&value!(404), &Value::Null, &Value::Null)
    );
    assert_eq!(unknown["spans"].as_array().unwrap().len(), 1);
    let long = client.request("GET", "/do/x", &format!("x-long: {}\r\n", "x".repeat(20_000)), "").await;
    let long = opened(&client, &long).await;
    assert_eq!((&long["status"], &long["request"]["headers"]), (&value!(431), &value!([])));
    let crash = opened(&client, &client.get("/do/crash").await).await;
    assert_eq!(crash["status"], 500);
    let lines = crash["logs"].as_array().unwrap();
    assert!(lines.iter().any(|line| text(&line["text"]).contains("Runtime.ExitError")), "{lines:?}");
    assert_eq!(client.get("/_local/requests/nothing").await.status, 404);
    service.stop().await;
}

#[tokio::test]
async fn of_a_long_body_the_beginning_is_kept_and_bytes_are_in_base64() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.url());
    let long = "x".repeat(100_000);
    let details = opened(&client, &client.request("POST", "/do/echo", "", &long).await).await;
    for body in [&details["request"]["body"], &details["response"]["body"]] {
        assert_eq!((text(&body["text"]).len(), &body["truncated"]), (65_536, &value!(true)));
        assert!(body["bytes"].as_u64().unwrap() >= 100_000, "{body}");
    }
    let bytes = b"POST /do/echo HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-length: 2\r\n\r\n\xff\x00";
    let details = opened(&client, &client.send(bytes).await).await;
    assert_eq!(details["request"]["body"], value!({ "text": null, "base64": "/wA=", "bytes": 2, "truncated": false }));
    service.stop().await;
}

#[tokio::test]
async fn bodies_are_on_the_page_and_never_in_the_log() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.url());
    let answer = client.request("POST", "/do/echo?q=in-query", "x-typed: in-header\r\n", "in-body").await;
    assert!(opened(&client, &answer).await.to_string().contains("in-body"));
    let lines = service.log_lines();
    for typed in ["in-body", "in-header", "in-query"] {
        assert!(!lines.iter().any(|line| line.contains(typed)), "{lines:?}");
    }
    service.stop().await;
}

#[tokio::test]
async fn an_open_page_is_told_of_a_request_at_its_start_and_at_its_end() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let (mut live, mut other) = (Live::open(&service.url()).await, Live::open(&service.url()).await);
    let (event, build) = live.next().await;
    assert_eq!((event.as_str(), &build["number"], &build["state"]), ("build", &value!(0), &value!("served")));

    let client = Client::new(&service.url());
    let answer = client.get("/do/echo").await;
    let id = &answer.headers["apigw-requestid"];
    let began = live.until("requests", |request| request["id"] == *id).await;
    assert_eq!((&began["status"], &began["milliseconds"]), (&Value::Null, &Value::Null));
    let ended = live.until("requests", |request| request["id"] == *id).await;
    assert_eq!((&ended["status"], &ended["function"]), (&value!(200), &value!("do")));
    other.until("details", |details| details["id"] == *id).await;
    other.until("functions", |data| *data == value!({})).await;
    // An open page does not keep the service from stopping.
    service.stop().await;
    live.ended().await;
}

#[tokio::test]
async fn a_request_whose_client_left_has_ended() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.url());
    let mut live = Live::open(&service.url()).await;
    let mut stream = client.connect().await;
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"GET /do/hang HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        .await
        .unwrap();
    live.until("requests", |request| request["status"].is_null()).await;
    drop(stream);
    let ended = live.until("requests", |request| !request["status"].is_null()).await;
    assert_eq!(ended["status"], 499);
    service.stop().await;
}

#[tokio::test]
async fn functions_are_shown_with_callers_processes_and_their_last_error() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.url());
    let shown = async || client.get("/_local/functions").await.json()[0].clone();
    let before = shown().await;
    assert_eq!(
        (&before["key"], &before["name"], &before["handler"]),
        (&value!("do"), &value!("test-dev-do"), &value!("misbehave"))
    );
    assert_eq!(before["callers"], value!(["ANY /do/{what}", "GET /do/{what}/{more}"]));
    assert_eq!(
        (&before["processes"], &before["invocations"], &before["last_error"]),
        (&value!([]), &value!(0), &Value::Null)
    );
    assert!(text(&before["built"]).ends_with('Z'), "{before}");

    client.get("/do/echo").await;
    client.get("/do/error").await;
    let after = shown().await;
    assert_eq!((&after["invocations"], &after["errors"]), (&value!(2), &value!(1)));
    assert_eq!(after["last_error"]["message"], "Sorry: on purpose");
    let processes = after["processes"].as_array().unwrap();
    assert_eq!(processes.len(), 1, "{after}");
    assert_eq!((&processes[0]["state"], &processes[0]["invocations"]), (&value!("idle"), &value!(2)));
    client.get("/do/crash").await;
    let crashed = shown().await;
    assert_eq!((&crashed["processes"], &crashed["errors"]), (&value!([]), &value!(2)));
    service.stop().await;
}
