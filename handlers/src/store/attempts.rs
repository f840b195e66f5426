//! Trying again after a lost race.

use std::time::Duration;

use crate::booking::BookingError;
use crate::lambda::metrics::{self, Metric};

/// How often a transaction is tried: with all pauses together well under the functions' time limit.
const MOST: u32 = 12;
const SHORTEST: Duration = Duration::from_millis(20);
const LONGEST: Duration = Duration::from_millis(500);

/// Counts the attempts of one request and spreads them, with full jitter
/// (<https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/>).
#[derive(Debug, Default)]
pub(super) struct Attempts(u32);

impl Attempts {
    /// Waits before the next attempt.
    ///
    /// # Errors
    /// [`BookingError::Contended`] when there has been enough of them.
    pub(super) async fn pause(&mut self) -> Result<(), BookingError> {
        self.0 += 1;
        metrics::count(Metric::LostRaces, 1);
        if self.0 >= MOST {
            return Err(BookingError::Contended);
        }
        let ceiling = SHORTEST.saturating_mul(1 << self.0.min(10)).min(LONGEST);
        tokio::time::sleep(ceiling.mul_f64(fastrand::f64())).await;
        Ok(())
    }
}
