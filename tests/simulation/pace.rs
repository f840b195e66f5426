//! How a run treats what is busy. It repeats a request after a pause that is random and whose bound doubles
//! (<https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/>), not more often than it promises,
//! and it waits for nothing else. The clock of a history is exact, so these are laws and no measurements.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::round::Round;

/// Repeated requests of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A transaction that met another one.
    Race,
    /// A read of bookings that met a transaction.
    Fence,
    /// The rest of a batch.
    Rest,
    /// An event that the bus has not taken.
    Put,
}

impl Kind {
    /// Answers of the kind after which a run gives up.
    pub fn most(self) -> u32 {
        match self {
            Self::Race => 12,
            Self::Fence | Self::Rest => 6,
            Self::Put => 4,
        }
    }

    /// The longest pause after so many failures.
    fn longest(self, failures: u32) -> Duration {
        let doubled = 1 << failures.min(8);
        Duration::from_millis(if self == Self::Put { 50 * doubled } else { (20 * doubled).min(500) })
    }
}

/// A pause, as a part of the longest one, after the first failure or a later one.
#[derive(Debug, Clone, Copy)]
pub struct Pause {
    pub kind: Kind,
    pub first: bool,
    pub part: f64,
}

/// The next steps that a run may take.
pub enum Next {
    AtOnce,
    /// It has waited so long, after so many failures.
    After(Kind, Duration, u32),
    /// It belongs to a round of calls that has begun.
    Any,
}

/// The requests of a run, the SDK's own repetitions aside.
#[derive(Debug)]
pub struct Pace {
    /// When it heard the last answer.
    heard: Instant,
    /// One of the SDK's time limits has decided when it went on.
    unsure: bool,
    calls: BTreeSet<String>,
    /// It has read the watermark.
    has_watermark: bool,
    /// The next request repeats another one.
    refused: Option<(Kind, u32, Instant)>,
    /// Cancelled transactions in a row.
    cancelled: u32,
    /// Batches that were done in part, by what was left.
    rests: BTreeMap<String, (u32, Instant)>,
    failures: BTreeMap<String, u32>,
    /// A batch was left after so many answers as are promised.
    pub gave_up: bool,
    pub round: Round,
}

impl Pace {
    pub fn begin() -> Self {
        Self {
            heard: Instant::now(),
            unsure: false,
            calls: BTreeSet::new(),
            has_watermark: false,
            refused: None,
            cancelled: 0,
            rests: BTreeMap::new(),
            failures: BTreeMap::new(),
            gave_up: false,
            round: Round::default(),
        }
    }

    /// The requests so far. The first one for the watermark does not count: after a deployment with more partitions of the timers,
    /// a create needs it.
    pub fn calls(&self) -> usize {
        self.calls.len() - usize::from(self.has_watermark)
    }

    pub fn cancelled(&self) -> u32 {
        self.cancelled
    }

    /// A request is sent. `None` if it is one that the SDK repeats; otherwise the part of the longest pause for which the run
    /// has waited, if it had to.
    /// It may `wait` for a timer that is not due yet.
    pub fn sends(
        &mut self,
        operation: &str,
        body: &[u8],
        call: &str,
        wait: bool,
    ) -> Option<Result<Option<Pause>, String>> {
        self.calls.insert(call.to_owned()).then(|| {
            self.has_watermark |= operation == "GetItem" && contains(body, br#""SWEEP""#);
            let next = self.next(operation, body)?;
            if wait && matches!(next, Next::AtOnce) { Ok(None) } else { self.waited(&next) }
        })
    }

    fn next(&mut self, operation: &str, body: &[u8]) -> Result<Next, String> {
        let now = Instant::now();
        if let Some((kind, failures, since)) = self.refused.take() {
            if failures >= kind.most() {
                return Err(format!("{kind:?}: another attempt after {failures}"));
            }
            return Ok(Next::After(kind, now - since, failures));
        }
        match operation {
            "BatchGetItem" | "BatchWriteItem" if !self.rests.is_empty() => {
                let list = list(body);
                let Some((failures, since)) = self.rests.remove(&list) else { return Ok(Next::AtOnce) };
                if failures >= Kind::Rest.most() {
                    return Err(format!("another attempt after {failures} answers in part"));
                }
                self.failures.insert(list, failures);
                Ok(Next::After(Kind::Rest, now - since, failures))
            }
            "PutEvents" => self.round.put(body, now, now - self.heard),
            _ => Ok(Next::AtOnce),
        }
    }

    fn waited(&self, next: &Next) -> Result<Option<Pause>, String> {
        match *next {
            Next::Any => Ok(None),
            Next::AtOnce => {
                let idle = self.heard.elapsed();
                let waits = !idle.is_zero() && !self.unsure;
                if waits { Err(format!("it waits for {idle:?}, though nothing was busy")) } else { Ok(None) }
            }
            Next::After(kind, waited, failures) => {
                let longest = kind.longest(failures);
                if waited.is_zero() {
                    Err(format!("{kind:?}: it asks again at once what is busy"))
                } else if self.unsure {
                    Ok(None)
                } else if waited > longest + Duration::from_millis(1) {
                    Err(format!("{kind:?}: it waits for {waited:?} after {failures} failures"))
                } else {
                    let part = waited.as_secs_f64() / longest.as_secs_f64();
                    Ok(Some(Pause { kind, first: failures == 1, part }))
                }
            }
        }
    }

    /// Nothing comes, and `silent`ly if the SDK's time limit has to notice that.
    pub fn lost(&mut self, silent: bool) {
        self.heard = Instant::now();
        self.unsure |= silent;
    }

    /// The run hears an answer.
    pub fn hears(&mut self, operation: &str, asked: &[u8], (status, body): (u16, &[u8]), partly: bool) {
        let now = Instant::now();
        self.heard = now;
        let transaction = operation.starts_with("Transact");
        if transaction && status == 200 {
            self.cancelled = 0;
        } else if transaction && contains(body, b"TransactionCanceledException") {
            self.cancelled += 1;
            let kind = if operation == "TransactGetItems" { Kind::Fence } else { Kind::Race };
            // A full day is not busy: a create with a key looks at once whether it was made before.
            self.refused = (!contains(body, b"ValidationError")).then_some((kind, self.cancelled, now));
        } else if partly && status == 200 {
            let (before, rest) = (self.failures.remove(&list(asked)), list(body));
            if !rest.is_empty() {
                let failures = before.unwrap_or_default() + 1;
                self.gave_up |= failures == Kind::Rest.most();
                self.rests.insert(rest, (failures, now));
            }
        } else if operation == "PutEvents" {
            self.round.hears(asked, status, body);
        }
    }
}

pub fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// The items of a batch, or those that were left, as text.
fn list(body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let tables = ["RequestItems", "UnprocessedKeys", "UnprocessedItems"].iter().find_map(|name| body.get(name));
    let of_table = tables.and_then(Value::as_object).and_then(|tables| tables.values().next());
    of_table.map(|of| of.get("Keys").unwrap_or(of).to_string()).unwrap_or_default()
}

/// The pauses of a kind in a history, as parts of the longest ones.
#[derive(Debug, Clone, Copy)]
pub struct Pauses {
    count: u32,
    shortest: f64,
    longest: f64,
}

impl Default for Pauses {
    fn default() -> Self {
        Self { count: 0, shortest: f64::MAX, longest: 0.0 }
    }
}

impl Pauses {
    pub fn add(&mut self, part: f64) {
        self.count += 1;
        self.shortest = self.shortest.min(part);
        self.longest = self.longest.max(part);
    }

    /// Whether they may be random between nothing and the longest. Of thirty that are, all are on one side of the middle once
    /// in 10^9 times.
    pub fn check(&self) -> Result<(), String> {
        let random = self.count < 30 || self.shortest < 0.5 && self.longest > 0.5;
        if random { Ok(()) } else { Err(format!("the pauses are not random, or do not grow: {self:?}")) }
    }
}
