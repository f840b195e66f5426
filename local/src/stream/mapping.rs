//! An event source mapping at work: reads, filters, batches, delivers, remembers.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use chrono::Utc;
use dynoxide::storage_backend::Clock;
use serde_json::Value;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{
    Positions,
    batch::Batcher,
    delivery::{self, Target},
    failure::{self, GivenUp, Place},
    reader::Reader,
    record::Record,
};
use crate::{
    database::{Database, DatabaseError},
    log::Logger,
    queue::{Message, Queues},
    runtime::{FunctionError, Functions, Trace},
    template::{ACCOUNT, StreamMapping},
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
        if let Ok(mut reader) = Reader::open(self.database.clone(), &self.settings.table).await {
            for index in reader.readable() {
                let _ = reader.seek(index, &self.key(), self.settings.starting_position, &self.positions).await;
            }
        }
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
        let mut reader = Reader::open(self.database.clone(), &self.settings.table).await?;
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
        reader.seek(lane.index, &self.key(), self.settings.starting_position, &self.positions).await?;
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

    fn remember(&self, label: &str, shard: &str, sequence_number: &str) {
        if let Err(error) = self.positions.set(&self.key(), label, shard, sequence_number) {
            self.logger.say("stream", &format!("ERROR the position cannot be kept: {error}"));
        }
    }

    fn key(&self) -> String {
        format!("{}/{}", self.function, self.settings.table)
    }

    fn arn(&self, label: &str) -> String {
        format!("arn:aws:dynamodb:{}:{ACCOUNT}:table/{}/stream/{label}", self.region, self.settings.table)
    }

    /// Waits, or until the service stops.
    async fn wait(&self, time: Duration) {
        let _ = timeout(time, self.stop.cancelled()).await;
    }
}

/// The function, as a batch sees it.
struct Destination<'a> {
    mapping: &'a Mapping,
    label: &'a str,
    shard: &'a str,
}

impl Destination<'_> {
    /// Tells the mapping's destination. The position moves on only after this, so that a crash rather tells it twice.
    fn tell(&self, records: &[Record], why: &GivenUp) {
        let Mapping { settings, function_name, region, queues, logger, .. } = self.mapping;
        let Some(queue) = &settings.on_failure else { return };
        let function_arn = format!("arn:aws:lambda:{region}:{ACCOUNT}:function:{function_name}");
        let stream_arn = self.mapping.arn(self.label);
        let place = Place { function_arn: &function_arn, stream_arn: &stream_arn, shard: self.shard };
        let Some(message) = failure::message(records, why, place, self.now()) else { return };
        if let Err(error) = queues.send(queue, vec![Message::new(message.to_string())]) {
            logger.say("stream", &format!("ERROR {} not told to {queue}: {error}", range(records)));
        }
    }
}

impl Target for Destination<'_> {
    async fn invoke(&self, payload: Bytes) -> Result<Bytes, FunctionError> {
        let Mapping { functions, function, stop, .. } = self.mapping;
        tokio::select! {
            biased;
            result = functions.invoke(function, payload, Trace::start()) => result,
            () = stop.cancelled() => Err(FunctionError::stopping()),
        }
    }

    fn done(&self, sequence_number: &str) {
        self.mapping.remember(self.label, self.shard, sequence_number);
    }

    fn give_up(&self, records: &[Record], why: &GivenUp) {
        let message = format!("ERROR {} given up by {}: {}", range(records), self.mapping.function, why.words());
        self.mapping.logger.say("stream", &message);
        self.tell(records, why);
    }

    fn retry(&self, records: &[Record], failures: u64) {
        let message =
            format!("{} to be tried again by {}, failures so far: {failures}", range(records), self.mapping.function);
        self.mapping.logger.say("stream", &message);
    }

    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit a double")]
    fn now(&self) -> f64 {
        match &self.mapping.clock {
            Some(clock) => clock.now_unix_secs_f64(),
            None => Utc::now().timestamp_millis() as f64 / 1000.0,
        }
    }

    async fn pause(&self, time: Duration) -> bool {
        self.mapping.wait(time).await;
        !self.mapping.stop.is_cancelled()
    }
}

/// Which records, by number only: what is in them may be personal.
fn range(records: &[Record]) -> String {
    match records {
        [] => "no records".to_owned(),
        [one] => format!("1 record ({})", one.sequence_number),
        [first, .., last] => {
            format!("{} records ({} to {})", records.len(), first.sequence_number, last.sequence_number)
        }
    }
}
