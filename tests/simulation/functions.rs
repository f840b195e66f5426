//! The functions that no client calls: the sweeper by its schedule, the publisher by the stream, and TTL.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use handlers::events::{Bus, DeadLetters};
use handlers::lambda::Records;
use handlers::store::Bookings;
use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::clock::{HOUR, MINUTE, SECOND, timestamp};
use super::items::Writer;
use super::plan::{Plan, Weather};
use super::run::{Role, Run};
use super::timers::{move_watermark, set_watermark, watermark};
use super::world::World;

/// At most so many minutes are swept again by the next sweep.
const OVERLAP: i64 = 10;
/// How long the mapping tries a record.
const KEPT: i64 = 22 * HOUR;

#[derive(Clone)]
pub struct Functions {
    pub world: Arc<World>,
    pub bookings: Bookings,
    pub bus: Bus,
    pub dead_letters: DeadLetters,
    /// The minute of the last sweep, if it left nothing and none was missed since.
    pub swept: Arc<Mutex<Option<i64>>>,
}

impl Functions {
    fn weather(&self, plan: &Plan) -> Weather {
        if self.world.is_calm() { Weather::default() } else { plan.weather }
    }

    /// One sweep. It is late by up to two seconds, as a schedule is. Returns whether it has left nothing.
    pub async fn sweep(&self, name: String, seed: u64, weather: Weather) -> bool {
        let world = &self.world;
        let mut rng = Rng::with_seed(seed);
        let time = world.now();
        if weather != Weather::default() {
            sleep(Duration::from_millis(rng.u64(0..2000))).await;
        }
        let began = world.now();
        // A sweep makes a hundred requests.
        let weather = Weather { faults: weather.faults / 20, ..weather };
        let run = Arc::new(Run::new(name, Role::Sweeper, rng.u64(..), weather));
        let dies = rng.u8(..100) < weather.deaths;
        let limit = if dies { Duration::from_millis(rng.u64(0..500)) } else { Duration::from_secs(55) };
        world.trace(|| format!("{} begins", run.name));
        match timeout(limit, Arc::clone(&run).within(self.bookings.sweep(timestamp(time)))).await {
            Ok(Ok(())) => {
                let finished = watermark(&world.table).is_some_and(|next| next >= time / MINUTE - OVERLAP);
                world.trace(|| format!("{} ends, finished: {finished}", run.name));
                if finished {
                    let swept = world.history().swept(began, time);
                    world.check(|| run.name.clone(), swept);
                } else if run.faults.load(Ordering::Relaxed) == 0 && world.now() - began < 40 * SECOND {
                    world.history().fail(format!("{} finishes nothing without a fault", run.name));
                }
                finished
            }
            Ok(Err(error)) => {
                world.trace(|| format!("{} fails: {error:?}", run.name));
                if run.faults.load(Ordering::Relaxed) == 0 {
                    world.history().fail(format!("{} fails without a fault: {error:?}", run.name));
                }
                false
            }
            Err(_) => {
                world.trace(|| format!("{} dies", run.name));
                false
            }
        }
    }

    /// The schedule: a sweep each minute. Those that could find nothing are left out, or months would take hours: only
    /// the watermark moves as they would have moved it.
    pub async fn schedule(self, plan: Plan) {
        let world = &self.world;
        let mut rng = Rng::with_seed(plan.seed ^ 0x0005_eeb3);
        // Few histories begin with a new stage.
        if rng.u8(..16) > 0 {
            let minute = world.now() / MINUTE;
            set_watermark(&world.table, minute - 4);
            world.observe(Writer::Sweeper);
            *self.swept.lock().unwrap() = Some(minute);
        }
        for number in 0.. {
            let away = self.until_sweep().await;
            let (seed, minute) = (rng.u64(..), world.now() / MINUTE);
            if away {
                *self.swept.lock().unwrap() = None;
                continue;
            }
            self.catch_up();
            *self.swept.lock().unwrap() = None;
            let (this, weather) = (self.clone(), self.weather(&plan));
            tokio::spawn(async move {
                if this.sweep(format!("sweep {number}"), seed, weather).await {
                    *this.swept.lock().unwrap() = Some(minute);
                }
                this.world.changed.notify_one();
            });
        }
    }

    /// Moves the watermark as the sweeps would have done that were left out.
    pub fn catch_up(&self) {
        let world = &self.world;
        let before = world.now() / MINUTE - 1;
        let swept = self.swept.lock().unwrap().replace(before);
        match swept {
            None => *self.swept.lock().unwrap() = None,
            Some(swept) if swept < before => {
                move_watermark(&world.table, before - swept);
                world.observe(Writer::Sweeper);
            }
            Some(swept) => *self.swept.lock().unwrap() = Some(swept),
        }
    }

    /// Waits for the next minute in which a sweep may find something. Returns whether the sweeper is away then.
    async fn until_sweep(&self) -> bool {
        let world = &self.world;
        loop {
            let next = (world.now() / MINUTE + 1) * MINUTE;
            let due = {
                let history = world.history();
                history.timers.values().filter(|timer| timer.fired.is_none()).map(|timer| timer.due * 1000).min()
            };
            let from = match due {
                _ if self.swept.lock().unwrap().is_none() => next,
                None => i64::MAX,
                Some(due) => next.max((due + MINUTE - 1) / MINUTE * MINUTE),
            };
            let away = world.sweeper_away.load(Ordering::Relaxed);
            tokio::select! {
                biased;
                () = world.clock.sleep_until(from) => return away > world.now(),
                () = world.changed.notified() => {}
            }
        }
    }

    /// Lambda's event source mapping of one shard
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>).
    pub async fn source(self, shard: usize, plan: Plan) {
        let world = &self.world;
        let mut rng = Rng::with_seed(plan.seed ^ 0x57ea ^ ((shard as u64) << 32));
        let mut size = 100;
        for number in 0.. {
            let records = loop {
                self.forget(shard);
                let ready = self.ready(shard, size);
                if ready.is_empty() { self.wait(shard).await } else { break ready }
            };
            let weather = self.weather(&plan);
            let run = Arc::new(Run::new(format!("publish {shard}.{number}"), Role::Publisher, rng.u64(..), weather));
            world.trace(|| format!("{} gets {} records", run.name, records.len()));
            let dies = rng.u8(..100) < weather.deaths;
            let limit = if dies { Duration::from_millis(rng.u64(0..400)) } else { Duration::from_mins(1) };
            let work = self.bus.publish(&self.bookings, &self.dead_letters, Records(records.clone()));
            let done = timeout(limit, Arc::clone(&run).within(work)).await;
            let again = rng.u8(..20) == 0 && !world.is_calm();
            let failed = match done {
                Ok(Ok(result)) => match result.first_failed {
                    // The answer is lost now and then: the whole batch comes again.
                    None if again => Some(0),
                    None => None,
                    Some(first) => records.iter().position(|record| sequence(record) == first),
                },
                Ok(Err(error)) => {
                    world.trace(|| format!("{} fails: {error:?}", run.name));
                    Some(0)
                }
                Err(_) => Some(0),
            };
            let done = failed.unwrap_or(records.len());
            world.shards[shard].records.lock().unwrap().drain(..done);
            size = if failed == Some(0) { (records.len() / 2).max(1) } else { 100 };
            if failed.is_some() {
                sleep(Duration::from_millis(rng.u64(100..1101))).await;
                // Longer while the bus is down for hours, or most requests of a run would be those to the bus.
                let down = world.bus_down.load(Ordering::Relaxed) - world.now();
                for _ in 0..rng.i64(0..=(down / (5 * MINUTE)).clamp(1, 30)) {
                    if world.bus_down.load(Ordering::Relaxed) > world.now() {
                        sleep(Duration::from_mins(1)).await;
                    }
                }
            }
        }
    }

    /// Drops the records that are older than the mapping's `maximumRecordAgeInSeconds`: their events are lost.
    fn forget(&self, shard: usize) {
        let now = self.world.now();
        #[expect(clippy::cast_possible_truncation, reason = "seconds of four-digit years")]
        let made = |record: &Value| record["dynamodb"]["ApproximateCreationDateTime"].as_f64().map(|made| made as i64);
        let young = |record: &Value| made(record).is_none_or(|made| now - made * 1000 < KEPT);
        self.world.shards[shard].records.lock().unwrap().retain(|(_, record)| young(record));
    }

    /// The records that can be read, at most `size`.
    fn ready(&self, shard: usize, size: usize) -> Vec<Value> {
        let now = self.world.now();
        if self.world.stream_held.load(Ordering::Relaxed) > now {
            return Vec::new();
        }
        let records = self.world.shards[shard].records.lock().unwrap();
        records.iter().take_while(|(from, _)| *from <= now).take(size).map(|(_, record)| record.clone()).collect()
    }

    async fn wait(&self, shard: usize) {
        let world = &self.world;
        let first = world.shards[shard].records.lock().unwrap().front().map(|(from, _)| *from);
        match first {
            None => world.shards[shard].arrived.notified().await,
            Some(from) => {
                let held = world.stream_held.load(Ordering::Relaxed);
                world.clock.sleep_until(from.max(held).max(world.now() + 1)).await;
            }
        }
    }
}

pub fn sequence(record: &Value) -> &str {
    record["dynamodb"]["SequenceNumber"].as_str().unwrap_or_default()
}

/// TTL deletes what expired `behind` milliseconds ago.
pub fn expire(world: &World, behind: i64) {
    world.trace(|| format!("TTL, {behind} ms late"));
    world.clock.behind(behind, || world.table.database.sweep_ttl()).unwrap();
    world.observe(Writer::Ttl);
}
