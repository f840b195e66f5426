//! Common parts of the tests: a service with one configurable function.

#![allow(dead_code, unused_imports, reason = "each test file uses its part")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use local::{Binaries, Options, Service};
use serde_json::Value;

pub(crate) mod dynamodb;
mod http;
pub(crate) mod live;
pub(crate) mod mapping;
pub(crate) mod package;
pub(crate) mod sqs;
pub(crate) mod tokens;
pub(crate) mod traces;
pub(crate) use http::{Answer, Client};

/// A temporary directory.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        let path = std::env::temp_dir().join(format!("local-test-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a template, and returns options to run it.
    pub(crate) fn options(&self, template: &str) -> Options {
        std::fs::write(self.path("serverless.yml"), template).unwrap();
        let notes = self.path("notes").to_str().unwrap().to_owned();
        Options {
            template: self.path("serverless.yml"),
            binaries: Binaries::Built(binaries()),
            environment: BTreeMap::from([("NOTES".to_owned(), notes)]),
            ..Options::default()
        }
    }

    /// The lines that the function wrote to its notes.
    pub(crate) fn notes(&self) -> Vec<String> {
        lines(&self.path("notes"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn binaries() -> BTreeMap<String, PathBuf> {
    let file = format!("examples/misbehave{}", std::env::consts::EXE_SUFFIX);
    let path = Path::new(env!("CARGO_BIN_EXE_cargo-local")).with_file_name(file);
    assert!(
        path.is_file(),
        "`cargo test` builds the example; so does `cargo build --package local --example misbehave`"
    );
    [("misbehave".to_owned(), path)].into()
}

fn lines(path: &Path) -> Vec<String> {
    std::fs::read_to_string(path).unwrap_or_default().lines().map(ToOwned::to_owned).collect()
}

/// Functions behind HTTP.
pub(crate) const HTTP: &str = "
service: test
provider: { name: aws, timeout: 5 }
functions:
  do:
    handler: misbehave
    events: [httpApi: 'ANY /do/{what}', httpApi: 'GET /do/{what}/{more}']
  quick:
    handler: misbehave
    timeout: 1
    environment: { OWN: \"1\" }
    events: [httpApi: POST /quick, httpApi: GET /do/hang, httpApi: GET /do/env]
";

/// A table with an event source mapping; `settings` are further members of it.
pub(crate) fn stream(settings: &str) -> String {
    format!(
        "
service: things
provider: {{ name: aws }}
functions:
  watch:
    handler: misbehave
    events:
      - stream:
          type: dynamodb
          arn: !GetAtt Table.StreamArn
          startingPosition: TRIM_HORIZON
          functionResponseType: ReportBatchItemFailures
{settings}
resources:
  Resources:
    Bus: {{ Type: AWS::Events::EventBus, Properties: {{ Name: things-bus }} }}
    Table:
      Type: AWS::DynamoDB::Table
      Properties:
        TableName: things-dev-table
        BillingMode: PAY_PER_REQUEST
        AttributeDefinitions: [{{ AttributeName: pk, AttributeType: S }}]
        KeySchema: [{{ AttributeName: pk, KeyType: HASH }}]
        StreamSpecification: {{ StreamViewType: NEW_AND_OLD_IMAGES }}
        TimeToLiveSpecification: {{ AttributeName: ttl, Enabled: true }}
"
    )
}

pub(crate) async fn start(options: Options) -> Service {
    Service::start(options).await.unwrap_or_else(|error| panic!("{error}"))
}

/// Starts once an earlier service has released its data.
pub(crate) async fn eventually_start(options: &Options) -> Service {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match Service::start(options.clone()).await {
            Ok(service) => return service,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Polls until there is a value. Fails the test after twenty seconds.
pub(crate) async fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(Instant::now() < deadline, "still waiting: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Asks the service until there is a value. Fails the test after twenty seconds.
pub(crate) async fn eventually_async<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(Instant::now() < deadline, "still waiting: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
