//! The polling loop of an event source mapping: reads, filters, batches, delivers, and keeps the position.

use std::time::{Duration, Instant};

use super::batch::Batcher;
use super::delivery;
use super::destination::Destination;
use super::mapping::Mapping;
use super::position::TRIM_HORIZON;
use super::reader::Reader;
use super::record::{Record, origin};
use crate::aws::interface::database::DatabaseError;

const POLL: Duration = Duration::from_millis(100);
/// How often new shards are looked up.
const REFRESH: Duration = Duration::from_secs(10);
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);

/// The progress in a shard.
struct Lane {
    index: usize,
    batcher: Batcher,
    /// The last record read, filtered out or not.
    seen: Option<String>,
}

impl Mapping {
    /// Sets the start position before there can be a writer. Errors are reported by `run`, which repeats this.
    pub(crate) async fn begin(&self) {
        if let Ok(mut reader) = self.open().await {
            if let Some(newest) = reader.newest() {
                self.observer.backlog(&self.settings.table, newest);
            }
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

    /// Runs until it is ended. Database errors are logged and retried.
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

    /// Reads a shard once, and delivers complete batches. Returns whether there may be more records.
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
                let origin = origin(self.observer.writer(&self.settings.table, raw), raw);
                let record = Record::read(raw, &self.region, &self.arn(&reader.label));
                let record = record.map(|record| Record { origin, ..record });
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
        // Filtered records are processed too, once no earlier record is waiting.
        if lane.batcher.is_empty()
            && let Some(seen) = lane.seen.take()
        {
            self.remember(&reader.label, &shard, &seen);
        }
        Ok(more)
    }
}
