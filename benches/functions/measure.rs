//! What a program costs: counted where it can be counted, timed where not.

use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;

use crate::process::{Process, Program};

/// Requests between which the cost of one is taken.
const FEW: usize = 10;
const MANY: usize = 60;
/// After this many requests memory does not grow any more, or grows for ever.
const LASTING: usize = 2_000;

/// A program and what it is asked.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) program: Program,
    pub(crate) event: Bytes,
}

/// Instructions by callgrind (<https://valgrind.org/docs/manual/cl-manual.html>). They do not depend on what else the
/// machine does.
#[derive(Debug, Clone)]
pub(crate) struct Callgrind {
    /// Where profiles are kept, for `callgrind_annotate`.
    pub(crate) directory: PathBuf,
}

impl Callgrind {
    /// All instructions from the start of the program until it has answered so many requests.
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

    /// The instructions of one request, when the first ones are over.
    pub(crate) async fn per_request(&self, subject: &Subject) -> Result<u64, Box<dyn Error>> {
        let (few, many) = (self.count(subject, FEW).await?, self.count(subject, MANY).await?);
        Ok(many.saturating_sub(few) / (MANY - FEW) as u64)
    }
}

/// The most memory that was resident while the program answered 2,000 requests, in bytes.
pub(crate) async fn peak_memory(subject: &Subject) -> Result<u64, Box<dyn Error>> {
    let mut process = Process::start(&subject.program).await?;
    for _ in 0..LASTING {
        process.invoke(&subject.event).await?;
    }
    process.peak_memory()
}

/// What a start took.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Start {
    /// From the start of the program until it asked for its first event.
    pub(crate) init: Duration,
    /// Processor time from the start of the program until its first answer.
    pub(crate) processor: Duration,
    /// From the first event to its answer.
    pub(crate) first: Duration,
    /// From another event to its answer.
    pub(crate) warm: Duration,
}

/// Starts the program, and asks it a few times.
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

/// Processor time of one warm request for each of the subjects: the median of several processes of each. All take turns,
/// so that whatever else the machine does meets all of them.
pub(crate) async fn warm(subjects: &[&Subject]) -> Result<Vec<Duration>, Box<dyn Error>> {
    const PROCESSES: usize = 7;
    const ROUNDS: u32 = 5;
    const ROUND: u32 = 100;
    let mut spent = vec![Vec::new(); subjects.len()];
    // Where a process has its memory is drawn when it starts, and makes a difference of some percent for its whole life.
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

/// The middle of some durations; of none, zero.
pub(crate) fn median(mut durations: Vec<Duration>) -> Duration {
    durations.sort_unstable();
    durations.get(durations.len() / 2).copied().unwrap_or_default()
}
