//! The table: `dynoxide` in this process, asked with the bodies that the SDK sends.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use dynoxide::actions::get_records::Record;
use dynoxide::{AttributeValue, Database, DynoxideError, Item};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::clock::Clock;

pub const TABLE: &str = "bookings-simulated";

thread_local! {
    /// A database with the table, to copy: creating a table takes longer than a hundred requests.
    static TEMPLATE: OnceCell<(tempfile::TempDir, String)> = const { OnceCell::new() };
}

fn ask<Q: DeserializeOwned>(body: &[u8]) -> Result<Q, DynoxideError> {
    serde_json::from_slice(body).map_err(|error| DynoxideError::SerializationException(error.to_string()))
}

fn written<A: Serialize>(answer: A) -> Vec<u8> {
    serde_json::to_vec(&answer).unwrap()
}

fn template() -> String {
    TEMPLATE.with(|template| {
        let (_, path) = template.get_or_init(|| {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("table.sqlite").to_str().unwrap().to_owned();
            let database = Database::new(&path).unwrap();
            let attribute = |name: &str, kind: &str| json!({ "AttributeName": name, "AttributeType": kind });
            let key = |hash: &str, range: &str| {
                json!([
                    { "AttributeName": hash, "KeyType": "HASH" }, { "AttributeName": range, "KeyType": "RANGE" }
                ])
            };
            let index = |name: &str, hash: &str, range: &str| {
                json!({
                    "IndexName": name, "KeySchema": key(hash, range), "Projection": { "ProjectionType": "ALL" }
                })
            };
            let table = json!({
                "TableName": TABLE, "BillingMode": "PAY_PER_REQUEST", "KeySchema": key("pk", "sk"),
                "AttributeDefinitions": [
                    attribute("pk", "S"), attribute("sk", "S"), attribute("user_id", "S"), attribute("start_time", "S"),
                ],
                "GlobalSecondaryIndexes": [
                    index("user_id_index", "user_id", "start_time"),
                ],
                "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" },
            });
            database.create_table(serde_json::from_value(table).unwrap()).unwrap();
            let ttl = json!({
                "TableName": TABLE, "TimeToLiveSpecification": { "AttributeName": "ttl", "Enabled": true }
            });
            database.update_time_to_live(serde_json::from_value(ttl).unwrap()).unwrap();
            (directory, path)
        });
        path.clone()
    })
}

pub struct Table {
    pub database: Database,
    position: std::sync::Mutex<String>,
    /// The number of items in each partition of the timers that has any.
    timers: std::sync::Mutex<BTreeMap<String, usize>>,
}

impl Table {
    pub fn open(clock: Arc<Clock>) -> Self {
        let database = Database::memory_with_clock(clock).unwrap();
        database.restore_from(&template()).unwrap();
        let streams = database.list_streams(serde_json::from_value(json!({})).unwrap()).unwrap();
        let arn = serde_json::to_value(streams).unwrap()["Streams"][0]["StreamArn"].as_str().unwrap().to_owned();
        let shard = dynoxide::streams::shard_id(TABLE);
        let first = json!({ "StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON" });
        let first = database.get_shard_iterator(serde_json::from_value(first).unwrap()).unwrap();
        Self {
            database,
            position: std::sync::Mutex::new(first.shard_iterator.unwrap()),
            timers: std::sync::Mutex::default(),
        }
    }

    /// Carries out a request. Status and body of its answer.
    pub fn answer(&self, operation: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let database = &self.database;
        if operation == "Query" && self.knows_empty(body) {
            return (200, br#"{"Count":0,"Items":[],"ScannedCount":0}"#.to_vec());
        }
        let answer = match operation {
            "GetItem" => ask(body).and_then(|ask| database.get_item(ask)).map(written),
            "PutItem" => ask(body).and_then(|ask| database.put_item(ask)).map(written),
            "UpdateItem" => ask(body).and_then(|ask| database.update_item(ask)).map(written),
            "DeleteItem" => ask(body).and_then(|ask| database.delete_item(ask)).map(written),
            "Query" => ask(body).and_then(|ask| database.query(ask)).map(written),
            "BatchGetItem" => ask(body).and_then(|ask| database.batch_get_item(ask)).map(written),
            "BatchWriteItem" => ask(body).and_then(|ask| database.batch_write_item(ask)).map(written),
            "TransactGetItems" => ask(body).and_then(|ask| database.transact_get_items(ask)).map(written),
            "TransactWriteItems" => ask(body).and_then(|ask| database.transact_write_items(ask)).map(written),
            other => panic!("the simulated table does not know {other}"),
        };
        match answer {
            Ok(body) => (200, body),
            Err(error) => (error.status_code(), error.to_json().into_bytes()),
        }
    }

    /// The records of the stream that were not read before.
    pub fn new_records(&self) -> Vec<Record> {
        let mut position = self.position.lock().unwrap();
        let mut records = Vec::new();
        loop {
            let ask = json!({ "ShardIterator": *position, "Limit": 1000 });
            let answer = self.database.get_records(serde_json::from_value(ask).unwrap()).unwrap();
            *position = answer.next_shard_iterator.unwrap();
            let last = answer.records.len() < 1000;
            records.extend(answer.records);
            if last {
                break;
            }
        }
        for record in &records {
            self.count_timers(record);
        }
        records
    }

    /// Whether the query is for a partition of timers that has none. Most queries of the sweeper are, and the database
    /// takes as long for them as for others.
    fn knows_empty(&self, body: &[u8]) -> bool {
        let body = std::str::from_utf8(body).unwrap();
        let Some(from) = body.find("\"TIMER#") else { return false };
        let partition = body[from + 1..].split('"').next().unwrap_or_default();
        !self.timers.lock().unwrap().contains_key(partition)
    }

    fn count_timers(&self, record: &Record) {
        let change = &record.dynamodb;
        let Some(AttributeValue::S(pk)) =
            change.keys.get("pk").filter(|_| change.old_image.is_none() || change.new_image.is_none())
        else {
            return;
        };
        if !super::timers::is_key(pk) {
            return;
        }
        let mut timers = self.timers.lock().unwrap();
        let count = timers.entry(pk.clone()).or_default();
        if change.new_image.is_some() {
            *count += 1;
        } else {
            *count -= 1;
        }
        if *count == 0 {
            timers.remove(pk);
        }
    }

    pub fn all_items(&self) -> Vec<Item> {
        let answer = self.database.scan(serde_json::from_value(json!({ "TableName": TABLE })).unwrap()).unwrap();
        answer.items.unwrap_or_default()
    }
}
