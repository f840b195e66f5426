//! Collects records into batches.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::record::Record;
use crate::aws::interface::invoke::PAYLOAD_LIMIT;

/// Bytes of a payload besides its records.
const ENVELOPE: usize = 16;

/// A batch is complete by number, by size, or when its window ends:
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html#invocation-eventsourcemapping-batching>.
pub(super) struct Batcher {
    records: VecDeque<Record>,
    since: Option<Instant>,
    size: usize,
    window: Duration,
}

impl Batcher {
    pub(super) fn new(size: usize, window: Duration) -> Self {
        Self { records: VecDeque::new(), since: None, size, window }
    }

    pub(super) fn push(&mut self, record: Record, now: Instant) {
        self.since.get_or_insert(now);
        self.records.push_back(record);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Whether a batch is complete by number.
    pub(super) fn is_full(&self) -> bool {
        self.records.len() >= self.size
    }

    /// The next batch, if it is complete.
    pub(super) fn take(&mut self, now: Instant) -> Option<Vec<Record>> {
        let mut bytes = ENVELOPE;
        let fitting = self.records.iter().take(self.size).take_while(|record| {
            bytes += record.size + 1;
            bytes <= PAYLOAD_LIMIT
        });
        let count = fitting.count();
        let full = count == self.size || count < self.records.len();
        let due = self.since.is_some_and(|since| now.duration_since(since) >= self.window);
        if self.records.is_empty() || !(full || due) {
            return None;
        }
        let batch = self.records.drain(..count.max(1)).collect();
        self.since = (!self.records.is_empty()).then_some(now);
        Some(batch)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::aws::interface::invoke::Origin;

    use super::*;

    fn record(size: usize) -> Record {
        Record { sequence_number: "1".into(), created: 0.0, event: Value::Null, size, origin: Origin::default() }
    }

    fn batcher(size: usize, window: u64, records: &[usize], now: Instant) -> Batcher {
        let mut batcher = Batcher::new(size, Duration::from_secs(window));
        for size in records {
            batcher.push(record(*size), now);
        }
        batcher
    }

    fn lengths(batcher: &mut Batcher, now: Instant) -> Vec<usize> {
        std::iter::from_fn(|| batcher.take(now)).map(|batch| batch.len()).collect()
    }

    #[test]
    fn by_number_by_window_and_by_bytes() {
        let now = Instant::now();
        assert_eq!(lengths(&mut batcher(2, 0, &[1, 1, 1], now), now), [2, 1]);
        assert_eq!(lengths(&mut batcher(10, 0, &[3_000_000, 3_000_000, 3_000_000], now), now), [2, 1]);

        let mut waiting = batcher(2, 5, &[1, 1, 1], now);
        assert_eq!(lengths(&mut waiting, now), [2]);
        let later = now + Duration::from_secs(5);
        assert_eq!(lengths(&mut waiting, later), [1]);
        assert!(lengths(&mut waiting, later).is_empty());
    }
}
