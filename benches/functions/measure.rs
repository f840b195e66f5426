//! Measurements of a program: instructions, memory and time.

use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;

use crate::process::{Process, Program};

/// Number of requests between the two counts whose difference gives the cost of one request.
const FEW: usize = 10;
const MANY: usize = 60;
/// Number of requests after which the memory of a program without leaks is constant.
const LASTING: usize = 2_000;

/// A program and the event that it receives.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) program: Program,
    pub(crate) event: Bytes,
}

/// Counts instructions with callgrind (<https://valgrind.org/docs/manual/cl-manual.html>). The counts do not depend on
/// other load of the machine.
#[derive(Debug, Clone)]
pub(crate) struct Callgrind {
    /// Folder for profiles, for `callgrind_annotate`.
    pub(crate) directory: PathBuf,
}

impl Callgrind {
    /// Instructions from the start of the program until it has answered `requests` requests.
    pub(crate) async fn count(&self, subject: &Subject, requests: usize) -> Result<u64, Box<dyn Error>> {
        let file = self.directory.join(format!("{}-{requests}.callgrind", subject.program.name));
        let mut option = OsString::from("--callgrind-out-file=");
        option.push(&file);
        let program = subject.program.clone().under(["valgrind".into(), "--tool=callgrind".into(), option]);
        let mut process = Process::start(&program).await?;
        for _ in 0..requests {
            process.invoke(&subject.event).await?;
        }
        process.end().await?;
        let profile = fs::read_to_string(&file)?;
        let total = profile.lines().find_map(|line| line.strip_prefix("totals: ")).ok_or("callgrind has no total")?;
        Ok(total.trim().parse()?)
    }

    /// Instructions of one warm request.
    pub(crate) async fn per_request(&self, subject: &Subject) -> Result<u64, Box<dyn Error>> {
        let (few, many) = (self.count(subject, FEW).await?, self.count(subject, MANY).await?);
        Ok(many.saturating_sub(few) / (MANY - FEW) as u64)
    }
}

/// Peak of resident memory during 2,000 requests, in bytes.
pub(crate) async fn peak_memory(subject: &Subject) -> Result<u64, Box<dyn Error>> {
    let mut process = Process::start(&subject.program).await?;
    for _ in 0..LASTING {
        process.invoke(&subject.event).await?;
    }
    process.peak_memory()
}

/// Durations of a cold start.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Start {
    /// From the start of the program until its request for the first event.
    pub(crate) init: Duration,
    /// Processor time from the start of the program until its first response.
    pub(crate) processor: Duration,
    /// From the first event to its response.
    pub(crate) first: Duration,
    /// From a later event to its response.
    pub(crate) warm: Duration,
}

/// Starts the program and sends it a few events.
pub(crate) async fn start(subject: &Subject) -> Result<Start, Box<dyn Error>> {
    let mut process = Process::start(&subject.program).await?;
    let init = process.age();
    let first = process.invoke(&subject.event).await?;
    process.rests().await?;
    let processor = process.processor_time()?;
    let mut warm = Vec::new();
    for _ in 0..FEW {
        warm.push(process.invoke(&subject.event).await?);
    }
    Ok(Start { init, processor, first, warm: median(warm) })
}

/// Processor time of one warm request for each subject: the median over several processes. The subjects take turns, so
/// that other load affects all of them equally.
pub(crate) async fn warm(subjects: &[&Subject]) -> Result<Vec<Duration>, Box<dyn Error>> {
    const PROCESSES: usize = 7;
    const ROUNDS: u32 = 5;
    const ROUND: u32 = 100;
    let mut spent = vec![Vec::new(); subjects.len()];
    // The memory layout of a process is random and changes its times by some percent for its whole lifetime.
    for _ in 0..PROCESSES {
        let mut processes = Vec::new();
        for subject in subjects {
            let mut process = Process::start(&subject.program).await?;
            for _ in 0..FEW {
                process.invoke(&subject.event).await?;
            }
            let before = process.processor_time()?;
            processes.push((process, &subject.event, before));
        }
        for _ in 0..ROUNDS {
            for (process, event, _) in &mut processes {
                for _ in 0..ROUND {
                    process.invoke(event).await?;
                }
            }
        }
        for ((process, _, before), spent) in processes.iter().zip(&mut spent) {
            spent.push(process.processor_time()?.saturating_sub(*before) / (ROUNDS * ROUND));
        }
    }
    Ok(spent.into_iter().map(median).collect())
}

/// The median; zero for an empty list.
pub(crate) fn median(mut durations: Vec<Duration>) -> Duration {
    durations.sort_unstable();
    durations.get(durations.len() / 2).copied().unwrap_or_default()
}
