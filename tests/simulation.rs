//! The service in a simulated world, where a seed decides everything: see `docs/simulation.md`.
//!
//! - `SIMULATION_SEED=7` repeats one history, with its trace.
//! - `SIMULATION_SECONDS=3600` goes on for so long, `SIMULATION_OPERATIONS=10000000` until so many are done.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may fail")]
#![allow(missing_docs, unreachable_pub, missing_debug_implementations, reason = "a test has no users")]

#[path = "simulation/mod.rs"]
mod simulation;

use std::fmt::{self, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use simulation::plan::Plan;
use simulation::shrink::shrink;
use simulation::simulate::{Outcome, simulate};

/// The functions allocate as often as they calculate.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Seeds that each run tries first.
const FIXED: u64 = 12;
/// Seeds that once found a fault of the service.
const FOUND: [u64; 3] = [30_126_201_469_148_093, 30_126_222_574_904_186, 30_126_499_147_323_365];
/// How long fresh seeds are tried.
const SECONDS: u64 = 30;
/// How long a failing plan may be shortened.
const SHRINKING: Duration = Duration::from_secs(20);

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} must be a number")))
}

/// Sums of the outcomes.
#[derive(Default)]
struct Total {
    histories: u64,
    operations: usize,
    commits: usize,
    events: usize,
    requests: i64,
    /// The last minute that was told.
    minute: u64,
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { histories, operations, commits, events, requests, .. } = self;
        write!(
            f,
            "{histories} histories, {operations} operations, {commits} commits, {events} events, {requests} requests"
        )
    }
}

impl Total {
    fn add(&mut self, outcome: &Outcome) {
        self.histories += 1;
        self.operations += outcome.operations;
        self.commits += outcome.commits;
        self.events += outcome.events;
        self.requests += outcome.requests;
    }
}

#[test]
fn every_history_is_one_that_the_model_allows() {
    if let Some(seed) = setting("SIMULATION_SEED") {
        let outcome = simulate(&Plan::draw(seed), true);
        println!("{}", outcome.trace);
        if outcome.failure.is_some() {
            report(seed, 1);
        }
        return;
    }
    let most = setting("SIMULATION_OPERATIONS").map(|most| usize::try_from(most).unwrap());
    let seconds = setting("SIMULATION_SECONDS").unwrap_or(if most.is_some() { u64::MAX } else { SECONDS });
    let fixed = setting("SIMULATION_FIXED").unwrap_or(FIXED);
    let fresh = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() << 24;
    let (started, next) = (Instant::now(), AtomicU64::new(0));
    let (total, failed) = (Mutex::new(Total::default()), Mutex::new(None));
    let work = || {
        while failed.lock().unwrap().is_none() {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let enough = most.is_some_and(|most| total.lock().unwrap().operations >= most);
            let first = fixed + FOUND.len() as u64;
            if enough || number >= first && started.elapsed().as_secs() >= seconds {
                return;
            }
            let found = number.checked_sub(fixed).and_then(|index| FOUND.get(usize::try_from(index).ok()?));
            let seed = if number < fixed { number } else { found.copied().unwrap_or(fresh + number) };
            let outcome = simulate(&Plan::draw(seed), false);
            if outcome.failure.is_some() {
                println!("SIMULATION_SEED={seed} fails: {}", outcome.failure.as_deref().unwrap_or_default());
                failed.lock().unwrap().get_or_insert((seed, number));
            }
            let mut total = total.lock().unwrap();
            total.add(&outcome);
            let minute = started.elapsed().as_secs() / 60;
            if minute > total.minute {
                total.minute = minute;
                println!("{minute} min: {total}");
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    let (took, total) = (started.elapsed().as_secs_f64(), total.into_inner().unwrap());
    #[expect(clippy::cast_precision_loss, reason = "a figure to read")]
    let rate = |count: usize| (count as f64 / took).round();
    println!(
        "{total} in {took:.0} s: {} histories, {} operations a second",
        rate(usize::try_from(total.histories).unwrap()),
        rate(total.operations)
    );
    if let Some((seed, number)) = failed.into_inner().unwrap() {
        report(seed, number + 1);
    }
}

/// Ends the test with the shortest failing plan and its trace.
fn report(seed: u64, histories: u64) -> ! {
    let plan = Plan::draw(seed);
    let first = simulate(&plan, false).failure.unwrap_or_default();
    let plan = shrink(plan, SHRINKING);
    let outcome = simulate(&plan, true);
    let mut text = format!("the history of SIMULATION_SEED={seed} fails, the {histories}th of this run: {first}\n");
    let _ = writeln!(text, "shortened to {} steps: {}", plan.steps.len(), outcome.failure.unwrap_or_default());
    for step in &plan.steps {
        let _ = writeln!(text, "  {step:?}");
    }
    let _ = writeln!(text, "{}", outcome.trace);
    panic!("{text}");
}

#[test]
fn the_same_seed_is_the_same_run() {
    for seed in 0..6 {
        let plan = Plan::draw(seed);
        let (one, other) = (simulate(&plan, true), simulate(&plan, true));
        let lines = one.trace.lines().zip(other.trace.lines()).enumerate();
        let different = lines.into_iter().find(|(_, (one, other))| one != other);
        assert_eq!(different, None, "seed {seed}");
        assert_eq!(one, other, "seed {seed}");
    }
}
