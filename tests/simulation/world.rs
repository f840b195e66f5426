//! Everything that the functions of a history talk to: the table, its stream, the bus, the queue; and the history itself.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use dynoxide::actions::transact_write_items::TransactWriteItemsRequest;
use fastrand::Rng;
use serde_json::Value;
use tokio::sync::Notify;

use super::clock::Clock;
use super::history::History;
use super::items::Writer;
use super::plan::Plan;
use super::run::{Role, Run};
use super::stored::text;
use super::table::Table;
use super::trace::Trace;
use super::witness::witness;

/// A shard of the stream: records and the times from which they can be read.
#[derive(Default)]
pub struct Shard {
    pub records: Mutex<VecDeque<(i64, Value)>>,
    pub arrived: Notify,
}

pub struct World {
    pub clock: Arc<Clock>,
    pub table: Table,
    history: Mutex<History>,
    trace: Trace,
    pub shards: Vec<Shard>,
    rng: Mutex<Rng>,
    /// Until when the bus is down, the dead-letter queue is down, the stream is held, the sweeper is away.
    pub bus_down: AtomicI64,
    pub queue_down: AtomicI64,
    pub stream_held: AtomicI64,
    pub sweeper_away: AtomicI64,
    /// Faults are over.
    pub calm: std::sync::atomic::AtomicBool,
    /// Client request tokens of transactions that are committed.
    pub tokens: Mutex<BTreeSet<String>>,
    pub requests: AtomicI64,
    /// There is a new state.
    pub changed: Notify,
    pub curse: Option<Curse>,
}

/// How the bus refuses events of the cursed resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curse {
    Entry,
    Call,
    TooLarge,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("World")
    }
}

pub type Reply = (u16, Vec<u8>);

pub fn error(status: u16, kind: &str) -> Reply {
    (status, format!(r#"{{"__type":"{kind}","message":"simulated"}}"#).into_bytes())
}

impl World {
    pub fn new(plan: &Plan, traced: bool) -> Arc<Self> {
        let clock = Arc::new(Clock::start());
        let mut rng = Rng::with_seed(plan.seed ^ 0x5eed);
        let curse = match rng.u8(..16) {
            0 => Some(Curse::Entry),
            1 => Some(Curse::Call),
            2 => Some(Curse::TooLarge),
            _ => None,
        };
        Arc::new(Self {
            table: Table::open(Arc::clone(&clock)),
            clock,
            history: Mutex::new(History::new()),
            trace: Trace::new(traced),
            shards: (0..plan.stream_shards).map(|_| Shard::default()).collect(),
            rng: Mutex::new(rng),
            bus_down: AtomicI64::new(0),
            queue_down: AtomicI64::new(0),
            stream_held: AtomicI64::new(0),
            sweeper_away: AtomicI64::new(0),
            calm: false.into(),
            tokens: Mutex::default(),
            requests: AtomicI64::new(0),
            changed: Notify::new(),
            curse,
        })
    }

    pub fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap()
    }

    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    pub fn trace(&self, line: impl FnOnce() -> String) {
        self.trace.add(self.now(), line);
    }

    pub fn traced(&self) -> String {
        self.trace.text()
    }

    pub fn failed(&self) -> bool {
        self.history().failure.is_some()
    }

    pub fn is_calm(&self) -> bool {
        self.calm.load(Ordering::Relaxed)
    }

    /// Takes down a failure, with what failed.
    pub fn check(&self, what: impl FnOnce() -> String, checked: Result<(), String>) {
        if let Err(failure) = checked {
            let failure = format!("{}: {failure}", what());
            self.trace(|| format!("FAILURE {failure}"));
            self.history().fail(failure);
        }
    }

    /// Carries out a request. Status and body of its answer.
    pub fn carry_out(&self, run: &Run, number: u32, operation: &str, body: &[u8], partly: bool) -> Reply {
        self.requests.fetch_add(1, Ordering::Relaxed);
        match operation {
            "PutEvents" => self.put_events(run, body),
            "SendMessage" if self.queue_down.load(Ordering::Relaxed) > self.now() => {
                run.met_fault();
                error(500, "InternalFailure")
            }
            "GetQueueUrl" => (200, br#"{"QueueUrl":"http://queue.invalid/1/dead-letters"}"#.to_vec()),
            "SendMessage" => {
                let message: Value = serde_json::from_slice(body).unwrap();
                let now = self.now();
                self.trace(|| format!("{} parks {}", run.name, message["MessageAttributes"]["reason"]["StringValue"]));
                let parked = self.history().park(&message, now);
                self.check(|| run.name.clone(), parked);
                run.parked.fetch_add(1, Ordering::Relaxed);
                (200, br#"{"MessageId":"1","MD5OfMessageBody":"0"}"#.to_vec())
            }
            "BatchGetItem" | "BatchWriteItem" if partly => self.partly(run, operation, body),
            "TransactWriteItems" => self.transact(run, number, body),
            _ => {
                let reply = self.table.answer(operation, body);
                self.trace(|| format!("{} request {number} {operation}: {}", run.name, reply.0));
                if let Some(sweeping) = &mut *run.sweeping.lock().unwrap() {
                    self.watermark(run, sweeping, operation, body, reply.0 == 200);
                }
                if is_write(operation) {
                    self.observe(match run.role {
                        Role::Sweeper => Writer::Sweeper,
                        _ => Writer::Commit,
                    });
                }
                reply
            }
        }
    }

    fn transact(&self, run: &Run, number: u32, body: &[u8]) -> Reply {
        let request: TransactWriteItemsRequest = serde_json::from_slice(body).unwrap();
        let reply = self.table.answer("TransactWriteItems", body);
        self.trace(|| format!("{} request {number} TransactWriteItems: {}", run.name, reply.0));
        let token = request.client_request_token.clone().unwrap_or_default();
        if reply.0 == 200 && self.tokens.lock().unwrap().insert(token.clone()) {
            if run.cancelled.lock().unwrap().contains(&token) {
                run.overtaken.store(true, Ordering::Relaxed);
            }
            let committed = match (run.operation, witness(&request)) {
                (Some(operation), Some(witness)) => self.history().commit(operation, &witness, self.clock.now()),
                _ => Err("a transaction of no operation".into()),
            };
            self.trace(|| format!("{} COMMIT {:?}", run.name, self.history().states.len() - 1));
            self.check(|| run.name.clone(), committed);
            self.observe(Writer::Commit);
            self.changed.notify_one();
        }
        reply
    }

    /// Hands new records of the stream to the model and to the shards.
    pub fn observe(&self, writer: Writer) {
        for record in self.table.new_records() {
            let now = self.now();
            let pk = text(&record.dynamodb.keys, "pk").unwrap_or_default().to_owned();
            self.trace(|| {
                let sk = text(&record.dynamodb.keys, "sk").unwrap_or_default();
                format!("{writer:?} {} {pk} {sk}", record.event_name)
            });
            let observed = self.history().observe(&record, writer, now);
            self.check(|| format!("{writer:?}"), observed);
            self.hand_on(&pk, serde_json::to_value(&record).unwrap());
        }
    }

    /// Puts a record into its shard, to be read some time later.
    pub fn hand_on(&self, pk: &str, record: Value) {
        let delay = {
            let mut rng = self.rng.lock().unwrap();
            if rng.u8(..30) == 0 { rng.i64(0..20_000) } else { rng.i64(0..300) }
        };
        let hash = pk.bytes().fold(7_usize, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
        let shard = &self.shards[hash % self.shards.len()];
        shard.records.lock().unwrap().push_back((self.now() + delay, record));
        shard.arrived.notify_one();
    }
}

fn is_write(operation: &str) -> bool {
    !["GetItem", "Query", "BatchGetItem", "TransactGetItems"].contains(&operation)
}
