//! SQS's protocol, without signatures.

use local::Service;
use serde_json::{Value, json};

use super::{Answer, Client};

/// A queue, its dead-letter queue, and one with a delay and long polling.
pub(crate) const QUEUES: &str = "
service: shop
functions:
  do: { handler: misbehave, environment: { QUEUE: !Ref Jobs } }
resources:
  Resources:
    Jobs:
      Type: AWS::SQS::Queue
      Properties:
        QueueName: jobs
        RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 2 }
    Dead: { Type: AWS::SQS::Queue, Properties: { QueueName: dead } }
    Late: { Type: AWS::SQS::Queue, Properties: { QueueName: late, DelaySeconds: 1, ReceiveMessageWaitTimeSeconds: 20 } }
";

pub(crate) fn url(service: &Service, queue: &str) -> String {
    format!("{}/000000000000/{queue}", service.sqs_url())
}

pub(crate) async fn call(service: &Service, operation: &str, body: Value) -> Answer {
    call_at(&service.sqs_url(), operation, &body).await
}

pub(crate) async fn call_at(url: &str, operation: &str, body: &Value) -> Answer {
    Client::new(url).request("POST", "/", &headers(operation), &body.to_string()).await
}

fn headers(operation: &str) -> String {
    format!("x-amz-target: AmazonSQS.{operation}\r\ncontent-type: application/x-amz-json-1.0\r\n")
}

/// Starts long polling for twenty seconds. The request has arrived; the response is still to come.
pub(crate) async fn waiting(service: &Service, queue: &str) -> impl Future<Output = Answer> + use<> {
    let body = json!({ "QueueUrl": url(service, queue), "WaitTimeSeconds": 20 }).to_string();
    Client::new(&service.sqs_url()).arrived(&headers("ReceiveMessage"), &body).await
}

pub(crate) async fn send(service: &Service, queue: &str, body: &str) {
    let answer = call(service, "SendMessage", json!({ "QueueUrl": url(service, queue), "MessageBody": body })).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// Receives messages; `settings` are further members of the request.
pub(crate) async fn receive(service: &Service, queue: &str, mut settings: Value) -> Vec<Value> {
    settings["QueueUrl"] = url(service, queue).into();
    let answer = call(service, "ReceiveMessage", settings).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["Messages"].as_array().cloned().unwrap_or_default()
}

pub(crate) fn bodies(messages: &[Value]) -> Vec<String> {
    messages.iter().map(|message| message["Body"].as_str().unwrap().to_owned()).collect()
}
