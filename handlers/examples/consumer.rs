//! Consumer of `ReminderDue` that acts on each reminder once: a Lambda function behind an SQS queue, to which a rule on
//! the bus sends reminders. Copy it; docs/events.md has the rule.
//!
//! It needs a table of its own (`SEEN_TABLE`) with the string key `id` and TTL on `ttl`.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

/// Longer than the time in which a duplicate can arrive: the stream keeps a record for a day.
const REMEMBERED_SECONDS: u64 = 2 * 24 * 60 * 60;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let client = Client::new(&handlers::lambda::aws::config("DYNAMODB")?);
    let table = handlers::lambda::variable("SEEN_TABLE")?;
    let (client, table) = (&client, &table);
    run(service_fn(move |batch: LambdaEvent<Value>| consume(client, table, batch.payload))).await
}

/// Handles every message of a batch, and returns those to deliver again.
async fn consume(client: &Client, table: &str, batch: Value) -> Result<Value, Error> {
    let mut failures = Vec::new();
    for message in batch["Records"].as_array().into_iter().flatten() {
        if let Err(error) = consume_one(client, table, message).await {
            eprintln!("{error}");
            failures.push(json!({ "itemIdentifier": message["messageId"] }));
        }
    }
    Ok(json!({ "batchItemFailures": failures }))
}

async fn consume_one(client: &Client, table: &str, message: &Value) -> Result<(), Error> {
    let event: Value = serde_json::from_str(message["body"].as_str().unwrap_or_default())?;
    let detail = &event["detail"];
    let id = detail["id"].as_str().ok_or("a reminder without an id")?;
    if client.get_item().table_name(table).key("id", AttributeValue::S(id.to_owned())).send().await?.item.is_some() {
        return Ok(());
    }
    remind(detail)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let seen = client.put_item().table_name(table).item("id", AttributeValue::S(id.to_owned()));
    seen.item("ttl", AttributeValue::N((now + REMEMBERED_SECONDS).to_string())).send().await?;
    Ok(())
}

/// Replace with your own action, such as sending a mail. It runs before the id is stored: a crash in between repeats a
/// reminder and loses none.
fn remind(detail: &Value) -> Result<(), Error> {
    let start = detail["start_time"].as_str().ok_or("a reminder without a start")?;
    println!("remind of what starts at {start}");
    Ok(())
}
