//! Records that are moved to the dead-letter queue: which, how, and in what order.

use std::sync::{Arc, Mutex};

use crate::common::proxy::read;
use crate::common::*;
use crate::events::told;
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

/// Delivers a batch of three records whose middle one cannot be published. It must be moved to the dead-letter queue
/// whole, and the other two must be published.
async fn is_parked(poison: impl Fn(&mut Value)) {
    let world = World::start().await;
    let booking = world.book(&hour("room", DAY)).await;
    told(&world, &booking, 1).await;
    let item = world.item(&format!("BOOKING#{}", text(&booking["booking_id"])), "BOOKING").await.unwrap();
    let record = |sequence: &str| inserted(&item, sequence);
    let mut odd = record("100000000000000000002");
    poison(&mut odd);
    let batch = json!({"Records": [record("100000000000000000001"), odd, record("100000000000000000003")]});
    let answer = world.service.invoke("publishEvents", batch).await.unwrap();
    assert_eq!(answer, json!({"batchItemFailures": []}));
    assert_eq!(world.events(&booking).await.len(), 3, "the other two records are published");
    assert!(parked(&world).await == [odd], "the dead-letter queue has the whole record");
    world.stop().await;
}

/// The messages in the dead-letter queue.
async fn parked(world: &World) -> Vec<Value> {
    let queues = world.get("/_local/queues").await.body;
    let queue = queues.as_array().unwrap().iter().find(|queue| queue["name"] == "bookings-dev-dead-letters").unwrap();
    queue["messages"].as_array().unwrap().iter().map(|message| message["body"].clone()).collect()
}

/// The stream keeps a record for 24 hours, and no other copy of it exists.
#[tokio::test(flavor = "multi_thread")]
async fn what_no_bus_takes_is_tried_again_until_it_would_be_forgotten_and_then_kept_whole() {
    // No server listens on this port.
    let environment = [("AWS_ENDPOINT_URL_EVENTBRIDGE".to_owned(), "http://127.0.0.1:1".to_owned())].into();
    let world = World::with(Options { environment, ..options() }).await;
    let booking = world.book(&hour("room", DAY)).await;
    let item = world.item(&format!("BOOKING#{}", text(&booking["booking_id"])), "BOOKING").await.unwrap();
    let hours_ago = |hours: i64, sequence: &str, booking: &str| {
        let mut record = inserted(&item, sequence);
        record["dynamodb"]["NewImage"]["booking_id"] = json!({"S": booking});
        record["dynamodb"]["ApproximateCreationDateTime"] = json!(chrono::Utc::now().timestamp() - hours * HOUR);
        record
    };
    let old = hours_ago(21, "100000000000000000001", "00000000-0000-4000-8000-000000000001");
    let young = hours_ago(19, "100000000000000000002", "00000000-0000-4000-8000-000000000002");
    let answer = world.service.invoke("publishEvents", json!({"Records": [old, young]})).await.unwrap();
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "100000000000000000002"}]}));
    assert!(parked(&world).await == [old]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_nobody_can_read_is_kept_whole_and_holds_up_nobody() {
    is_parked(|record| record["dynamodb"]["NewImage"]["start_time"] = json!({"S": "soon"})).await;
}

/// As after a rollback, where a later release has stored what this one does not know.
#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_whose_booking_cannot_be_read_is_kept_whole_and_holds_up_nobody() {
    let world = World::start().await;
    let (broken, sound) = (world.book(&hour("room", 600)).await, world.book(&hour("hall", 600)).await);
    world.reminded(&sound).await;
    world.reminded(&broken).await;
    let at = format!("BOOKING#{}", text(&broken["booking_id"]));
    let removal = |booking: &Value, item: &Value| {
        let due = text(&item["reminder_due"]["N"]);
        let sk = format!("{due}#{}#reminder", text(&booking["booking_id"]));
        let keys = json!({ "pk": { "S": "TIMER#2035-05-14T10:00#0" }, "sk": { "S": sk } });
        let rest = json!({ "ttl": { "N": due }, "token": item["reminder_generation"] });
        let change = json!({ "Keys": keys, "OldImage": with(keys.clone(), rest), "SequenceNumber": "1" });
        json!({ "eventName": "REMOVE", "dynamodb": change })
    };
    let item = world.item(&at, "BOOKING").await.unwrap();
    let of_sound = world.item(&format!("BOOKING#{}", text(&sound["booking_id"])), "BOOKING").await.unwrap();
    let records = [removal(&broken, &item), removal(&sound, &of_sound)];
    let later = with(item, json!({ "status": { "S": "waitlisted" } }));
    world.database("DynamoDB_20120810.PutItem", &json!({ "TableName": world.table, "Item": later })).await;
    let answer = world.service.invoke("publishEvents", json!({ "Records": records })).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    assert!(parked(&world).await.contains(&records[0]), "the dead-letter queue has the whole record");
    assert_eq!(world.reminders(&sound).await.len(), 2, "the record of the other one is told again");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_the_bus_finds_too_large_is_kept_whole_and_holds_up_nobody() {
    is_parked(|record| {
        // An item of the maximum size. The event has it three times (before, after, and its fields), which is more than
        // the bus accepts.
        let user = json!({"S": "x".repeat(380_000)});
        record["eventName"] = json!("MODIFY");
        let old = record["dynamodb"]["NewImage"].clone();
        record["dynamodb"]["OldImage"] = old;
        record["dynamodb"]["OldImage"]["user_id"] = user.clone();
        record["dynamodb"]["NewImage"]["user_id"] = user;
        record["dynamodb"]["NewImage"]["version"] = json!({"N": "2"});
    })
    .await;
}
