//! Order of the records that are moved to the dead-letter queue.

use std::sync::{Arc, Mutex};

use crate::common::proxy::read;
use crate::common::*;
use local::Options;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

/// A fake SQS that refuses the first message, and has the sequence numbers of those that it was sent.
#[derive(Clone, Default)]
struct Refusing(Arc<Mutex<Vec<String>>>);

impl Refusing {
    async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let queue = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let queue = queue.clone();
                tokio::spawn(async move { queue.serve(stream).await });
            }
        });
        url
    }

    async fn serve(&self, mut stream: TcpStream) -> Option<()> {
        loop {
            let (_, body) = read(&mut stream).await?;
            let (status, answer) = self.answer(&serde_json::from_slice(&body).ok()?);
            let head = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\r\n",
                answer.to_string().len()
            );
            stream.write_all(head.as_bytes()).await.ok()?;
            stream.write_all(answer.to_string().as_bytes()).await.ok()?;
        }
    }

    fn answer(&self, request: &Value) -> (u16, Value) {
        if request.get("QueueName").is_some() {
            return (200, json!({ "QueueUrl": "http://127.0.0.1:1/0/dead-letters" }));
        }
        let mut sent = self.0.lock().unwrap();
        sent.push(text(&request["MessageAttributes"]["sequence_number"]["StringValue"]).to_owned());
        if sent.len() == 1 {
            return (400, json!({ "__type": "com.amazonaws.sqs#InvalidMessageContents" }));
        }
        (200, json!({ "MessageId": "1" }))
    }
}

/// Lambda repeats both records then: the second one, parked now, would be parked twice, and before the first one.
#[tokio::test(flavor = "multi_thread")]
async fn no_record_is_parked_before_an_earlier_one_that_is_tried_again() {
    let queue = Refusing::default();
    let environment = [("AWS_ENDPOINT_URL_SQS".to_owned(), queue.start().await)].into();
    let world = World::with(Options { environment, ..options() }).await;
    let unreadable = |sequence: &str| {
        json!({
            "eventName": "INSERT",
            "dynamodb": {
                "Keys": { "pk": { "S": "BOOKING#1" }, "sk": { "S": "BOOKING" } },
                "NewImage": { "pk": { "S": "BOOKING#1" } },
                "SequenceNumber": sequence,
            },
        })
    };
    let batch = json!({ "Records": [unreadable("1"), unreadable("2")] });
    let publish = async || world.service.invoke("publishEvents", batch.clone()).await.expect("an answer");
    assert_eq!(publish().await, json!({ "batchItemFailures": [{ "itemIdentifier": "1" }] }));
    assert_eq!(publish().await, json!({ "batchItemFailures": [] }));
    assert_eq!(*queue.0.lock().unwrap(), ["1", "1", "2"]);
    world.stop().await;
}
