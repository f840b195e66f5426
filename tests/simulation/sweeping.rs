//! Checks of a sweep's requests: each partition once, nothing that is not due, and a watermark that is true.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::clock::MINUTE;
use super::timers;

/// Minutes before the watermark that the next sweep sweeps again. A timer may be committed after its minute was swept.
const AGAIN: i64 = 4;
/// Minutes of a backlog, at most, that a sweep that is cut may have swept in vain.
const STEP: usize = 60;
/// Minutes that the first sweep of a stage looks back.
const FIRST: i64 = 60;
/// A sweep waits for what is due within so many milliseconds.
const AHEAD: i64 = 5000;
/// A sweep begins nothing after this time.
const LONGEST: Duration = Duration::from_secs(40);

/// A sweep, as the network sees it.
#[derive(Debug)]
pub struct Sweeping {
    began: Instant,
    /// The same, in milliseconds.
    pub began_at: i64,
    /// The time up to which timers are due, in milliseconds, and its minute.
    time: i64,
    minute: i64,
    /// The first minute to sweep, and the number of partitions of each.
    from: Option<(i64, u32)>,
    asked: BTreeSet<(i64, u32)>,
    /// Minutes before the last ones that were asked for since the watermark was put.
    since: BTreeSet<i64>,
    /// The watermark that it has put.
    pub put: Option<i64>,
    /// A sweep of more partitions has put another watermark meanwhile.
    pub overtaken: bool,
    /// The fewest partitions of each minute that it looks at.
    fewest: u32,
    /// Timers that it has asked to delete.
    pub deleted: BTreeSet<String>,
}

impl Sweeping {
    /// A sweep of what is due by `time`, in `fewest` partitions of each minute or more.
    pub fn begin(began_at: i64, time: i64, fewest: u32) -> Self {
        Self {
            began: Instant::now(),
            began_at,
            time,
            minute: time.div_euclid(MINUTE),
            from: None,
            asked: BTreeSet::new(),
            since: BTreeSet::new(),
            put: None,
            overtaken: false,
            fewest,
            deleted: BTreeSet::new(),
        }
    }

    /// The sweep reads the watermark.
    pub fn reads(&mut self, watermark: Option<(i64, u32)>) {
        let (from, shards) = watermark.unwrap_or((self.minute - FIRST, self.fewest));
        self.from = Some((from, shards.max(self.fewest)));
    }

    /// The reminders among the timers that it has asked to delete.
    pub fn reminders(&self) -> usize {
        self.deleted.iter().filter(|key| !key.contains("#hold\"")).count()
    }

    /// The watermark was not put, since a sweep of more partitions has put one.
    pub fn is_overtaken(&mut self) {
        (self.put, self.overtaken) = (None, true);
    }

    pub fn sends(&mut self, operation: &str, body: &[u8]) -> Result<(), String> {
        match operation {
            "Query" => self.asks(body),
            "PutItem" => self.puts(body),
            "BatchWriteItem" => {
                let body: Value = serde_json::from_slice(body).unwrap();
                let writes = body["RequestItems"].as_object().and_then(|tables| tables.values().next()?.as_array());
                let keys = writes.into_iter().flatten().map(|write| write["DeleteRequest"]["Key"].to_string());
                self.deleted.extend(keys);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn asks(&mut self, body: &[u8]) -> Result<(), String> {
        let (minute, shard) = timers::partition(body).ok_or("a query for no timers")?;
        let (from, shards) = self.from.ok_or("a query before the watermark is read")?;
        let begun = self.began.elapsed();
        let recent = self.minute - AGAIN - 1;
        if begun > LONGEST {
            return Err(format!("it goes on after {begun:?}"));
        }
        if minute > self.last() || minute < from.min(recent) || shard >= shards {
            return Err(format!("it looks for timers of minute {minute}, shard {shard}, of {shards} from {from} on"));
        }
        if !self.asked.insert((minute, shard)) {
            return Err(format!("it looks twice for the timers of minute {minute}, shard {shard}"));
        }
        if minute < recent {
            self.since.insert(minute);
            if (recent..=self.last()).any(|minute| !self.has(minute, shards)) {
                return Err("it begins with a backlog, which delays what has just become due".to_owned());
            }
        }
        if self.since.len() > STEP {
            return Err(format!("it forgets {} minutes if it is cut now", self.since.len()));
        }
        Ok(())
    }

    /// The last minute to look at.
    fn last(&self) -> i64 {
        (self.time + AHEAD).div_euclid(MINUTE)
    }

    /// Whether the batch contains a timer that was not due when the sweep began, and so has to wait for it.
    pub fn waits_for(&self, operation: &str, body: &[u8]) -> bool {
        if operation != "BatchWriteItem" {
            return false;
        }
        let body: Value = serde_json::from_slice(body).unwrap();
        let writes = body["RequestItems"].as_object().and_then(|tables| tables.values().next()?.as_array());
        let keys = writes.into_iter().flatten().filter_map(|write| write["DeleteRequest"]["Key"]["sk"]["S"].as_str());
        keys.filter_map(|key| key.split('#').next()?.parse::<i64>().ok()).any(|due| due * 1000 > self.time)
    }

    fn has(&self, minute: i64, shards: u32) -> bool {
        (0..shards).all(|shard| self.asked.contains(&(minute, shard)))
    }

    fn puts(&mut self, body: &[u8]) -> Result<(), String> {
        let next = timers::next(body).ok_or("it writes something else than a watermark")?;
        let (_, shards) = self.from.ok_or("it writes the watermark before it was read")?;
        self.since.clear();
        self.put = Some(next);
        let late = next > self.minute - AGAIN;
        let swept = self.has(next - 1, shards) && (next >= self.minute - AGAIN - 1 || !self.has(next, shards));
        if late || !swept {
            return Err(format!("the watermark {next} of a sweep of {}", self.minute));
        }
        Ok(())
    }

    /// Whether it has swept everything.
    pub fn finished(&self) -> bool {
        self.put == Some(self.minute - AGAIN)
    }

    /// It says that it has swept everything.
    pub fn complete(&self) -> Result<(), String> {
        let (from, shards) = self.from.ok_or("no watermark")?;
        let missing = (from.min(self.minute - AGAIN - 1)..=self.last()).find(|minute| !self.has(*minute, shards));
        missing.map_or(Ok(()), |minute| Err(format!("it has not swept minute {minute}")))
    }
}
