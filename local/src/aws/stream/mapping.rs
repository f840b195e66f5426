//! An event source mapping at work: reads, filters, batches, delivers, remembers.

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use dynoxide::storage_backend::Clock;
use serde_json::Value;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{
    batch::Batcher,
    delivery,
    destination::Destination,
    position::{Positions, TRIM_HORIZON},
    reader::Reader,
    record::Record,
};
use crate::{
    aws::{
        database::{Database, DatabaseError},
        queue::Queues,
        runtime::Functions,
    },
    base::log::Logger,
    project::template::{ACCOUNT, StreamMapping},
};

const POLL: Duration = Duration::from_millis(100);
/// How often shards that are new are looked for.
const REFRESH: Duration = Duration::from_secs(10);
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);

/// One mapping and all it needs.
pub(crate) struct Mapping {
    pub function: String,
    /// What Lambda calls it.
    pub function_name: String,
    pub settings: StreamMapping,
    pub region: String,
    pub database: Database,
    pub functions: Functions,
    pub queues: Queues,
    pub positions: Positions,
    pub clock: Option<Arc<dyn Clock>>,
    pub logger: Logger,
    pub stop: CancellationToken,
}

/// A shard on its way to the function.
struct Lane {
    index: usize,
    batcher: Batcher,
    /// The last record read, whether it passed the filter or not.
    seen: Option<String>,
}

impl Mapping {
    /// Settles where to begin, before anybody can write. What goes wrong here goes wrong again in `run`, which says so.
    pub(crate) async fn begin(&self) {
        if let Ok(mut reader) = self.open().await {
            for index in reader.readable() {
                let _ = self.seek(&mut reader, index).await;
            }
        }
    }

    async fn open(&self) -> Result<Reader, DatabaseError> {
        let reader = Reader::open(self.database.clone(), &self.settings.table).await?;
        match reader.settle(&self.key(), &self.positions) {
            Ok(None) => {}
            Ok(Some(reason)) => self.begin_anew(reason),
            Err(error) => self.unkept(&error),
        }
        Ok(reader)
    }

    async fn seek(&self, reader: &mut Reader, index: usize) -> Result<(), DatabaseError> {
        let start = self.settings.starting_position;
        if reader.seek(index, &self.key(), start, &self.positions).await? {
            self.begin_anew("the stream does not have it any more");
            self.remember(&reader.label, &reader.shards[index].id, TRIM_HORIZON);
        }
        Ok(())
    }

    fn begin_anew(&self, reason: &str) {
        let Self { function, settings, .. } = self;
        let table = &settings.table;
        let message = format!(
            "the position kept of {function} does not fit the stream of {table}: {reason}; it begins anew with the oldest record"
        );
        self.logger.say("stream", &message);
    }

    /// Runs until the service stops. What goes wrong with the database is said and tried again.
    pub(crate) async fn run(self) {
        let mut said = None;
        while !self.stop.is_cancelled() {
            if let Err(error) = self.follow(&mut said).await {
                let error = error.to_string();
                if said.as_ref() != Some(&error) {
                    self.logger
                        .say("stream", &format!("ERROR the stream of {} cannot be read: {error}", self.settings.table));
                    said = Some(error);
                }
                self.wait(PAUSE_AFTER_ERROR).await;
            }
        }
    }

    async fn follow(&self, said: &mut Option<String>) -> Result<(), DatabaseError> {
        let mut reader = self.open().await?;
        let mut lanes: Vec<Lane> = Vec::new();
        let mut refreshed = Instant::now();
        loop {
            let mut more = false;
            for index in reader.readable() {
                let position = lanes.iter().position(|lane| lane.index == index).unwrap_or_else(|| {
                    let batcher = Batcher::new(self.settings.batch_size, self.settings.batch_window);
                    lanes.push(Lane { index, batcher, seen: None });
                    lanes.len() - 1
                });
                more |= self.advance(&mut reader, &mut lanes[position]).await?;
                if self.stop.is_cancelled() {
                    return Ok(());
                }
            }
            *said = None;
            if refreshed.elapsed() > REFRESH {
                reader.refresh().await?;
                refreshed = Instant::now();
            }
            if !more {
                self.wait(POLL).await;
            }
            if self.stop.is_cancelled() {
                return Ok(());
            }
        }
    }

    /// Reads a shard once and delivers what that fills. `true` when there may be more right away.
    async fn advance(&self, reader: &mut Reader, lane: &mut Lane) -> Result<bool, DatabaseError> {
        self.seek(reader, lane.index).await?;
        let mut more = false;
        if !lane.batcher.is_full() {
            let records = reader.read(lane.index).await?;
            more = !records.is_empty();
            for raw in &records {
                if let Some(number) = raw["dynamodb"]["SequenceNumber"].as_str() {
                    lane.seen = Some(number.to_owned());
                }
                let record = Record::read(raw, &self.region, &self.arn(&reader.label));
                if let Some(record) = record.filter(|record| self.wants(&record.event)) {
                    lane.batcher.push(record, Instant::now());
                }
            }
        }
        let shard = reader.shards[lane.index].id.clone();
        while let Some(batch) = lane.batcher.take(Instant::now()) {
            let target = Destination { mapping: self, label: &reader.label, shard: &shard };
            if !delivery::deliver(&self.settings, &target, batch).await {
                return Ok(false);
            }
        }
        // What the filter kept back is dealt with as well, once nothing before it is waiting.
        if lane.batcher.is_empty()
            && let Some(seen) = lane.seen.take()
        {
            self.remember(&reader.label, &shard, &seen);
        }
        Ok(more)
    }

    fn wants(&self, event: &Value) -> bool {
        self.settings.patterns.is_empty() || self.settings.patterns.iter().any(|pattern| pattern.matches(event))
    }

    pub(super) fn remember(&self, label: &str, shard: &str, sequence_number: &str) {
        if let Err(error) = self.positions.set(&self.key(), label, shard, sequence_number) {
            self.unkept(&error);
        }
    }

    fn unkept(&self, error: &io::Error) {
        self.logger.say("stream", &format!("ERROR the position cannot be kept: {error}"));
    }

    fn key(&self) -> String {
        format!("{}/{}", self.function, self.settings.table)
    }

    pub(super) fn arn(&self, label: &str) -> String {
        format!("arn:aws:dynamodb:{}:{ACCOUNT}:table/{}/stream/{label}", self.region, self.settings.table)
    }

    /// Waits, or until the service stops.
    pub(super) async fn wait(&self, time: Duration) {
        let _ = timeout(time, self.stop.cancelled()).await;
    }
}
