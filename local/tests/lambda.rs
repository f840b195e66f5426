//! Lambda's Invoke API, as its clients call it.

use crate::common::{Answer, Client, HTTP, Scratch, eventually, json, start};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use local::{Options, Service};
use serde_json::{Value, json as value};

fn path(function: &str) -> String {
    format!("/2015-03-31/functions/{function}/invocations")
}

async fn invoke(service: &Service, function: &str, headers: &str, body: &str) -> Answer {
    Client::new(&service.lambda_url()).request("POST", &path(function), headers, body).await
}

/// Status, error type and body.
fn error(answer: &Answer) -> (u16, String, Value) {
    (answer.status, answer.headers["x-amzn-errortype"].clone(), answer.json())
}

#[tokio::test]
async fn a_function_is_invoked_by_its_key_its_deployed_name_and_its_arn() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let arn = "arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Atest-dev-do";
    for name in [
        "do",
        "test-dev-do",
        arn,
        "arn:aws:lambda:us-east-1:000000000000:function:test-dev-do",
        "000000000000:function:test-dev-do",
        "function:do",
        "do:$LATEST",
        "do%3Alive",
        &format!("{arn}%3Alive"),
        "do?Qualifier=live",
        "do:live?Qualifier=live",
        "do?Qualifier=%24LATEST",
    ] {
        let (name, query) = name.split_once('?').unwrap_or((name, ""));
        let target = format!("{}?{query}", path(name));
        let answer = Client::new(&service.lambda_url()).request("POST", &target, "", r#"{"n":1}"#).await;
        assert_eq!(answer.status, 200, "{name} {answer:?}");
        assert_eq!(json(answer.json()["body"].as_str().unwrap()), value!({ "n": 1 }), "{name}");
        assert_eq!(answer.headers["x-amz-executed-version"], "$LATEST");
        assert!(uuid::Uuid::parse_str(&answer.headers["x-amzn-requestid"]).is_ok());
        assert!(!answer.headers.contains_key("x-amz-function-error"));
    }
    service.stop().await;
}

#[tokio::test]
async fn an_unknown_function_is_a_404_in_lambdas_shape() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    for (name, shown) in [
        ("nobody", "us-east-1:000000000000:function:nobody"),
        ("test-dev-nobody:v1", "us-east-1:000000000000:function:test-dev-nobody:v1"),
        ("arn:aws:lambda:eu-west-1:000000000000:function:do", "eu-west-1:000000000000:function:do"),
        ("123456789012:function:do", "us-east-1:123456789012:function:do"),
    ] {
        let message = format!("Function not found: arn:aws:lambda:{shown}");
        let expected = value!({ "Type": "User", "Message": message });
        for kind in ["RequestResponse", "Event", "DryRun"] {
            let answer = invoke(&service, name, &format!("x-amz-invocation-type: {kind}\r\n"), "{}").await;
            assert_eq!(error(&answer), (404, "ResourceNotFoundException".to_owned(), expected.clone()), "{name}");
        }
    }
    service.stop().await;
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_refused_before_the_function_runs() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let long = format!("x-amz-client-context: {}\r\n", STANDARD.encode(format!("{{\"a\":\"{}\"}}", "x".repeat(3_000))));
    for (name, headers, body, kind) in [
        ("do", "", "{", "InvalidRequestContentException"),
        ("do", "x-amz-invocation-type: Event\r\n", "no json", "InvalidRequestContentException"),
        ("do", "x-amz-invocation-type: DryRun\r\n", "[1", "InvalidRequestContentException"),
        ("do", "x-amz-client-context: ***\r\n", "{}", "InvalidRequestContentException"),
        ("do", "x-amz-client-context: bm8ganNvbg==\r\n", "{}", "InvalidRequestContentException"),
        ("do", long.as_str(), "{}", "InvalidRequestContentException"),
        ("do", "x-amz-invocation-type: Sometimes\r\n", "{}", "ValidationException"),
        ("do", "x-amz-log-type: All\r\n", "{}", "ValidationException"),
        ("a%20b", "", "{}", "ValidationException"),
        ("do:a:b", "", "{}", "ValidationException"),
        ("arn:aws:s3:::x", "", "{}", "ValidationException"),
        ("%FF", "", "{}", "ValidationException"),
        ("do:v1?Qualifier=v2", "", "{}", "InvalidParameterValueException"),
    ] {
        let (name, query) = name.split_once('?').unwrap_or((name, ""));
        let target = format!("{}?{query}", path(name));
        let answer = Client::new(&service.lambda_url()).request("POST", &target, headers, body).await;
        assert_eq!(
            (answer.status, answer.headers["x-amzn-errortype"].as_str()),
            (400, kind),
            "{name} {headers} {body}"
        );
        assert!(!answer.body.contains("::"), "{}", answer.body);
    }
    let client = Client::new(&service.lambda_url());
    for (method, target) in [("GET", "/2015-03-31/functions/"), ("GET", &path("do")), ("POST", "/")] {
        let answer = client.request(method, target, "", "").await;
        let found = (answer.status, answer.headers["x-amzn-errortype"].as_str());
        assert_eq!(found, (404, "UnknownOperationException"), "{method} {target}");
    }
    assert_eq!(scratch.notes(), [] as [&str; 0]);
    service.stop().await;
}

#[tokio::test]
async fn a_failed_function_is_a_200_with_its_error_as_the_payload() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    for (function, what, error_type, message) in [
        ("do", "error", "Sorry", "on purpose"),
        ("do", "crash", "Runtime.ExitError", "exit status 7"),
        ("quick", "hang", "Sandbox.Timedout", "Task timed out after 1.00 seconds"),
        ("do", "large", "Function.ResponseSizeTooLarge", "6291556"),
    ] {
        let body = value!({ "rawPath": format!("/do/{what}") }).to_string();
        let answer = invoke(&service, function, "", &body).await;
        assert_eq!(answer.status, 200, "{what}");
        assert_eq!(answer.headers["x-amz-function-error"], "Unhandled", "{what}");
        let payload = answer.json();
        assert_eq!(payload["errorType"], error_type, "{what}");
        assert!(payload["errorMessage"].as_str().unwrap().contains(message), "{payload}");
    }
    let body = value!({ "rawPath": "/do/error", "queryStringParameters": { "trace": "yes" } }).to_string();
    let payload = invoke(&service, "do", "", &body).await.json();
    assert_eq!(payload["stackTrace"], value!(["here"]), "all that the function reported");
    service.stop().await;
}

#[tokio::test]
async fn an_event_is_accepted_at_once_and_runs_later() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let body =
        value!({ "rawPath": "/do/sleep", "queryStringParameters": { "ms": "300", "mark": "later" } }).to_string();
    let answer = invoke(&service, "do", "x-amz-invocation-type: Event\r\nx-amz-log-type: Tail\r\n", &body).await;
    assert_eq!((answer.status, answer.body.as_str()), (202, ""));
    assert!(!answer.headers.contains_key("x-amz-log-result") && !answer.headers.contains_key("x-amz-executed-version"));
    assert!(!scratch.notes().contains(&"slept later".to_owned()), "nobody waited for it");
    eventually("the function to run", || scratch.notes().contains(&"slept later".to_owned()).then_some(())).await;
    service.stop().await;
}

#[tokio::test]
async fn a_dry_run_runs_nothing() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let body = value!({ "rawPath": "/do/sleep" }).to_string();
    let answer = invoke(&service, "do", "x-amz-invocation-type: DryRun\r\n", &body).await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    invoke(&service, "do", "", "{}").await;
    assert_eq!(scratch.notes(), [] as [&str; 0]);
    service.stop().await;
}

#[tokio::test]
async fn payloads_over_lambdas_quotas_are_refused() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let sized = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    for (kind, limit, accepted) in [("RequestResponse", 6_291_556, 200), ("Event", 1_048_576, 202)] {
        let header = format!("x-amz-invocation-type: {kind}\r\n");
        // The response contains the event, and is over the limit itself: a function error with status 200.
        let answer = invoke(&service, "do", &header, &sized(limit)).await;
        assert_eq!(answer.status, accepted, "{kind} {:.200}", answer.body);
        let answer = invoke(&service, "do", &header, &sized(limit + 1)).await;
        let message = format!("Request must be smaller than {limit} bytes for the InvokeFunction operation");
        let expected = value!({ "Type": "User", "message": message });
        assert_eq!(error(&answer), (413, "RequestTooLargeException".to_owned(), expected), "{kind}");
    }
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_the_invocation_comes_with_the_answer_when_it_is_asked_for() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let print = value!({ "rawPath": "/do/print" }).to_string();
    invoke(&service, "do", "", &value!({ "rawPath": "/do/print" }).to_string()).await;
    for _ in 0..200 {
        let answer = invoke(&service, "do", "x-amz-log-type: Tail\r\n", &print).await;
        let log = String::from_utf8(STANDARD.decode(&answer.headers["x-amz-log-result"]).unwrap()).unwrap();
        assert_eq!(log.matches("a plain line\n").count(), 1, "of this invocation only: {log}");
        assert!(log.contains(r#""message":"careful""#), "{log}");
    }
    let chatty = value!({ "rawPath": "/do/chatter" }).to_string();
    let answer = invoke(&service, "do", "x-amz-log-type: Tail\r\n", &chatty).await;
    let log = STANDARD.decode(&answer.headers["x-amz-log-result"]).unwrap();
    assert_eq!(log.len(), 4096);
    assert!(log.ends_with(b"line 999\n"));
    let answer = invoke(&service, "do", "", &print).await;
    assert!(!answer.headers.contains_key("x-amz-log-result"));
    let answer = invoke(&service, "do", "x-amz-log-type: None\r\n", &print).await;
    assert!(!answer.headers.contains_key("x-amz-log-result"));
    service.stop().await;
}

#[tokio::test]
async fn the_function_gets_the_context_the_trace_and_the_name_of_its_caller() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let context = r#"{"client": {"app": "ünı"}, "custom": {"a": 1}}"#;
    let headers = format!(
        "x-amz-client-context: {}\r\nx-amzn-trace-id: Root=1-67891233-abcdef012345678912345678\r\n",
        STANDARD.encode(context)
    );
    let body = value!({ "rawPath": "/do/context" }).to_string();
    let answer = invoke(&service, "do:live", &headers, &body).await;
    let seen: Vec<String> = serde_json::from_str(answer.json()["body"].as_str().unwrap()).unwrap();
    let header = |name: &str| {
        let found = seen.iter().find_map(|line| line.strip_prefix(&format!("lambda-runtime-{name}: ")));
        found.unwrap_or_else(|| panic!("{name}: {seen:?}"))
    };
    assert_eq!(json(header("client-context")), json(context));
    assert_eq!(header("aws-request-id"), answer.headers["x-amzn-requestid"]);
    assert_eq!(header("invoked-function-arn"), "arn:aws:lambda:us-east-1:000000000000:function:test-dev-do:live");
    assert!(header("trace-id").starts_with("Root=1-67891233-abcdef012345678912345678;Parent="));
    service.stop().await;
}

#[tokio::test]
async fn a_function_invokes_another_at_the_address_in_its_environment() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let answer = service.invoke("do", value!({ "rawPath": "/do/env" })).await.unwrap();
    let environment = json(answer["body"].as_str().unwrap());
    assert_eq!(environment["AWS_ENDPOINT_URL_LAMBDA"], service.lambda_url());
    assert!(service.screen().await.contains(&format!("Lambda    {}", service.lambda_url())));
    service.stop().await;
}

#[tokio::test]
async fn an_empty_payload_is_an_empty_event() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let answer = invoke(&service, "do", "", "").await;
    assert_eq!(answer.json()["body"], "{}");
    service.stop().await;
}

#[tokio::test]
async fn a_page_of_another_origin_invokes_nothing() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let body = value!({ "rawPath": "/do/sleep" }).to_string();
    for origin in ["https://evil.example", "null", &service.url()] {
        let answer = invoke(&service, "do", &format!("origin: {origin}\r\ncontent-type: text/plain\r\n"), &body).await;
        assert_eq!((answer.status, answer.headers["x-amzn-errortype"].as_str()), (403, "AccessDeniedException"));
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
    }
    for (host, status) in [("evil.example", 403), ("localhost:1", 200), ("127.0.0.1", 200), ("[::1]:80", 200)] {
        let request = format!(
            "POST {} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}",
            path("do")
        );
        assert_eq!(Client::new(&service.lambda_url()).send(request).await.status, status, "{host}");
    }
    assert_eq!(scratch.notes(), [] as [&str; 0]);
    service.stop().await;
}

#[tokio::test]
async fn another_machine_invokes_nothing_even_where_the_host_lets_it_in() {
    // The address that leads to other machines. Nothing is sent.
    let Ok(outward) = std::net::UdpSocket::bind("0.0.0.0:0").and_then(|socket| {
        socket.connect("192.0.2.1:9")?;
        socket.local_addr()
    }) else {
        return;
    };
    let scratch = Scratch::new();
    let service = start(Options { host: "0.0.0.0".parse().unwrap(), ..scratch.options(HTTP) }).await;
    let url = service.lambda_url().replace("127.0.0.1", &outward.ip().to_string());
    let answer = Client::new(&url).request("POST", &path("do"), "", "{}").await;
    let expected = if outward.ip().is_loopback() { 200 } else { 403 };
    assert_eq!(answer.status, expected, "{answer:?}");
    assert_eq!(invoke(&service, "do", "", "{}").await.status, 200, "this machine");
    service.stop().await;
}

#[tokio::test]
async fn stopping_waits_for_an_invocation_in_flight() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.lambda_url());
    let body = value!({ "rawPath": "/do/sleep", "queryStringParameters": { "ms": "500", "mark": "it" } }).to_string();
    let answer = tokio::spawn(async move { client.request("POST", &path("do"), "", &body).await });
    eventually("the function to run", || scratch.notes().contains(&"sleeps it".to_owned()).then_some(())).await;
    service.stop().await;
    let answer = answer.await.unwrap();
    assert_eq!((answer.status, answer.json()["statusCode"].as_u64()), (200, Some(200)), "{answer:?}");
}

#[tokio::test]
async fn a_function_that_is_busy_for_too_long_is_throttled() {
    let scratch = Scratch::new();
    let mut options = Options { max_processes: 1, ..scratch.options(HTTP) };
    // The only process initializes for longer than the function's timeout, which is the patience of the other request.
    options.environment.insert("MODE".to_owned(), "init-hangs".to_owned());
    let service = start(options).await;
    let request = || async { error(&invoke(&service, "quick", "", "{}").await) };
    let refused = tokio::select! {
        refused = request() => refused,
        refused = request() => refused,
    };
    let expected = value!({ "Type": "User", "message": "Rate Exceeded." });
    assert_eq!(refused, (429, "TooManyRequestsException".to_owned(), expected));
    service.stop().await;
}
