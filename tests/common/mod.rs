//! Test harness: the whole service with the real binaries, on free ports.

#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test file uses its part")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may fail")]

pub mod auth;
pub mod bus;
pub mod checker;
pub mod clock;
pub mod console;
pub mod http;
pub mod lapse;
pub mod proxy;
pub mod receiver;
pub mod resources;
pub mod verify;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use handlers::booking::Timestamp;
use handlers::store::Bookings;
use local::{Binaries, Options, Service};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

/// Time limit of each wait. Far longer than any takes: other tests run beside it.
pub const DEADLINE: Duration = Duration::from_mins(1);

/// Every function's binary, as Cargo built it for this test: one for each file of `src/bin`, all in one folder.
pub fn binaries() -> BTreeMap<String, PathBuf> {
    let one = Path::new(env!("CARGO_BIN_EXE_health"));
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin").read_dir().expect("the binaries' sources");
    let built = sources.map(|source| {
        let name = source.expect("a source").path().file_stem().expect("a name").to_str().expect("UTF-8").to_owned();
        let path = one.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        (name, path)
    });
    built.collect()
}

pub fn template() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../serverless.yml")
}

pub fn options() -> Options {
    let built = Options { template: template(), binaries: Binaries::Built(binaries()), ..Options::default() };
    match std::env::var("DYNAMODB_ENDPOINT") {
        // All tests share an external engine, so each gets a stage of its own, and thereby a table.
        Ok(endpoint) => {
            let stage = format!("test-{:08x}", fastrand::u32(..));
            Options { dynamodb_endpoint: Some(endpoint), stage: Some(stage), ..built }
        }
        Err(_) => built,
    }
}

/// A secret of webhooks.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The parameters of a service whose webhooks go to `url`.
pub fn webhook(url: &str) -> BTreeMap<String, String> {
    [("webhook", url), ("webhookSecret", SECRET)].map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// [`options`] with every function that a parameter can ask for. No webhook is taken.
pub fn with_everything() -> Options {
    // Discard: nothing listens there.
    Options { params: webhook("http://127.0.0.1:9/"), ..options() }
}

/// A running service and a client of it.
pub struct World {
    pub service: Service,
    client: Client,
    /// The table's name on this stage.
    pub table: String,
    /// The first minute that the watermark had left to sweep.
    pub unswept: i64,
}

/// A response with its whole body.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl World {
    pub async fn start() -> Self {
        Self::with(options()).await
    }

    /// Starts a stage whose last sweep was a moment ago. The first sweep of a stage reads a thousand partitions, which takes
    /// longer than most tests.
    pub async fn with(options: Options) -> Self {
        let table = format!("bookings-{}", options.stage.as_deref().unwrap_or("dev"));
        let service = Service::start(options).await.expect("the service starts");
        let unswept = Timestamp::now().seconds().div_euclid(60) - 5;
        let world = Self { service, client: Client::new(), table, unswept };
        if world.item("SWEEP", "WATERMARK").await.is_none() {
            let numbers = json!({"next": {"N": unswept.to_string()}, "shards": {"N": "16"}});
            let item = with(json!({"pk": {"S": "SWEEP"}, "sk": {"S": "WATERMARK"}}), numbers);
            world.database("DynamoDB_20120810.PutItem", &json!({"TableName": world.table, "Item": item})).await;
        }
        world
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.service.url())).timeout(DEADLINE)
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::POST, path).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::PUT, path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }

    /// Creates a booking, which must succeed.
    pub async fn book(&self, body: &Value) -> Value {
        let answer = self.post("/bookings", body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.body
    }

    /// Cancels the booking, with a `POST` without a body.
    pub async fn cancel(&self, booking: &Value) -> Answer {
        send(self.request(Method::POST, &format!("{}/cancel", path(booking)))).await
    }

    /// The events of this booking on the bus, oldest first.
    pub async fn events(&self, booking: &Value) -> Vec<Value> {
        let mut events = self.get("/_local/events").await.body;
        let events = events.as_array_mut().expect("an array").drain(..).rev();
        events.filter(|event| event["detail"]["booking_id"] == booking["booking_id"]).collect()
    }

    /// The `ReminderDue` events of this booking.
    pub async fn reminders(&self, booking: &Value) -> Vec<Value> {
        let mut events = self.events(booking).await;
        events.retain(|event| event["detail-type"] == "ReminderDue");
        events
    }

    /// Waits for the booking's first reminder.
    pub async fn reminded(&self, booking: &Value) -> Value {
        eventually("the reminder reaches the bus", async || self.reminders(booking).await.into_iter().next()).await
    }

    /// Calls the database as the AWS CLI would. `target` is an operation such as `DynamoDB_20120810.GetItem`.
    pub async fn database(&self, target: &str, request: &Value) -> Value {
        self.aws(self.service.dynamodb_url(), target, request).await
    }

    /// Calls SQS as the AWS CLI would.
    pub async fn sqs(&self, operation: &str, request: &Value) -> Value {
        self.aws(self.service.sqs_url(), &format!("AmazonSQS.{operation}"), request).await
    }

    async fn aws(&self, url: String, target: &str, request: &Value) -> Value {
        let signature = "AWS4-HMAC-SHA256 Credential=local/20260101/eu-central-1/dynamodb/aws4_request, \
                         SignedHeaders=host, Signature=0";
        let request = self
            .client
            .post(url)
            .header("x-amz-target", target)
            .header("x-amz-date", "20260101T000000Z")
            .header("authorization", signature)
            .header("content-type", "application/x-amz-json-1.0")
            .body(request.to_string());
        let answer = send(request).await;
        assert_eq!(answer.status, 200, "{target}: {answer:?}");
        answer.body
    }

    /// The store without a function around it.
    pub fn store(&self, shards: u32) -> Bookings {
        self.store_at(&self.service.dynamodb_url(), shards)
    }

    /// The store without a function around it, with a proxy in front of the database.
    pub fn store_at(&self, url: &str, shards: u32) -> Bookings {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
            .http_client(http::Http::default())
            .endpoint_url(url);
        Bookings::new(aws_sdk_dynamodb::Client::from_conf(config.build()), self.table.clone(), shards)
    }

    /// Invokes the sweeper as its schedule would at `seconds`.
    pub async fn sweep(&self, seconds: i64) {
        let time = Timestamp::from_millis(seconds * 1000).expect("a time");
        let tick = json!({ "detail-type": "Scheduled Event", "source": "aws.events", "time": time, "detail": {} });
        self.service.invoke("sweepTimers", tick).await.expect("a sweep");
    }

    /// All items of the table but the watermark, which every stage has.
    pub async fn items(&self) -> Vec<Value> {
        let mut items = Vec::new();
        let mut request = json!({ "TableName": self.table });
        loop {
            let mut answer = self.database("DynamoDB_20120810.Scan", &request).await;
            items.append(answer["Items"].as_array_mut().expect("items"));
            let Some(key) = answer.get("LastEvaluatedKey") else { break };
            request["ExclusiveStartKey"] = key.clone();
        }
        items.retain(|item| item["pk"]["S"] != "SWEEP");
        items
    }

    /// One item.
    pub async fn item(&self, pk: &str, sk: &str) -> Option<Value> {
        let key = json!({ "pk": { "S": pk }, "sk": { "S": sk } });
        let request = json!({ "TableName": self.table, "Key": key, "ConsistentRead": true });
        self.database("DynamoDB_20120810.GetItem", &request).await.get("Item").cloned()
    }

    /// The booking's timer, if it has one.
    pub async fn timer(&self, booking: &Value) -> Option<Value> {
        let id = text(&booking["booking_id"]);
        let is_timer =
            |item: &Value| text(&item["pk"]["S"]).starts_with("TIMER#") && text(&item["sk"]["S"]).contains(id);
        let mut timers: Vec<_> = self.items().await.into_iter().filter(is_timer).collect();
        assert!(timers.len() < 2, "{timers:#?}");
        timers.pop()
    }

    pub async fn stop(self) {
        self.service.stop().await;
    }
}

pub async fn send(request: RequestBuilder) -> Answer {
    let answer = request.send().await.expect("an answer");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let bytes = answer.bytes().await.expect("a whole answer");
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Answer { status, headers, body }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("ASCII"))
    }

    /// Checks that the response is a complete problem document with this status and the right media type.
    #[track_caller]
    pub fn is_problem(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        assert_eq!(self.body["status"], status, "{self:?}");
        for member in ["type", "title", "detail", "instance"] {
            assert!(self.body[member].is_string(), "{member}: {self:?}");
        }
        assert!(self.header("x-request-id").is_some_and(|id| !id.is_empty()), "{self:?}");
        self
    }

    /// The pointers of a 422, sorted.
    #[track_caller]
    pub fn pointers(&self) -> Vec<String> {
        self.is_problem(422);
        let errors = self.body["errors"].as_array().expect("errors");
        assert!(errors.iter().all(|error| error["detail"].as_str().is_some_and(|detail| !detail.is_empty())));
        let mut pointers: Vec<_> = errors.iter().map(|error| text(&error["pointer"]).to_owned()).collect();
        pointers.sort();
        pointers
    }
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a string: {value}"))
}

/// The path of a booking.
pub fn path(booking: &Value) -> String {
    format!("/bookings/{}", text(&booking["booking_id"]))
}

/// The time `seconds` from now, in whole seconds.
pub fn soon(seconds: i64) -> String {
    Timestamp::from_millis((Timestamp::now().seconds() + seconds) * 1000).expect("a time").to_string()
}

/// The default of `timerShards`.
pub const SHARDS: u32 = 4;

pub const HOUR: i64 = 3600;
pub const DAY: i64 = 24 * HOUR;

/// The body of a create: a booking of an hour that starts in `seconds`.
pub fn hour(resource: &str, seconds: i64) -> Value {
    json!({
        "user_id": "alice", "resource_id": resource,
        "start_time": soon(seconds), "end_time": soon(seconds + HOUR),
    })
}

/// Every function's key in the template, with an event that succeeds.
pub fn example_events() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/events");
    let mut events: Vec<_> = folder
        .read_dir()
        .unwrap()
        .map(|file| {
            let file = file.unwrap().path();
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            (camel(&name), serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap())
        })
        .collect();
    events.sort_by(|a, b| a.0.cmp(&b.0));
    events
}

/// `get_booking` becomes `getBooking`.
fn camel(name: &str) -> String {
    let mut upper = false;
    let letters = name.chars().filter_map(|letter| {
        let next = if upper { letter.to_ascii_uppercase() } else { letter };
        upper = letter == '_';
        (!upper).then_some(next)
    });
    letters.collect()
}

/// The stream record of an inserted item.
pub fn inserted(item: &Value, sequence: &str) -> Value {
    json!({
        "eventID": sequence, "eventName": "INSERT", "eventVersion": "1.1", "eventSource": "aws:dynamodb",
        "awsRegion": "eu-central-1",
        "dynamodb": {
            "Keys": {"pk": item["pk"], "sk": item["sk"]}, "NewImage": item,
            "SequenceNumber": sequence, "StreamViewType": "NEW_AND_OLD_IMAGES"
        }
    })
}

/// `value` with some members replaced.
pub fn with(mut value: Value, members: Value) -> Value {
    let (Value::Object(value_members), Value::Object(members)) = (&mut value, members) else { panic!("objects") };
    value_members.extend(members);
    value
}

/// Waits until `check` returns a value, and fails at the deadline.
pub async fn eventually<T>(what: &str, check: impl AsyncFn() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = check().await {
            return found;
        }
        assert!(started.elapsed() < DEADLINE, "timed out: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
