//! The clock of a history: tokio's paused clock, which moves on when every task waits for a time.

use std::sync::atomic::{AtomicI64, Ordering};

use handlers::booking::Timestamp;
use tokio::time::Instant;

/// 2030-01-01T23:10:00Z: fifty minutes before the end of a day.
pub const EPOCH: i64 = 1_893_539_400_000;
pub const SECOND: i64 = 1000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// Must be created and read inside of the history's runtime.
#[derive(Debug)]
pub struct Clock {
    origin: Instant,
    /// How far the database's clock is behind, in milliseconds: while TTL deletes items, it is as late as TTL is.
    behind: AtomicI64,
}

impl Clock {
    pub fn start() -> Self {
        Self { origin: Instant::now(), behind: AtomicI64::new(0) }
    }

    /// Milliseconds since the Unix epoch.
    pub fn now(&self) -> i64 {
        EPOCH + i64::try_from(self.origin.elapsed().as_millis()).unwrap()
    }

    /// Runs `work` while the database believes that it is `behind` milliseconds earlier.
    pub fn behind<T>(&self, behind: i64, work: impl FnOnce() -> T) -> T {
        self.behind.store(behind, Ordering::Relaxed);
        let done = work();
        self.behind.store(0, Ordering::Relaxed);
        done
    }

    pub async fn sleep_until(&self, time: i64) {
        let wait = u64::try_from(time.saturating_sub(self.now())).unwrap_or(0);
        tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
    }
}

impl dynoxide::storage_backend::Clock for Clock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from((self.now() - self.behind.load(Ordering::Relaxed)) / 1000).unwrap()
    }

    #[expect(clippy::cast_precision_loss, reason = "milliseconds of four-digit years are exact")]
    fn now_unix_secs_f64(&self) -> f64 {
        (self.now() - self.behind.load(Ordering::Relaxed)) as f64 / 1000.0
    }
}

pub fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis).unwrap()
}
