//! The local issuer, `cargo local token`, and starts that are refused for the lack of an issuer.

use std::process::Command;

use crate::common::tokens::{GUARDED, ask, guarded, part};
use crate::common::{Client, HTTP, Scratch, start};
use local::{Data, Options, Service, TokenError, TokenRequest};
use serde_json::json;

#[tokio::test]
async fn the_issuer_publishes_what_its_tokens_are_checked_with() {
    let scratch = Scratch::new();
    let service = start(guarded(&scratch)).await;
    let client = Client::new(&service.url());
    let issuer = format!("{}/_local/issuer", service.url());
    let configuration = client.get("/_local/issuer/.well-known/openid-configuration").await.json();
    assert_eq!(configuration["issuer"], issuer);
    let keys = configuration["jwks_uri"].as_str().unwrap().strip_prefix(&service.url()).unwrap().to_owned();
    let keys = client.get(&keys).await.json();
    let token = service.token(&TokenRequest::of("alice")).unwrap();
    let body = r#"{"sub":"alice"}"#;
    let plain = client.request("POST", "/_local/token", "content-type: text/plain\r\n", body).await;
    assert_eq!(plain.status, 415, "what a page of another origin may send");
    let request = format!(
        "POST /_local/token HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    assert_eq!(client.send(request).await.status, 403, "a name of somebody else's");
    let made = client.request("POST", "/_local/token", "content-type: application/json\r\n", body).await;
    assert_eq!(ask(&service, made.json()["access_token"].as_str().unwrap()).await.status, 200);
    let key = &keys["keys"][0];
    assert_eq!(key["kid"], part(&token, 0)["kid"]);
    assert_eq!((&key["kty"], &key["alg"], &key["use"]), (&json!("RSA"), &json!("RS256"), &json!("sig")));
    assert!(key.get("d").is_none() && key["n"].as_str().unwrap().len() > 300);
    service.stop().await;

    let service = start(scratch.options(GUARDED)).await;
    let client = Client::new(&service.url());
    assert_eq!(client.get("/_local/issuer/jwks.json").await.status, 404);
    assert_eq!(service.token(&TokenRequest::of("alice")), Err(TokenError::Off));
    assert_eq!(client.get("/things/1").await.status, 200, "the authorizer is off");
    service.stop().await;
}

#[tokio::test]
async fn a_token_outlives_a_restart_where_the_data_does() {
    let scratch = Scratch::new();
    let options = Options { data: Data::Directory(scratch.path(".local")), ..guarded(&scratch) };
    let service = start(options.clone()).await;
    let token = service.token(&TokenRequest::of("alice")).unwrap();
    let port: u16 = service.url().rsplit(':').next().unwrap().parse().unwrap();
    service.stop().await;
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let service = loop {
        match Service::start(Options { port, ..options.clone() }).await {
            Ok(service) => break service,
            // A child process of another test may have a copy of the listener for a moment.
            Err(error) => assert!(std::time::Instant::now() < deadline, "{error}"),
        }
    };
    assert_eq!(ask(&service, &token).await.status, 200);
    service.stop().await;
}

#[tokio::test]
async fn a_route_with_an_authorizer_is_never_left_open() {
    let scratch = Scratch::new();
    let refused = async |options: Options| match Service::start(options).await {
        Ok(_) => panic!("it started"),
        Err(error) => error.to_string(),
    };
    let real = || [("issuer", "https://real.example"), ("audience", "x")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    let error = refused(Options { params: real().into(), ..scratch.options(GUARDED) }).await;
    assert!(
        error.starts_with("the route `POST /any` asks for tokens of https://real.example, which cannot be checked")
            && error.contains("start with --auth"),
        "{error}"
    );
    let error = refused(Options { params: real().into(), ..guarded(&scratch) }).await;
    assert!(error.contains("--auth checks only those of the local issuer"), "{error}");
    let error = refused(Options { auth: true, ..scratch.options(HTTP) }).await;
    assert!(error.starts_with("--auth has nothing to check: no route of serverless.yml has an authorizer"), "{error}");
    let foreign =
        HTTP.replace("httpApi: POST /quick,", "httpApi: { method: POST, path: /quick, authorizer: aws_iam },");
    for auth in [false, true] {
        let error = refused(Options { auth, ..scratch.options(&foreign) }).await;
        assert!(
            error.starts_with("the route `POST /quick` has the authorizer `aws_iam`, which does not run"),
            "{error}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_prints_a_token_of_the_running_service() {
    let scratch = Scratch::new();
    let service = start(guarded(&scratch)).await;
    let port = service.url().rsplit(':').next().unwrap().to_owned();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_cargo-local"))
            .args(["token", "--port", &port, "--sub", "alice"])
            .args(arguments)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.success(), text(output.stdout), text(output.stderr))
    };
    let (success, token, errors) = run(&[]);
    assert!(success && errors.is_empty(), "{errors}");
    assert_eq!(ask(&service, &format!("Bearer {}", token.trim_end())).await.status, 200);
    let (_, token, _) = run(&["--scope", "a b", "--audience", "x", "--expires-in", "-60"]);
    let claims = part(token.trim_end(), 1);
    assert_eq!((&claims["scope"], &claims["aud"]), (&json!("a b"), &json!("x")));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), -60);

    service.stop().await;
    let (success, token, errors) = run(&[]);
    assert!(!success && token.is_empty());
    assert!(errors.starts_with(&format!("error: no service answers on port {port} (")), "{errors}");
    assert!(errors.contains(&format!("start it with `cargo local --auth --port {port}`")), "{errors}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_screen_says_how_to_get_a_token_wherever_the_service_listens() {
    for host in ["localhost", "127.0.0.1", "0.0.0.0", "::1", "::"] {
        if host.contains(':') && std::net::TcpListener::bind("[::1]:0").is_err() {
            continue;
        }
        let scratch = Scratch::new();
        let service = start(Options { host: host.parse().unwrap(), ..guarded(&scratch) }).await;
        let screen = service.screen().await;
        let (_, command) = screen.split_once("$(cargo local token").unwrap_or_else(|| panic!("{screen}"));
        let (arguments, request) = command.split_once(')').unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_cargo-local"))
            .arg("token")
            .args(arguments.split_whitespace())
            .output()
            .unwrap();
        let token = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{host}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(request.contains("/users/alice/things"), "{screen}");
        assert_eq!(ask(&service, &format!("Bearer {}", token.trim_end())).await.status, 200, "{host}");
        service.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_says_when_the_service_asks_for_no_tokens() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let port = service.url().rsplit(':').next().unwrap().to_owned();
    let command = ["token", "--sub", "alice", "--port", &port];
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-local")).args(command).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(errors.starts_with("error: the service runs without --auth"), "{errors}");
    service.stop().await;
}
