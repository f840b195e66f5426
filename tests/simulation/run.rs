//! One run of a function: who asked, its clock, its random numbers, and what it has met so far.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use fastrand::Rng;
use handlers::booking::Timestamp;
use handlers::surroundings::Surroundings;
use uuid::Uuid;

use super::clock::{Clock, timestamp};
use super::pace::Pace;
use super::plan::Weather;
use super::sweeping::Sweeping;

tokio::task_local! {
    /// The run that the current task belongs to.
    static RUN: Arc<Run>;
}

/// Function of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Client,
    Sweeper,
    Publisher,
}

/// Most that a clock is off, in milliseconds.
pub const SKEW: i64 = 3000;

/// The number of the state in which bookings were read.
pub type Read = usize;

#[derive(Debug)]
pub struct Run {
    pub name: String,
    pub role: Role,
    /// Its place in the list of operations, if it is a client's.
    pub operation: Option<usize>,
    pub weather: Weather,
    /// How far its clock is off, in milliseconds.
    pub skew: i64,
    /// Each of its requests takes a second.
    pub slow: bool,
    /// Some of its transactions are carried out long after it is gone.
    pub lingers: bool,
    chance: Mutex<Rng>,
    fate: Mutex<Rng>,
    /// Requests so far.
    pub requests: AtomicU32,
    /// Faults that it met.
    pub faults: AtomicU32,
    /// Transactions of it that were cancelled.
    pub races: AtomicU32,
    /// A transaction of it was carried out after another attempt of the same one had been answered otherwise.
    pub overtaken: AtomicBool,
    /// A read of many items was answered in parts.
    pub partial: AtomicBool,
    /// The states in which its reads of many bookings were carried out.
    pub reads: Mutex<Vec<Read>>,
    /// Client request tokens of transactions that were answered with a cancellation.
    pub cancelled: Mutex<BTreeSet<String>>,
    /// Transactions that met another one because the network says so.
    pub conflicts: AtomicU32,
    /// A transaction was refused because it makes a day too large, or for a reason of no known kind.
    pub refused: Mutex<Option<Refused>>,
    pub pace: Mutex<Pace>,
    pub sweeping: Mutex<Option<Sweeping>>,
    /// Its counts, by metric.
    pub counts: Mutex<BTreeMap<String, u64>>,
    /// Entries that the bus, and records that the queue has accepted.
    pub accepted: AtomicUsize,
    pub parked: AtomicUsize,
}

/// Reasons for which a transaction is refused and not tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    TooLarge,
    Odd,
}

impl Run {
    pub fn new(name: String, role: Role, seed: u64, weather: Weather) -> Self {
        let mut rng = Rng::with_seed(seed);
        let skew = if rng.u8(..4) == 0 { rng.i64(-SKEW..=SKEW) } else { rng.i64(-200..=200) };
        Self {
            name,
            role,
            operation: None,
            weather,
            skew,
            slow: false,
            lingers: false,
            chance: Mutex::new(rng.fork()),
            fate: Mutex::new(rng.fork()),
            requests: AtomicU32::new(0),
            faults: AtomicU32::new(0),
            races: AtomicU32::new(0),
            overtaken: AtomicBool::new(false),
            partial: AtomicBool::new(false),
            reads: Mutex::default(),
            cancelled: Mutex::default(),
            conflicts: AtomicU32::new(0),
            refused: Mutex::default(),
            pace: Mutex::new(Pace::begin()),
            sweeping: Mutex::default(),
            counts: Mutex::default(),
            accepted: AtomicUsize::new(0),
            parked: AtomicUsize::new(0),
        }
    }

    pub async fn within<F: Future>(self: Arc<Self>, work: F) -> F::Output {
        RUN.scope(self, work).await
    }

    pub fn current() -> Arc<Self> {
        RUN.with(Clone::clone)
    }

    pub fn try_current() -> Option<Arc<Self>> {
        RUN.try_with(Clone::clone).ok()
    }

    /// Draws what happens to its next request.
    pub fn draw<T>(&self, draw: impl FnOnce(&mut Rng) -> T) -> T {
        draw(&mut self.fate.lock().unwrap())
    }

    pub fn met_fault(&self) {
        self.faults.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether nothing but conflicts and batches in parts has happened to it.
    pub fn undisturbed(&self) -> bool {
        self.faults.load(Ordering::Relaxed) == 0
    }
}

/// The clock and the random numbers of the current run.
#[derive(Debug)]
pub struct Inside(pub Arc<Clock>);

impl Surroundings for Inside {
    fn now(&self) -> Timestamp {
        timestamp(self.0.now() + Run::current().skew)
    }

    fn uuid(&self) -> Uuid {
        let bytes = Run::current().chance.lock().unwrap().u128(..).to_be_bytes();
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}
