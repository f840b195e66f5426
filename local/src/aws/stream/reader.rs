//! Reader of a table's stream: shard by shard, parents before children.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html#Streams.Processing>

use std::io;
use std::sync::Arc;

use serde_json::{Value, json};

use super::position::{Positions, TRIM_HORIZON};
use crate::aws::interface::database::{DatabaseError, DynamoDb, Operation};
use crate::project::template::StartingPosition;

/// Limit of `GetRecords`.
const LIMIT: usize = 1_000;

pub(super) struct Reader {
    database: Arc<dyn DynamoDb>,
    /// The stream's ARN in the database.
    arn: String,
    pub label: String,
    pub shards: Vec<Shard>,
}

pub(super) struct Shard {
    pub id: String,
    parent: Option<String>,
    /// The newest record at the time of discovery.
    last: Option<String>,
    iterator: Option<String>,
    finished: bool,
}

impl Reader {
    pub(super) async fn open(database: Arc<dyn DynamoDb>, table: &str) -> Result<Self, DatabaseError> {
        let answer = database.call(Operation::DescribeTable, json!({ "TableName": table })).await?;
        let text = |name: &str| answer["Table"][name].as_str().map(ToOwned::to_owned);
        let (Some(arn), Some(label)) = (text("LatestStreamArn"), text("LatestStreamLabel")) else {
            let kind = "ResourceNotFoundException".to_owned();
            return Err(DatabaseError { kind, message: format!("the table `{table}` has no stream") });
        };
        let mut reader = Self { database, arn, label, shards: Vec::new() };
        reader.refresh().await?;
        Ok(reader)
    }

    /// Discovers new shards.
    pub(super) async fn refresh(&mut self) -> Result<(), DatabaseError> {
        let mut after: Option<String> = None;
        loop {
            let mut body = json!({ "StreamArn": self.arn });
            if let Some(after) = after {
                body["ExclusiveStartShardId"] = after.into();
            }
            let answer = self.database.call(Operation::DescribeStream, body).await?;
            let description = &answer["StreamDescription"];
            for shard in description["Shards"].as_array().into_iter().flatten() {
                let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
                let Some(id) = text(&shard["ShardId"]) else { continue };
                if self.shards.iter().all(|known| known.id != id) {
                    let last = text(&shard["SequenceNumberRange"]["EndingSequenceNumber"]);
                    let parent = text(&shard["ParentShardId"]);
                    self.shards.push(Shard { id, parent, last, iterator: None, finished: false });
                }
            }
            after = description["LastEvaluatedShardId"].as_str().map(ToOwned::to_owned);
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// The newest record at the time of discovery.
    pub(super) fn newest(&self) -> Option<&str> {
        self.shards.iter().filter_map(|shard| shard.last.as_deref()).max_by_key(|number| (number.len(), *number))
    }

    /// Indexes of shards that can be read: not finished, and with finished parents.
    pub(super) fn readable(&self) -> Vec<usize> {
        let waits = |shard: &Shard| {
            let parent = shard.parent.as_ref();
            parent.is_some_and(|parent| self.shards.iter().any(|other| other.id == *parent && !other.finished))
        };
        (0..self.shards.len()).filter(|index| !self.shards[*index].finished && !waits(&self.shards[*index])).collect()
    }

    /// Resets positions of `mapping` that do not fit the stream. The result says why.
    pub(super) fn settle(&self, mapping: &str, positions: &Positions) -> io::Result<Option<&'static str>> {
        // The engine in this process reports the newest record of open shards too.
        let complete = self.database.is_embedded();
        let shards: Vec<_> = self.shards.iter().map(|shard| (shard.id.as_str(), shard.last.as_deref())).collect();
        positions.settle(mapping, &self.label, &shards, complete)
    }

    /// Sets the iterator to the position of `mapping`, or to its start position. `true`: the database refused the
    /// position, and the iterator is at the oldest record.
    pub(super) async fn seek(
        &mut self,
        index: usize,
        mapping: &str,
        start: StartingPosition,
        positions: &Positions,
    ) -> Result<bool, DatabaseError> {
        let shard = &mut self.shards[index];
        if shard.iterator.is_some() {
            return Ok(false);
        }
        let embedded = self.database.is_embedded();
        let mut position = positions.get(mapping, &self.label, &shard.id);
        if position.is_none() && start == StartingPosition::Latest && embedded {
            // There is no writer while the service is down, so the newest record is the last of the previous run.
            // Storing it now makes a restart begin there.
            let newest = shard.last.clone().unwrap_or_else(|| TRIM_HORIZON.to_owned());
            let _ = positions.set(mapping, &self.label, &shard.id, &newest);
            position = Some(newest);
        }
        let mut body = json!({ "StreamArn": self.arn, "ShardId": shard.id });
        match position {
            Some(position) if position != TRIM_HORIZON => {
                body["ShardIteratorType"] = "AFTER_SEQUENCE_NUMBER".into();
                body["SequenceNumber"] = position.into();
            }
            None if start == StartingPosition::Latest && shard.parent.is_none() => {
                body["ShardIteratorType"] = "LATEST".into();
            }
            _ => body["ShardIteratorType"] = TRIM_HORIZON.into(),
        }
        let refusals = ["TrimmedDataAccessException", "ValidationException"];
        let (answer, anew) = match self.database.call(Operation::GetShardIterator, body.clone()).await {
            Err(error) if body.get("SequenceNumber").is_some() && refusals.iter().any(|kind| error.is(kind)) => {
                let body = json!({ "StreamArn": self.arn, "ShardId": shard.id, "ShardIteratorType": TRIM_HORIZON });
                (self.database.call(Operation::GetShardIterator, body).await?, true)
            }
            answer => (answer?, false),
        };
        shard.iterator = answer["ShardIterator"].as_str().map(ToOwned::to_owned);
        shard.finished = shard.iterator.is_none();
        Ok(anew)
    }

    /// The next records of a shard, perhaps none.
    pub(super) async fn read(&mut self, index: usize) -> Result<Vec<Value>, DatabaseError> {
        let shard = &mut self.shards[index];
        let Some(iterator) = &shard.iterator else { return Ok(Vec::new()) };
        let body = json!({ "ShardIterator": iterator, "Limit": LIMIT });
        let mut answer = self.database.call(Operation::GetRecords, body).await?;
        shard.iterator = answer["NextShardIterator"].as_str().map(ToOwned::to_owned);
        shard.finished = shard.iterator.is_none();
        match answer["Records"].take() {
            Value::Array(records) => Ok(records),
            _ => Ok(Vec::new()),
        }
    }
}
