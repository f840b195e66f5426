//! A sweep with timers against one that marks reminders, side by side.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::Bench;
use crate::dynamodb;
use crate::measure::{Callgrind, Subject, median};
use crate::process::{Process, Program};
use crate::rows::{is_installed, nanoseconds};
use crate::table::{Row, Unit};

/// Shards that have due reminders.
const SHARDS: u32 = 4;
/// Due reminders of each shard while instructions are counted: so many that the work on a connection, which depends on
/// how many are opened at the same moment, is little beside theirs.
const FEW: usize = 1_000;
/// Sweeps after which the connections of a process are open, and sweeps that are counted.
const WARMING: usize = 2;
const COUNTED: usize = 2;
/// Due reminders of each shard while time is measured.
const MANY: usize = 2_500;

/// The minute whose timers are due. It is the same for the whole run, which takes less time than a sweep goes back.
fn minute() -> i64 {
    static MINUTE: OnceLock<i64> = OnceLock::new();
    *MINUTE.get_or_init(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(now.as_secs() / 60).unwrap_or_default() - 1
    })
}

/// The watermark of a sweep a minute ago.
pub(crate) fn watermark() -> Value {
    json!({
        "pk": { "S": "SWEEP" }, "sk": { "S": "WATERMARK" },
        "next": { "N": (minute() - 3).to_string() }, "shards": { "N": "16" },
    })
}

/// The response to a sweeper's query: `due` reminders of each shard that has some. Each page is made once, so that the
/// time of a sweep is the sweeper's.
pub(crate) fn page(query: &Value, due: usize) -> String {
    static PAGES: Mutex<BTreeMap<(String, usize), String>> = Mutex::new(BTreeMap::new());
    let partition = query["ExpressionAttributeValues"][":partition"]["S"].as_str().unwrap_or_default();
    let make = || match partition {
        "" => dynamodb::page((0..due).map(reminder)),
        timers if is_due(timers) => dynamodb::page((0..due).map(|place| timer(timers, place))),
        _ => dynamodb::page([].into_iter()),
    };
    let mut pages = PAGES.lock().unwrap_or_else(PoisonError::into_inner);
    pages.entry((partition.to_owned(), due)).or_insert_with(make).clone()
}

/// Whether this partition has due timers: some shards of one minute do.
fn is_due(partition: &str) -> bool {
    let start = chrono::DateTime::from_timestamp(minute() * 60, 0).unwrap_or_default();
    let minute = start.format("%Y-%m-%dT%H:%M");
    (0..SHARDS).any(|shard| partition == format!("TIMER#{minute}#{shard}"))
}

/// The key of a due timer.
fn timer(partition: &str, place: usize) -> Value {
    let sk = format!("{:010}#722fbf9c-42d9-5494-89ad-{place:012x}#reminder", minute() * 60);
    json!({ "pk": { "S": partition }, "sk": { "S": sk } })
}

/// A due reminder, as the index had it.
fn reminder(place: usize) -> Value {
    json!({
        "pk": { "S": format!("BOOKING#722fbf9c-42d9-5494-89ad-{place:012x}") }, "sk": { "S": "REMINDER" },
        "due_shard": { "S": "0" }, "ttl": { "N": "1795339200" }, "generation": { "N": "4611686018427387903" },
    })
}

/// The sweeper and its baseline.
fn subjects(bench: &Bench) -> Result<[Subject; 2], Box<dyn Error>> {
    let sweeper = bench.subject("sweep_timers")?;
    let marking = bench.functions.get("marking").ok_or("there is no marking")?;
    let marking = Subject { program: bench.with_aws(Program::new("marking", marking)), event: sweeper.event.clone() };
    Ok([sweeper, marking])
}

/// Rows of sweeps.
pub(crate) async fn rows(bench: &Bench) -> Result<Vec<Row>, Box<dyn Error>> {
    let subjects = subjects(bench)?;
    let mut rows = Vec::new();
    if is_installed("valgrind") {
        let callgrind = Callgrind { directory: bench.scratch.clone() };
        let mut each = Vec::new();
        for subject in &subjects {
            bench.dynamodb.set_due(0);
            let idle = warm(&callgrind, subject).await?;
            bench.dynamodb.set_due(FEW);
            let busy = warm(&callgrind, subject).await?;
            each.push(busy.saturating_sub(idle) / (u64::from(SHARDS) * (COUNTED * FEW) as u64));
        }
        let [removed, marked] = each[..] else { return Err("a sweep is missing".into()) };
        rows.push(Row::new("a due timer in a sweep", Unit::Instructions, removed));
        rows.push(Row::new("a due reminder before timers, marked", Unit::Instructions, marked));
        rows.push(Row::held("a due timer against a marked reminder", Unit::Times, removed * 1000 / marked, 100));
    }
    bench.dynamodb.set_due(MANY);
    let mut sweeps = Vec::new();
    for subject in &subjects {
        sweeps.push(time(subject).await?);
    }
    let [(removed, processor), (marked, _)] = sweeps[..] else { return Err("a sweep is missing".into()) };
    let due = MANY * SHARDS as usize;
    let unit = Unit::Milliseconds;
    rows.push(Row::new(format!("a sweep that removes {due} timers"), unit, nanoseconds(removed)));
    rows.push(Row::new("its processor", unit, nanoseconds(processor)));
    rows.push(Row::new(format!("a sweep before timers that marks {due} reminders"), unit, nanoseconds(marked)));
    let ratio = nanoseconds(removed) * 1000 / nanoseconds(marked).max(1);
    rows.push(Row::held("a sweep with timers against one before", Unit::Times, ratio, 100).timed());
    bench.dynamodb.set_due(0);
    rows.push(Row::new("an idle sweep, processor", unit, nanoseconds(time(&subjects[0]).await?.1)));
    Ok(rows)
}

/// Instructions of the counted sweeps of a process.
async fn warm(callgrind: &Callgrind, subject: &Subject) -> Result<u64, Box<dyn Error>> {
    let before = callgrind.count(subject, WARMING).await?;
    Ok(callgrind.count(subject, WARMING + COUNTED).await?.saturating_sub(before))
}

/// Time and processor time of a warm sweep: medians of several.
async fn time(subject: &Subject) -> Result<(Duration, Duration), Box<dyn Error>> {
    const SWEEPS: usize = 5;
    let mut process = Process::start(&subject.program).await?;
    process.invoke(&subject.event).await?;
    let (mut took, mut spent) = (Vec::new(), Vec::new());
    for _ in 0..SWEEPS {
        let before = process.processor_time()?;
        took.push(process.invoke(&subject.event).await?);
        process.rests().await?;
        spent.push(process.processor_time()?.saturating_sub(before));
    }
    Ok((median(took), median(spent)))
}
