//! The rows of the table: measurements and their targets.

use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::Bench;
use crate::cargo::{package_size, unwanted};
use crate::engine::{self, WITH_RULES};
use crate::measure::{Callgrind, Start, Subject, median, peak_memory, start, warm};
use crate::process::Process;
use crate::table::{Row, Unit};

/// The HTTP method in a function's event; `None` for a stream or a schedule.
fn method(subject: &Subject) -> Option<String> {
    let event: Value = serde_json::from_slice(&subject.event).ok()?;
    event.pointer("/requestContext/http/method")?.as_str().map(str::to_owned)
}

/// Maximum of DynamoDB requests of an operation.
fn most_requests(function: &str, method: &str) -> u64 {
    match (function, method) {
        ("update_booking", _) => 3,
        ("list_resource_bookings", _) => 2,
        (_, "GET") => 1,
        _ => 2,
    }
}

pub(crate) fn is_installed(tool: &str) -> bool {
    let version = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let installed = version.is_ok_and(|status| status.success());
    if !installed {
        println!("{tool} is not installed, so what it measures is left out.");
    }
    installed
}

/// The function with the highest value.
fn most(values: Vec<(&str, u64)>) -> (&str, u64) {
    values.into_iter().max_by_key(|(_, value)| *value).unwrap_or_default()
}

/// Rows of instructions. Their targets hold on any machine.
pub(crate) async fn instructions(bench: &Bench) -> Result<Vec<Row>, Box<dyn Error>> {
    if !is_installed("valgrind") {
        return Ok(Vec::new());
    }
    let callgrind = Callgrind { directory: bench.scratch.clone() };
    let unit = Unit::Instructions;
    let (health, get) = (bench.subject("health")?, bench.subject("get_booking")?);

    let mut alone = Vec::new();
    for function in bench.with_dynamodb() {
        let mut subject = bench.subject(function)?;
        // Without a listener no connection is made, so only the function's own instructions count, with Amazon's roots.
        subject.program =
            subject.program.with("AWS_ENDPOINT_URL_DYNAMODB", "https://localhost:1").with("AWS_CA_BUNDLE", "");
        alone.push((function, callgrind.count(&subject, 0).await?));
    }
    let (with_rules, without): (Vec<_>, Vec<_>) =
        alone.into_iter().partition(|(function, _)| WITH_RULES.contains(function));
    let (function, alone) = most(without);
    let (with_rules, alone_with_rules) = most(with_rules);
    let hello = callgrind.count(&bench.hello, 0).await?;
    let (init, first) = (callgrind.count(&get, 0).await?, callgrind.count(&get, 1).await?);
    let (hello_warm, health_warm) = (callgrind.per_request(&bench.hello).await?, callgrind.per_request(&health).await?);
    let warm = callgrind.per_request(&get).await?;
    Ok(vec![
        Row::held("init of health", unit, callgrind.count(&health, 0).await?, 500_000).hello(unit, hello),
        Row::held(format!("init of {function}, the most, before its connection"), unit, alone, 1_400_000),
        Row::held(
            format!("init of {with_rules}, the most of those with time zones"),
            unit,
            alone_with_rules,
            1_550_000,
        ),
        Row::new("init of get_booking with its connection", unit, init),
        Row::held("exec to first answer of get_booking", unit, first, 5_000_000)
            .hello(unit, callgrind.count(&bench.hello, 1).await?),
        Row::new("a warm request of health", unit, health_warm),
        Row::held("a warm request of get_booking", unit, warm, 750_000).hello(unit, hello_warm),
        Row::held(
            "the first request of get_booking against a warm one",
            Unit::Times,
            (first - init) * 1000 / warm,
            2000,
        ),
    ])
}

/// Rows of resident memory.
pub(crate) async fn memory(bench: &Bench) -> Result<Vec<Row>, Box<dyn Error>> {
    let get = peak_memory(&bench.subject("get_booking")?).await?;
    let peer = match bench.peer("get_booking")? {
        Some(peer) => Some(peak_memory(&peer).await?),
        None => None,
    };
    let hello = peak_memory(&bench.hello).await?;
    Ok(vec![
        Row::new("peak memory of health, 2,000 requests", Unit::Bytes, peak_memory(&bench.subject("health")?).await?),
        Row::held("peak memory of get_booking, 2,000 requests", Unit::Bytes, get, 7_000_000)
            .hello(Unit::Bytes, hello)
            .peer(Unit::Bytes, peer),
    ])
}

/// Rows of package sizes.
pub(crate) fn packages(bench: &Bench) -> Result<Vec<Row>, Box<dyn Error>> {
    let size = |function: &str| -> Result<u64, Box<dyn Error>> {
        Ok(package_size(bench.functions.get(function).ok_or("a function is missing")?)? as u64)
    };
    let mut sizes = Vec::new();
    for function in bench.with_dynamodb() {
        sizes.push((function, size(function)?));
    }
    let (with_rules, without): (Vec<_>, Vec<_>) =
        sizes.into_iter().partition(|(function, _)| WITH_RULES.contains(function));
    let (function, largest) = most(without);
    let (with_rules, largest_with_rules) = most(with_rules);
    let hello = package_size(bench.hello.program.command[0].as_ref())? as u64;
    Ok(vec![
        Row::held("package of health", Unit::Bytes, size("health")?, 900_000).hello(Unit::Bytes, hello),
        Row::new("package of get_booking", Unit::Bytes, size("get_booking")?),
        Row::held(format!("package of {function}, the largest"), Unit::Bytes, largest, 2_100_000),
        Row::held(
            format!("package of {with_rules}, the largest with time zones"),
            Unit::Bytes,
            largest_with_rules,
            2_350_000,
        ),
    ])
}

/// Rows of requests to DynamoDB.
pub(crate) async fn round_trips(bench: &Bench) -> Result<Vec<Row>, Box<dyn Error>> {
    let (mut rows, mut connections) = (Vec::new(), Vec::new());
    for function in bench.with_dynamodb() {
        let mut subject = bench.subject(function)?;
        let Some(most) = method(&subject).map(|method| most_requests(function, &method)) else { continue };
        if function == "update_booking" {
            subject.event = rescheduled(&subject)?;
        }
        if function == "list_resource_bookings" {
            let mut event: Value = serde_json::from_slice(&subject.event)?;
            engine::at_clinic(&mut event);
            subject.event = event.to_string().into();
        }
        bench.dynamodb.take_calls();
        bench.dynamodb.take_connections();
        Process::start(&subject.program).await?.invoke(&subject.event).await?;
        let calls = bench.dynamodb.take_calls();
        let made = calls.iter().map(|(operation, count)| format!("{count} {operation}")).collect::<Vec<_>>().join(", ");
        let count = calls.values().sum::<usize>() as u64;
        rows.push(Row::held(format!("DynamoDB requests of {function} ({made})"), Unit::Requests, count, most));
        connections.push((function, bench.dynamodb.take_connections() as u64));
    }
    let (function, connections) = self::most(connections);
    rows.push(Row::held(format!("connections of {function}, the most"), Unit::Requests, connections, 1));
    Ok(rows)
}

/// The event of a change that moves the booking, which is the most expensive change.
fn rescheduled(subject: &Subject) -> Result<bytes::Bytes, Box<dyn Error>> {
    let mut event: Value = serde_json::from_slice(&subject.event)?;
    event["body"] = r#"{"start_time":"2099-06-03T10:00:00Z","end_time":"2099-06-03T11:00:00Z"}"#.into();
    Ok(event.to_string().into())
}

/// Rows of things that must not be part of a function.
pub(crate) async fn dependencies(bench: &Bench) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut rows = vec![Row::absent("aws-lc, rustls 0.21, openssl in the tree", &unwanted()?)];
    if is_installed("strace") {
        let (mut opened, mut threads) = (Vec::new(), Vec::new());
        for function in bench.with_dynamodb() {
            let trace = trace(bench, function).await?;
            let certificates = |line: &&str| CERTIFICATES.iter().any(|path| line.contains(path));
            opened.extend(trace.lines().filter(certificates).map(|line| format!("{function}: {line}")));
            let starts = |line: &&str| line.contains("clone(") || line.contains("clone3(");
            threads.push((function, trace.lines().filter(starts).count() as u64));
        }
        rows.push(Row::absent("the system's certificates opened by any function that calls AWS alone", &opened));
        // Resolving the endpoint's name must not start a thread in the init phase.
        let (function, threads) = most(threads);
        rows.push(Row::held(format!("threads started by {function}, the most"), Unit::Requests, threads, 0));
    }
    Ok(rows)
}

/// Paths of the system's trusted certificates.
const CERTIFICATES: [&str; 3] = ["/etc/ssl", "/etc/pki", "/ca-certificates"];

/// The files and threads that a function opens and starts in its init phase and, if it has a client, during a request.
async fn trace(bench: &Bench, function: &str) -> Result<String, Box<dyn Error>> {
    let file = bench.scratch.join("strace");
    let mut subject = bench.subject(function)?;
    let tool = ["strace", "-f", "-e", "trace=openat,clone,clone3", "-o"].map(OsString::from);
    subject.program = subject.program.under(tool.into_iter().chain([file.clone().into()]));
    let mut process = Process::start(&subject.program).await?;
    if method(&subject).is_some() {
        process.invoke(&subject.event).await?;
    }
    process.end().await?;
    Ok(fs::read_to_string(&file)?)
}

pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Rows of durations, measured in turn with those that they are compared with.
pub(crate) async fn times(bench: &Bench) -> Result<Vec<Row>, Box<dyn Error>> {
    const STARTS: usize = 21;
    let (get, peer) = (bench.subject("get_booking")?, bench.peer("get_booking")?);
    let subjects: Vec<&Subject> = [&get, &bench.hello].into_iter().chain(&peer).collect();
    let mut starts = vec![Vec::new(); subjects.len()];
    for turn in 0..STARTS {
        for (subject, starts) in subjects.iter().zip(&mut starts) {
            // The peer takes a hundred times as long, so a few turns are enough.
            if turn < 5 || subject.program.name != "app.handler" {
                starts.push(start(subject).await?);
            }
        }
    }
    let middle = |place: usize, of: fn(&Start) -> Duration| {
        starts.get(place).map(|starts| nanoseconds(median(starts.iter().map(of).collect())))
    };
    let unit = Unit::Milliseconds;
    let mut rows = Vec::new();
    for (what, most, of) in [
        (
            "exec to first answer of get_booking, processor",
            Some(3_000_000),
            (|start| start.processor) as fn(&Start) -> _,
        ),
        ("exec to first event of get_booking", None, |start| start.init),
        ("its first request", None, |start| start.first),
        ("a warm request of it", None, |start| start.warm),
    ] {
        let (ours, hello) = (middle(0, of).unwrap_or_default(), middle(1, of).unwrap_or_default());
        let row = most.map_or_else(|| Row::new(what, unit, ours), |most| Row::held(what, unit, ours, most));
        rows.push(row.hello(unit, hello).peer(unit, middle(2, of)));
    }
    let processor: Vec<u64> = warm(&subjects).await?.into_iter().map(nanoseconds).collect();
    let theirs = processor.get(2).copied();
    rows.push(
        Row::new("a warm request of it, processor", unit, processor[0]).hello(unit, processor[1]).peer(unit, theirs),
    );
    if let Some(theirs) = theirs {
        let ratio = processor[0] * 1000 / theirs;
        rows.push(Row::held("a warm request of it against the peer's, processor", Unit::Times, ratio, 100).timed());
    }
    Ok(rows)
}

/// The row of the build.
pub(crate) fn build(processor: Duration) -> Row {
    Row::held("release build of all functions, processor", Unit::Seconds, nanoseconds(processor), 600_000_000_000)
}
