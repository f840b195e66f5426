//! Writes bookings directly into the table, in the same form as the service.

use std::collections::BTreeMap;

use reqwest::Client;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Failure;
use crate::client::time;

/// Maximum of items in one `BatchWriteItem`.
const BATCH: usize = 25;
/// Maximum of concurrent batches.
const AT_ONCE: usize = 8;
const HALF_HOUR: i64 = 1800;
const DAY: i64 = 24 * 3600;

/// Writes `count` bookings of `user-0` and `room-0`, half an hour each and consecutive from `first` on, with the days
/// that they claim. Returns their ids.
pub(crate) async fn bookings(dynamodb: &str, first: i64, count: usize) -> Result<Vec<String>, Failure> {
    let mut items = Vec::new();
    let mut days: BTreeMap<i64, serde_json::Map<String, Value>> = BTreeMap::new();
    let mut ids = Vec::new();
    for place in 0..i64::try_from(count)? {
        let (start, end) = (first + place * HALF_HOUR, first + (place + 1) * HALF_HOUR);
        let id = Uuid::new_v4().to_string();
        items.push(booking(&id, start, end));
        let claim = json!({ "L": [number(start * 1000), number(end * 1000)] });
        days.entry(start / DAY).or_default().insert(id.clone(), claim);
        ids.push(id);
    }
    items.extend(days.into_iter().map(|(day, busy)| {
        let date = time(day * DAY)[..10].to_owned();
        json!({
            "pk": text("RESOURCE#room-0"), "sk": text(&format!("DAY#{date}")), "version": number(1),
            "busy": { "M": busy }, "ttl": number((day + 32) * DAY),
        })
    }));
    let (client, mut writes) = (Client::new(), tokio::task::JoinSet::new());
    for batch in items.chunks(BATCH) {
        if writes.len() >= AT_ONCE
            && let Some(write) = writes.join_next().await
        {
            write??;
        }
        let puts: Vec<_> = batch.iter().map(|item| json!({ "PutRequest": { "Item": item } })).collect();
        writes.spawn(write(client.clone(), dynamodb.to_owned(), json!({ "RequestItems": { "bookings-dev": puts } })));
    }
    while let Some(write) = writes.join_next().await {
        write??;
    }
    Ok(ids)
}

async fn write(client: Client, dynamodb: String, request: Value) -> Result<(), Failure> {
    let signature = "AWS4-HMAC-SHA256 Credential=local/20260101/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, \
                     Signature=0";
    let answer = client
        .post(dynamodb)
        .header("x-amz-target", "DynamoDB_20120810.BatchWriteItem")
        .header("x-amz-date", "20260101T000000Z")
        .header("authorization", signature)
        .header("content-type", "application/x-amz-json-1.0")
        .body(request.to_string())
        .send()
        .await?;
    if answer.status().is_success() {
        return Ok(());
    }
    Err(format!("the table takes no bookings: {}", answer.text().await?).into())
}

fn text(text: &str) -> Value {
    json!({ "S": text })
}

fn number(number: i64) -> Value {
    json!({ "N": number.to_string() })
}

fn booking(id: &str, start: i64, end: i64) -> Value {
    let millis = |seconds: i64| text(&time(seconds).replace('Z', ".000Z"));
    json!({
        "pk": text(&format!("BOOKING#{id}")), "sk": text("BOOKING"), "booking_id": text(id),
        "user_id": text("user-0"), "resource_id": text("room-0"), "status": text("active"),
        "start_time": millis(start), "end_time": millis(end), "created_at": millis(start - DAY),
        "updated_at": millis(start - DAY), "reminder_generation": number(1), "timer_shard": number(0),
        "version": number(1), "request_fingerprint": text(""),
    })
}
