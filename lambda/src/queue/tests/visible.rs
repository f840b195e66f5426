//! When failed messages come again.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{Builder, Credentials, Region};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;

use super::*;
use crate::aws;
use crate::queue::visibility::LONGEST;

/// SQS, as far as it is called: keeps each call's operation and body.
#[derive(Debug, Clone, Default)]
struct Sqs {
    calls: Arc<Mutex<Vec<(String, Value)>>>,
    is_down: bool,
}

impl HttpConnector for Sqs {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body = serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap_or_default();
        self.calls.lock().unwrap().push((operation.clone(), body));
        let answer = match operation.as_str() {
            "GetQueueUrl" => json!({ "QueueUrl": "https://sqs.example/111122223333/orders" }),
            _ => json!({ "Successful": [], "Failed": [] }),
        };
        let status = if self.is_down { 400 } else { 200 };
        let status = status.try_into().expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(answer.to_string()))))
    }
}

impl Sqs {
    fn visibility(&self) -> Visibility {
        let connector = SharedHttpConnector::new(self.clone());
        let config = Builder::from(&aws::defaults())
            .region(Region::from_static("eu-central-1"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
            .http_client(http_client_fn(move |_, _| connector.clone()));
        Visibility::with(Client::from_conf(config.build()))
    }

    /// The calls of an operation.
    fn of(&self, operation: &str) -> Vec<Value> {
        let calls = self.calls.lock().unwrap();
        calls.iter().filter(|(name, _)| name == operation).map(|(_, body)| body.clone()).collect()
    }

    /// Receipt handle and seconds of each message that was changed, by the handles.
    fn changed(&self) -> Vec<(String, u64)> {
        let calls = self.of("ChangeMessageVisibilityBatch").into_iter();
        let entries = calls.flat_map(|call| call["Entries"].as_array().cloned().unwrap_or_default());
        let about = |entry: Value| {
            (from_value(entry["ReceiptHandle"].clone()).unwrap(), entry["VisibilityTimeout"].as_u64().unwrap())
        };
        let mut changed: Vec<_> = entries.map(about).collect();
        changed.sort();
        changed
    }
}

/// Fails with what the body says.
fn failing() -> Handler {
    handler(|body| async move {
        match body.split_once(' ') {
            Some(("later", _)) => Err(OrderError::Later),
            Some(("in", seconds)) => Err(OrderError::MuchLater { seconds: seconds.parse().unwrap() }),
            Some(_) => Err(OrderError::Down),
            None => Ok(()),
        }
    })
}

async fn batch(sqs: &Visibility, records: Vec<Value>) -> Vec<String> {
    let answer = answer(consumer(10), &failing(), sqs, json!({ "Records": records }), &context()).await;
    failures(&answer.unwrap())
}

#[tokio::test]
async fn a_failed_message_comes_again_when_its_error_says() {
    let sqs = Sqs::default();
    let records = plain(["later a", "in 0", "in 36000", "down a", "done"]);
    assert_eq!(batch(&sqs.visibility(), records).await, ["later a", "in 0", "in 36000", "down a"]);
    let changed = [("in 0".to_owned(), 0), ("in 36000".to_owned(), 36_000), ("later a".to_owned(), 5)];
    assert_eq!(sqs.changed(), changed, "those without a time keep the queue's");
    let asked = json!({ "QueueName": "orders", "QueueOwnerAWSAccountId": "111122223333" });
    assert_eq!(sqs.of("GetQueueUrl"), [asked]);
    assert_eq!(sqs.of("ChangeMessageVisibilityBatch")[0]["QueueUrl"], "https://sqs.example/111122223333/orders");
}

#[tokio::test]
async fn a_time_beyond_what_sqs_allows_is_the_longest() {
    let sqs = Sqs::default();
    batch(&sqs.visibility(), plain(["in 4294967295"])).await;
    assert_eq!(sqs.changed(), [("in 4294967295".to_owned(), u64::from(LONGEST))]);
}

#[tokio::test]
async fn ten_messages_are_one_call_and_the_url_is_asked_for_once() {
    let sqs = Sqs::default();
    let visibility = sqs.visibility();
    for _ in 0..2 {
        let records = (0..21).map(|number| record(&format!("later {number}"), QUEUE, None)).collect();
        assert_eq!(batch(&visibility, records).await.len(), 21);
    }
    assert_eq!(sqs.of("GetQueueUrl").len(), 1);
    assert_eq!(sqs.of("ChangeMessageVisibilityBatch").len(), 6);
    assert_eq!(sqs.changed().len(), 42);
}

#[tokio::test]
async fn a_batch_without_such_a_failure_calls_nothing() {
    let sqs = Sqs::default();
    batch(&sqs.visibility(), plain(["down a", "done"])).await;
    assert!(sqs.calls.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_visibility_that_cannot_be_set_changes_nothing_else() {
    let sqs = Sqs { is_down: true, ..Sqs::default() };
    assert_eq!(batch(&sqs.visibility(), plain(["later a", "done"])).await, ["later a"]);
    let mut without = record("later b", QUEUE, None);
    without["receiptHandle"] = Value::Null;
    assert_eq!(batch(&sqs.visibility(), vec![without]).await, ["later b"]);
    assert!(sqs.of("ChangeMessageVisibilityBatch").is_empty());
}
