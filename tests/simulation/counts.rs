//! The metrics that a run counts: alarms and dashboards rely on them.

use std::sync::Arc;

use metrics::{Counter, CounterFn, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

use super::run::Run;

/// Adds to the counts of the current run.
#[derive(Debug)]
pub struct Counts;

#[derive(Debug)]
struct Count(String);

impl CounterFn for Count {
    fn increment(&self, by: u64) {
        if let Some(run) = Run::try_current() {
            *run.counts.lock().unwrap().entry(self.0.clone()).or_default() += by;
        }
    }

    fn absolute(&self, _: u64) {}
}

impl Recorder for Counts {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Arc::new(Count(key.name().to_owned())))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

impl Run {
    /// Compares what it has counted.
    pub fn counted(&self, expected: &[(&str, usize)]) -> Result<(), String> {
        let counts = self.counts.lock().unwrap();
        let wrong =
            expected.iter().find(|(name, count)| counts.get(*name).copied().unwrap_or_default() != *count as u64);
        wrong.map_or(Ok(()), |(name, count)| Err(format!("{name} is {:?} instead of {count}", counts.get(*name))))
    }
}
