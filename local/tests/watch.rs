//! Edits are served while the service runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::common::package::{Package, TEMPLATE, built, edit, get, messages};
use crate::common::{Client, Scratch, eventually, start};
use local::{Options, TokenRequest};

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_clients_in_twenty_swaps_none_loses_a_request() {
    let package = Package::new();
    let service = Arc::new(start(package.options()).await);
    let (stop, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let clients: Vec<_> = (0..20)
        .map(|_| {
            let (service, stop, asked) = (service.clone(), stop.clone(), asked.clone());
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let answer = get(&service, "/one?ms=3").await;
                    assert!(answer.starts_with('v') || answer == "1", "{answer}");
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for swap in 0..20 {
        let before = asked.load(Ordering::Relaxed);
        let line = edit(&service, || package.function("one", &format!("v{swap}"))).await;
        assert!(line.starts_with("local served after") && line.ends_with(": one"), "{line}");
        assert_eq!(get(&service, "/one").await, format!("v{swap}"), "the next request has the new version");
        eventually("requests go on", || (asked.load(Ordering::Relaxed) > before).then_some(())).await;
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
    let errors: Vec<_> = service.log_lines().into_iter().filter(|line| line.contains("ERROR")).collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invocation_ends_in_the_version_that_it_began_with() {
    let package = Package::new();
    let service = Arc::new(start(package.options()).await);
    assert_eq!(get(&service, "/two").await, "2");
    let signals = Scratch::new();
    let (begun, end) = (signals.path("begun"), signals.path("end"));
    let target = format!("/one?begun={}&end={}", begun.display(), end.display());
    let slow = tokio::spawn({
        let service = service.clone();
        async move { get(&service, &target).await }
    });
    eventually("the slow request is in flight", || begun.exists().then_some(())).await;
    // Removes the route, too: the request goes on with the routes that it began with.
    let line = edit(&service, || {
        package.function("one", "new");
        package.write("serverless.yml", &TEMPLATE.replace("GET /one", "GET /moved"));
    });
    let line = line.await;
    assert!(line.starts_with("local served after"), "{line}");
    assert_eq!(Client::new(&service.url()).get("/one").await.status, 404);
    assert_eq!(get(&service, "/moved").await, "new");
    assert!(!slow.is_finished());
    std::fs::write(end, "").unwrap();
    assert_eq!(slow.await.unwrap(), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_fails_leaves_the_last_good_version() {
    let package = Package::new();
    let service = start(package.options()).await;
    let line = edit(&service, || package.write("src/bin/one.rs", "fn main() { let x: u8 = \"\"; }")).await;
    assert_eq!(
        line,
        "local ERROR the functions do not compile; Cargo's errors are above; the last good version is served"
    );
    assert_eq!(get(&service, "/one").await, "1");
    // The fault of another file is no reason to serve this one.
    let line = edit(&service, || package.function("two", "new")).await;
    assert!(line.ends_with("the last good version is served"), "{line}");
    assert_eq!(get(&service, "/two").await, "2");
    let line = edit(&service, || package.write("Cargo.toml", "[package\n")).await;
    assert!(line.contains("cargo cannot read the workspace"), "{line}");
    assert_eq!(get(&service, "/one").await, "1");
    edit(&service, || {
        package.manifest();
        package.function("one", "mended");
    })
    .await;
    assert_eq!((get(&service, "/one").await, get(&service, "/two").await), ("mended".into(), "new".into()));
    service.stop().await;
}

/// A build script that waits for a file, so that a test decides how long a build takes.
pub(crate) fn wait_for(file: &std::path::Path) -> String {
    let (file, pause) = (file.display(), "std::thread::sleep(std::time::Duration::from_millis(5));");
    format!("fn main() {{ while !std::path::Path::new(\"{file}\").exists() {{ {pause} }} }}\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_answered_during_a_build_and_what_is_saved_then_is_built_next() {
    let (package, signals) = (Package::new(), Scratch::new());
    let go = signals.path("go");
    std::fs::write(&go, "").unwrap();
    package.write("build.rs", &wait_for(&go));
    let service = start(package.options()).await;
    std::fs::remove_file(&go).unwrap();

    let lines = service.log_lines().len();
    package.function("one", "second");
    let changed =
        |from: usize| service.log_lines().into_iter().skip(from).filter(|line| line.ends_with("changed")).count();
    eventually("the build has begun", || (changed(lines) == 1).then_some(())).await;
    // A function without a process yet has to start one of the version that runs, in the middle of the build.
    assert_eq!((get(&service, "/one").await, get(&service, "/two").await), ("1".into(), "2".into()));
    package.function("one", "third");
    package.function("two", "third");
    assert_eq!(get(&service, "/one").await, "1");
    std::fs::write(&go, "").unwrap();
    built(&service, lines).await;
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    while get(&service, "/one").await != "third" || get(&service, "/two").await != "third" {
        assert!(std::time::Instant::now() < deadline, "{:?}", messages(&service));
    }
    assert!(changed(lines) <= 2, "the saves during the build are one build: {:?}", messages(&service));
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_saves_is_one_build() {
    let package = Package::new();
    let service = start(package.options()).await;
    let line = edit(&service, || {
        for round in 0..10 {
            package.function("one", &format!("a{round}"));
            package.function("two", &format!("b{round}"));
        }
    })
    .await;
    assert!(line.ends_with(": one, two"), "{line}");
    assert_eq!((get(&service, "/one").await, get(&service, "/two").await), ("a9".into(), "b9".into()));
    let builds = service.log_lines().iter().filter(|line| line.ends_with("changed")).count();
    assert_eq!(builds, 1, "{:?}", messages(&service));
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoints_file_and_its_lines_in_the_template_are_served_whichever_is_saved_first() {
    for file_first in [true, false] {
        let package = Package::new();
        let service = start(package.options()).await;
        let file = || package.function("three", "3");
        let template = || {
            let line = "  three: { handler: three, events: [httpApi: GET /three] }\n";
            package.write("serverless.yml", &format!("{TEMPLATE}{line}"));
        };
        let (first, expected) = if file_first {
            (edit(&service, file).await, "the binary `three` is the handler of no function")
        } else {
            (edit(&service, template).await, "add src/bin/three.rs or correct the handler")
        };
        assert!(first.contains(expected), "{first}");
        assert_eq!(get(&service, "/one").await, "1");
        let second = if file_first { edit(&service, template).await } else { edit(&service, file).await };
        assert!(second.ends_with(": three"), "{second}");
        assert_eq!(get(&service, "/three").await, "3");
        // And it can be taken away again.
        let lines = service.log_lines().len();
        std::fs::remove_file(package.path("src/bin/three.rs")).unwrap();
        package.write("serverless.yml", TEMPLATE);
        built(&service, lines).await;
        let client = Client::new(&service.url());
        let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
        while client.get("/three").await.status != 404 {
            assert!(std::time::Instant::now() < deadline, "{:?}", messages(&service));
        }
        service.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_a_folder_that_is_new_is_seen() {
    let package = Package::new();
    let service = start(package.options()).await;
    edit(&service, || {
        package.write("src/parts/text.rs", "pub const TEXT: &str = \"first\";\n");
        package.write(
            "src/bin/one.rs",
            "#[path = \"../parts/text.rs\"]\nmod text;\nfn main() {\n    edited::serve(text::TEXT);\n}\n",
        );
    })
    .await;
    assert_eq!(get(&service, "/one").await, "first");
    edit(&service, || package.write("src/parts/text.rs", "pub const TEXT: &str = \"second\";\n")).await;
    assert_eq!(get(&service, "/one").await, "second");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_and_the_files_that_it_takes_in_are_read_again_without_a_build() {
    let package = Package::new();
    let service = start(package.options()).await;
    let with = |functions: &str| format!("{}{functions}", TEMPLATE.split("functions:").next().unwrap());
    let line = edit(&service, || {
        package.write("variables.yml", "VARIABLE: a\n");
        package.write(
            "serverless.yml",
            &with("  environment: ${file(variables.yml)}\nfunctions:\n  one: { handler: one, events: [httpApi: GET /one, httpApi: 'POST /more/{x}'] }\n  two: { handler: two, events: [schedule: rate(1 hour)] }\n"),
        );
    })
    .await;
    assert!(line.starts_with("local served after") && line.ends_with("one, two"), "{line}");
    assert_eq!(get(&service, "/one").await, "1a");
    let client = Client::new(&service.url());
    assert_eq!(client.request("POST", "/more/1", "", "").await.status, 200);
    assert_eq!(client.get("/two").await.status, 404);
    eventually("the schedule runs", || service.log_lines().iter().any(|line| line == "two 2 was called").then_some(()))
        .await;

    edit(&service, || package.write("variables.yml", "VARIABLE: b\n")).await;
    assert_eq!(get(&service, "/one").await, "1b");
    let line = edit(&service, || package.write("variables.yml", "VARIABLE: [\n")).await;
    assert!(line.contains("uses `file(variables.yml)`, which is not YAML"), "{line}");
    assert_eq!(get(&service, "/one").await, "1b");
    edit(&service, || package.write("variables.yml", "VARIABLE: c\n")).await;
    assert_eq!(get(&service, "/one").await, "1c");
    let calls = service.log_lines().iter().filter(|line| *line == "two 2 was called").count();
    assert_eq!(calls, 1, "a schedule that stays is not begun anew");
    service.stop().await;
}

pub(crate) const TABLE: &str = "
resources:
  Resources:
    Table:
      Type: AWS::DynamoDB::Table
      Properties:
        TableName: things-dev-table
        BillingMode: PAY_PER_REQUEST
        AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }]
        KeySchema: [{ AttributeName: pk, KeyType: HASH }]
        StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }
";

#[tokio::test(flavor = "multi_thread")]
async fn tables_and_mappings_come_with_the_template_and_a_keys_change_is_refused() {
    let package = Package::new();
    let service = start(package.options()).await;
    let mapped = TEMPLATE.replace(
        "httpApi: GET /two",
        "stream: { type: dynamodb, arn: !GetAtt Table.StreamArn, startingPosition: LATEST }",
    );
    let mapped = format!("{mapped}{TABLE}");
    edit(&service, || package.write("serverless.yml", &mapped)).await;
    crate::common::dynamodb::put(&service.dynamodb_url(), "a", 1).await;
    eventually("the batch arrives", || service.log_lines().iter().any(|line| line == "two 2 was called").then_some(()))
        .await;

    let line = edit(&service, || {
        package.write(
            "serverless.yml",
            &mapped.replace("AttributeName: pk", "AttributeName: id").replace("GET /one", "GET /moved"),
        );
    })
    .await;
    assert!(
        line.contains("the table `things-dev-table` was made by an earlier serverless.yml and differs in its keys"),
        "{line}"
    );
    assert!(line.contains("start `cargo local` again"), "{line}");
    assert_eq!(get(&service, "/one").await, "1", "nothing of the refused version is served");
    edit(&service, || package.write("serverless.yml", &mapped.replace("GET /one", "GET /moved"))).await;
    assert_eq!(get(&service, "/moved").await, "1");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authorizer_that_is_added_guards_at_once() {
    let package = Package::new();
    let guarded = |route: &str| {
        let authorizers = "  httpApi: { authorizers: { jwt: { type: jwt, identitySource: $request.header.Authorization, issuerUrl: '${param:issuer}', audience: '${param:audience}' } } }\nfunctions:";
        let text = TEMPLATE.replace("functions:", authorizers);
        text.replace(
            &format!("httpApi: GET {route}"),
            &format!("httpApi: {{ method: GET, path: {route}, authorizer: {{ name: jwt, scopes: [read{route}] }} }}"),
        )
    };
    package.write("serverless.yml", &guarded("/one"));
    let service = start(Options { auth: true, ..package.options() }).await;
    let client = Client::new(&service.url());
    assert_eq!((client.get("/one").await.status, client.get("/two").await.status), (401, 200));
    let token = service.token(&TokenRequest::of("alice")).unwrap();
    edit(&service, || package.write("serverless.yml", &guarded("/two"))).await;
    assert_eq!((client.get("/one").await.status, client.get("/two").await.status), (200, 401));
    let ask = async |token: &str| {
        client.request("GET", "/two", &format!("authorization: Bearer {token}\r\n"), "").await.status
    };
    assert_eq!(ask(&token).await, 403, "a token of before has the scopes of before");
    assert_eq!(ask(&service.token(&TokenRequest::of("alice")).unwrap()).await, 200, "a new one has those of now");
    // One that this machine cannot check is not left open.
    let line = edit(&service, || {
        package.write("serverless.yml", &guarded("/two").replace("'${param:issuer}'", "https://issuer.example"));
    })
    .await;
    assert!(line.contains("asks for tokens of https://issuer.example"), "{line}");
    assert_eq!(client.get("/two").await.status, 401);
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_watch_nothing_is_built() {
    let package = Package::new();
    let service = start(Options { watch: false, ..package.options() }).await;
    package.function("one", "new");
    package.write("serverless.yml", &TEMPLATE.replace("GET /two", "GET /moved"));
    let watched = Package::new();
    let other = start(watched.options()).await;
    edit(&other, || watched.function("one", "new")).await;
    assert_eq!((get(&service, "/one").await, get(&service, "/two").await), ("1".into(), "2".into()));
    other.stop().await;
    service.stop().await;
}
