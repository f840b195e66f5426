//! The functions that no client calls: the publisher, which the stream calls, and TTL. The sweeper is in `schedule`.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use handlers::events::{Bus, DeadLetters};
use handlers::lambda::{BatchResult, Records};
use handlers::store::Bookings;
use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::clock::{HOUR, MINUTE};
use super::items::Writer;
use super::pace::Kind;
use super::plan::{Plan, Weather};
use super::run::{Role, Run};
use super::world::World;

/// How long the mapping tries a record.
const KEPT: i64 = 22 * HOUR;
/// From this age on, a record that the bus does not take is soon parked.
const PARKED_SOON: i64 = 18 * HOUR;

/// The store of the current deployment.
#[derive(Clone)]
pub struct Deployed {
    /// With the number of partitions of its timers.
    current: Arc<Mutex<(Bookings, u32)>>,
    /// The store with so many partitions of the timers.
    make: Arc<dyn Fn(u32) -> Bookings + Send + Sync>,
    /// Partitions of each minute that every sweep looks at.
    swept: u32,
}

impl Deployed {
    pub fn new(timer_shards: u32, swept: u32, make: impl Fn(u32) -> Bookings + Send + Sync + 'static) -> Self {
        Self { current: Arc::new(Mutex::new((make(timer_shards), timer_shards))), make: Arc::new(make), swept }
    }

    pub fn bookings(&self) -> Bookings {
        self.current.lock().unwrap().0.clone()
    }

    /// The store, and the fewest partitions of each minute that its sweeps look at.
    pub fn sweeping(&self) -> (Bookings, u32) {
        let (bookings, shards) = &*self.current.lock().unwrap();
        (bookings.clone(), self.swept.max(*shards))
    }

    pub fn deploy(&self, timer_shards: u32) {
        *self.current.lock().unwrap() = ((self.make)(timer_shards), timer_shards);
    }
}

#[derive(Clone)]
pub struct Functions {
    pub world: Arc<World>,
    pub deployed: Deployed,
    pub bus: Bus,
    pub dead_letters: DeadLetters,
    /// The minute of the last sweep, if it left nothing and none was missed since.
    pub swept: Arc<Mutex<Option<i64>>>,
}

impl Functions {
    pub fn weather(&self, plan: &Plan) -> Weather {
        if self.world.is_calm() { Weather::default() } else { plan.weather }
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
            let bookings = self.deployed.bookings();
            let work = self.bus.publish(&bookings, &self.dead_letters, Records(records.clone()));
            let done = timeout(limit, Arc::clone(&run).within(work)).await;
            let again = rng.u8(..20) == 0 && !world.is_calm();
            if let Ok(done) = &done {
                world.check(|| run.name.clone(), published(&run, done.as_ref().map_err(|_| ())));
            }
            let failed = match done {
                Ok(Ok(result)) => match result.first_failed {
                    // The answer is lost now and then: the whole batch comes again.
                    None if again => Some(0),
                    None => None,
                    // No number: the whole batch.
                    Some(first) if first.is_empty() => Some(0),
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
                // Longer while the bus is down for hours, or most requests of a run would be those to the bus. But not so long
                // that the time is over in which an old record is parked.
                let down = world.bus_down.load(Ordering::Relaxed) - world.now();
                let old = records.first().is_some_and(|record| age(record, world.now()) > PARKED_SOON);
                for _ in 0..rng.i64(0..=(down / (5 * MINUTE)).clamp(2, if old { 10 } else { 80 })) {
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
        self.world.shards[shard].records.lock().unwrap().retain(|(_, record)| age(record, now) < KEPT);
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

/// The milliseconds since the record was made; none without a time.
fn age(record: &Value, now: i64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "seconds of four-digit years")]
    let made = record["dynamodb"]["ApproximateCreationDateTime"].as_f64().map(|made| made as i64 * 1000);
    made.map_or(0, |made| now - made)
}

/// An undisturbed run has published what the stream tells, with no more calls than that takes, and has counted it.
fn published(run: &Run, done: Result<&BatchResult, ()>) -> Result<(), String> {
    let pace = run.pace.lock().unwrap();
    if !run.undisturbed() {
        return Ok(());
    }
    let Ok(result) = done else {
        let busy = pace.cancelled() == Kind::Fence.most();
        return if busy { Ok(()) } else { Err("it fails without a fault".to_owned()) };
    };
    let (accepted, parked) = (run.accepted.load(Ordering::Relaxed), run.parked.load(Ordering::Relaxed));
    run.counted(&[("EventsPublished", accepted), ("RecordsParked", parked)])?;
    if result.first_failed.is_some() && !pace.round.failed {
        return Err("it leaves a record without a fault".to_owned());
    }
    match pace.round.enough() {
        Some(enough) if !pace.round.failed && pace.round.calls > enough => {
            Err(format!("{} calls of the bus instead of {enough}", pace.round.calls))
        }
        _ => Ok(()),
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
