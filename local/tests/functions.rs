//! Failing functions: crashes, timeouts, initialization errors and invalid responses.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::common::{Client, HTTP, Scratch, eventually, json, start};
use local::{Binaries, Failure, Options, Service};
use serde_json::{Value, json as value};

const BROKEN: (u16, &str) = (500, r#"{"message":"Internal Server Error"}"#);

fn event(path: &str) -> Value {
    value!({ "rawPath": path })
}

async fn logged(service: &Service, text: &str) {
    eventually(text, || service.log_lines().iter().any(|line| line.contains(text)).then_some(())).await;
}

#[tokio::test]
async fn crashes_garbage_and_errors_are_500_logged_and_replaced() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.url());
    for (what, log) in [
        ("crash", "do ERROR Runtime.ExitError: RequestId: "),
        ("crash", "exit status 7"),
        ("abort", "signal: 6"),
        ("error", "do ERROR Sorry: on purpose"),
        ("garbage", "do ERROR the answer is no HTTP response: it is not JSON"),
        ("bad-status", "its statusCode is \"many\""),
        ("large", "Function.ResponseSizeTooLarge"),
        ("large-error", "do ERROR Unhandled: the report of the error is larger than 6291556 bytes"),
        ("garbled-error", "do ERROR Unhandled: the report of the error is not JSON"),
        (
            "hangs-up?while=response",
            "do ERROR Runtime.TruncatedResponse: the runtime hung up before the whole response had come",
        ),
        (
            "hangs-up?while=error",
            "do ERROR Unhandled: the runtime hung up before the whole report of its error had come",
        ),
    ] {
        let answer = client.get(&format!("/do/{what}")).await;
        assert_eq!((answer.status, answer.body.as_str()), BROKEN, "{what}");
        logged(&service, log).await;
        assert_eq!(client.get("/do/x").await.status, 200, "after {what}");
    }
    service.stop().await;
}

#[tokio::test]
async fn a_hang_ends_with_the_functions_timeout() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.url());
    assert_eq!(client.get("/do/env").await.status, 200);
    let answer = client.get("/do/hang").await;
    assert_eq!((answer.status, answer.body.as_str()), BROKEN);
    logged(&service, "quick ERROR Sandbox.Timedout: RequestId: ").await;
    logged(&service, "Task timed out after 1.00 seconds").await;
    assert_eq!(client.get("/do/env").await.status, 200);

    let error = service.invoke("quick", event("/do/hang")).await.unwrap_err();
    assert_eq!(error.failure, Failure::TimedOut);
    assert!(error.payload()["errorMessage"].as_str().unwrap().ends_with("Task timed out after 1.00 seconds"));
    service.stop().await;
}

#[tokio::test]
async fn a_runtime_that_does_not_come_back_is_told_from_a_function_that_takes_too_long() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let stalls = value!({ "rawPath": "/do/x", "queryStringParameters": { "then": "stall" } });
    service.invoke("quick", stalls).await.unwrap();
    let error = service.invoke("quick", event("/do/x")).await.unwrap_err();
    assert_eq!(error.failure, Failure::TimedOut);
    assert!(error.message.ends_with("the runtime did not ask for this invocation within 1.00 seconds"), "{error}");
    service.invoke("quick", event("/do/x")).await.unwrap();
    service.stop().await;
}

#[tokio::test]
async fn a_function_that_does_not_get_ready_says_why() {
    for (mode, error_type, message) in
        [("exit-at-once", "Runtime.ExitError", "exit status 3"), ("init-error", "Config", "no table")]
    {
        let scratch = Scratch::new();
        let mut options = scratch.options(HTTP);
        options.environment.insert("MODE".into(), mode.into());
        let service = start(options).await;
        let error = service.invoke("do", event("/do/x")).await.unwrap_err();
        assert_eq!((error.failure, error.error_type.as_str()), (Failure::Init, error_type), "{error}");
        assert!(error.message.contains(message), "{error}");
        assert_eq!(Client::new(&service.url()).get("/do/x").await.status, 500);
        service.stop().await;
    }
}

#[tokio::test]
async fn a_process_that_exits_between_invocations_is_replaced_unnoticed() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.url());
    for _ in 0..10 {
        assert_eq!(client.get("/do/x?then=exit").await.status, 200);
    }
    service.stop().await;
}

#[tokio::test]
async fn concurrent_requests_scale_out_and_idle_processes_go() {
    let scratch = Scratch::new();
    let options = Options { max_processes: 4, idle_after: Duration::from_millis(300), ..scratch.options(HTTP) };
    let service = start(options).await;
    let url = service.url();
    let burst = |count: usize| {
        let requests: Vec<_> = (0..count)
            .map(|_| {
                let client = Client::new(&url);
                tokio::spawn(async move { client.get("/do/sleep?ms=200").await })
            })
            .collect();
        async move {
            let mut processes = BTreeSet::new();
            for request in requests {
                let answer = request.await.unwrap();
                assert_eq!(answer.status, 200);
                processes.insert(answer.body);
            }
            processes
        }
    };
    let processes = burst(12).await;
    assert_eq!(processes.len(), 4, "as many as it may have, and the rest waits");
    let alive = || processes.iter().filter(|id| std::path::Path::new(&format!("/proc/{id}")).exists()).count();
    if cfg!(target_os = "linux") {
        eventually("all but one to go", || (alive() == 1).then_some(())).await;
    }
    assert!(processes.is_superset(&burst(1).await), "the last one stays warm");
    service.stop().await;
    assert_eq!(alive(), 0);
}

#[tokio::test]
async fn who_waits_too_long_for_a_process_is_told_so() {
    let scratch = Scratch::new();
    let options = Options { max_processes: 1, ..scratch.options(HTTP) };
    let service = start(options).await;
    let (first, second) = tokio::join!(service.invoke("quick", event("/do/hang")), async {
        eventually("the first to be taken", || {
            service.log_lines().iter().any(|line| line.contains("ready")).then_some(())
        })
        .await;
        let client = Client::new(&service.url());
        tokio::join!(client.get("/do/hang"), client.get("/do/hang"))
    });
    assert_eq!(first.unwrap_err().failure, Failure::TimedOut);
    // The first invocation times out after a second. One of the two may get the process then, and time out too.
    let answers = [second.0.status, second.1.status];
    assert!(answers.contains(&503) && answers.iter().all(|status| [500, 503].contains(status)), "{answers:?}");
    service.stop().await;
}

#[tokio::test]
async fn the_environment_is_lambdas_and_nothing_of_the_machines() {
    let scratch = Scratch::new();
    let mut options = scratch.options(HTTP);
    options.environment.insert("GIVEN".into(), "yes".into());
    let service = start(options).await;
    let client = Client::new(&service.url());
    let all = client.get("/do/env").await.json();
    for (name, expected) in [
        ("AWS_LAMBDA_FUNCTION_NAME", "test-dev-quick"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/test-dev-quick"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL_DYNAMODB", &service.dynamodb_url()),
        ("_HANDLER", "misbehave"),
        ("TZ", ":UTC"),
        ("OWN", "1"),
        ("GIVEN", "yes"),
    ] {
        assert_eq!(all[name], expected, "{name}");
    }
    assert!(all["AWS_LAMBDA_RUNTIME_API"].as_str().unwrap().parse::<std::net::SocketAddr>().is_ok());
    assert!(std::env::var("CARGO_MANIFEST_DIR").is_ok() && all.get("CARGO_MANIFEST_DIR").is_none());

    let answer =
        client.request("GET", "/do/context", "x-amzn-trace-id: Root=1-67891233-abcdef012345678912345678\r\n", "").await;
    let context = answer.json().to_string();
    for part in [
        "deadline-ms: ",
        "function-arn: arn:aws:lambda:us-east-1:000000000000:function:test-dev-do",
        "Root=1-67891233-abcdef012345678912345678;Parent=",
    ] {
        assert!(context.contains(part), "{part} in {context}");
    }
    service.stop().await;
}

#[tokio::test]
async fn what_a_function_prints_is_on_the_log_with_its_name() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    assert_eq!(Client::new(&service.url()).get("/do/print").await.status, 204);
    logged(&service, "do a plain line").await;
    logged(&service, r#"do {"amount":7,"level":"WARN","message":"careful"}"#).await;
    logged(&service, r#"do {"level":"INFO","message":"ready"}"#).await;
    service.stop().await;
}

#[tokio::test]
async fn functions_are_invoked_by_name() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let answer = service.invoke("do", value!({ "rawPath": "/do/echo", "n": 1 })).await.unwrap();
    assert_eq!(json(answer["body"].as_str().unwrap())["n"], 1);
    assert_eq!(service.invoke("nobody", value!({})).await.unwrap_err().failure, Failure::Unknown);
    assert_eq!(service.invoke("do", event("/do/error")).await.unwrap_err().error_type, "Sorry");
    assert_eq!(service.invoke("do", event("/do/garbage")).await.unwrap_err().failure, Failure::Response);
    service.stop().await;
}

#[tokio::test]
async fn a_function_can_be_killed_in_the_middle_and_comes_back() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.url());
    let (answer, ()) = tokio::join!(client.get("/do/sleep?ms=4000"), async {
        logged(&service, "ready").await;
        service.kill("do");
    });
    assert_eq!((answer.status, answer.body.as_str()), BROKEN);
    logged(&service, "do ERROR Runtime.ExitError").await;
    assert_eq!(client.get("/do/x").await.status, 200);
    service.stop().await;
}

#[tokio::test]
async fn a_function_that_was_built_anew_serves_the_next_request() {
    let scratch = Scratch::new();
    // Replaced as a whole, like Cargo's own output, and written by another process: Linux refuses to run a file that is open
    // for writing, also in a child process of another test that is being started.
    let build = || {
        let next = scratch.path("next");
        let copied = std::process::Command::new("cp").arg(&crate::common::binaries()["misbehave"]).arg(&next).status();
        assert!(copied.unwrap().success());
        std::fs::rename(next, scratch.path("misbehave")).unwrap();
    };
    build();
    let binaries = Binaries::Built([("misbehave".to_owned(), scratch.path("misbehave"))].into());
    let service = start(Options { binaries, ..scratch.options(HTTP) }).await;
    let process = async || service.invoke("do", event("/do/sleep")).await.unwrap()["body"].clone();
    let first = process().await;
    assert_eq!(process().await, first, "it stays warm");
    build();
    let second = process().await;
    assert_ne!(second, first);
    assert_eq!(process().await, second, "it stays warm");
    std::fs::remove_file(scratch.path("misbehave")).unwrap();
    assert_eq!(process().await, second, "a build that has not finished stops nobody");
    service.stop().await;
}
