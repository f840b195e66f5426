//! Shortens a failing plan: leaves out steps, then faults, as long as it still fails (delta debugging,
//! <https://www.st.cs.uni-saarland.de/papers/tse2002/>).

use std::time::{Duration, Instant};

use super::plan::{Plan, Weather};
use super::simulate::simulate;

/// The shortest plan found within `limit` that still fails.
pub fn shrink(mut plan: Plan, limit: Duration) -> Plan {
    let started = Instant::now();
    let fails = |plan: &Plan| simulate(plan, false).failure.is_some();
    let mut size = plan.steps.len().div_ceil(2);
    while size > 0 && started.elapsed() < limit {
        let mut from = 0;
        let mut shorter = false;
        while from < plan.steps.len() && started.elapsed() < limit {
            let mut candidate = plan.clone();
            candidate.steps.drain(from..(from + size).min(plan.steps.len()));
            if fails(&candidate) {
                plan = candidate;
                shorter = true;
            } else {
                from += size;
            }
        }
        if !shorter || size > 1 {
            size /= 2;
        }
    }
    let length = plan.steps.len();
    let mut calmer = |change: &dyn Fn(&mut Plan)| {
        let mut candidate = plan.clone();
        change(&mut candidate);
        if candidate != plan && started.elapsed() < limit && fails(&candidate) {
            plan = candidate;
        }
    };
    calmer(&|plan| plan.weather = Weather::default());
    calmer(&|plan| plan.stream_shards = 1);
    for place in 0..length {
        calmer(&|plan| plan.steps[place].weather = Weather::default());
    }
    plan
}
