//! Trying again after a lost race.

use std::time::Duration;

use crate::booking::BookingError;
use lambda::metrics::{self, Metric};

/// How often a transaction is tried. All pauses together are well under the functions' time limit.
const MOST: u32 = 12;
/// Transactions that lost a race and were tried again.
const LOST_RACES: Metric = Metric::count("LostRaces");
const SHORTEST: Duration = Duration::from_millis(20);
const LONGEST: Duration = Duration::from_millis(500);

/// Counts the attempts of one request and spreads them.
#[derive(Debug, Default)]
pub(super) struct Attempts(u32);

impl Attempts {
    /// Waits before the next attempt.
    ///
    /// # Errors
    /// [`BookingError::Contended`] when there has been enough of them.
    pub(super) async fn pause(&mut self) -> Result<(), BookingError> {
        self.0 += 1;
        metrics::count(LOST_RACES, 1);
        if self.0 >= MOST {
            return Err(BookingError::Contended);
        }
        pause(self.0).await;
        Ok(())
    }
}

/// Waits after the `failures`th failure in a row, counted from 1: up to twice as long each time, with full jitter
/// (<https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/>).
pub(super) async fn pause(failures: u32) {
    let ceiling = SHORTEST.saturating_mul(1 << failures.min(10)).min(LONGEST);
    tokio::time::sleep(ceiling.mul_f64(fastrand::f64())).await;
}
