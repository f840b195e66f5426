//! Retries of a transaction after a conflict.

use std::time::Duration;

use lambda::metrics::{self, Metric};

use crate::booking::BookingError;
use crate::surroundings::Surroundings;

/// Maximum of attempts of a transaction. All pauses together are well below the functions' time limit.
const MOST: u32 = 12;
/// Transactions that met a conflict and were tried again.
const LOST_RACES: Metric = Metric::count("LostRaces");
const SHORTEST: Duration = Duration::from_millis(20);
const LONGEST: Duration = Duration::from_millis(500);

/// The attempts of one request.
#[derive(Debug, Default)]
pub(super) struct Attempts(u32);

impl Attempts {
    /// Waits before the next attempt.
    ///
    /// # Errors
    /// [`BookingError::Contended`] when the attempts are used up.
    pub(super) async fn pause(&mut self, chance: &dyn Surroundings) -> Result<(), BookingError> {
        self.0 += 1;
        metrics::count(LOST_RACES, 1);
        if self.0 >= MOST {
            return Err(BookingError::Contended);
        }
        pause(self.0, chance).await;
        Ok(())
    }
}

/// Waits after `failures` failures in a row, counted from 1. The upper bound doubles each time, with full jitter
/// (<https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/>).
pub(super) async fn pause(failures: u32, chance: &dyn Surroundings) {
    let ceiling = SHORTEST.saturating_mul(1 << failures.min(10)).min(LONGEST);
    tokio::time::sleep(ceiling.mul_f64(chance.fraction())).await;
}
