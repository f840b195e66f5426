//! The sweeper: removes the timers that are due.
//!
//! TTL deletes an item some time after it expires, which is too late for a reminder. So the sweeper deletes due timers
//! every minute. It publishes nothing: that would be a second write that can fail on its own. The removals reach the
//! bus through the table's stream, like all other changes, whoever made them.

mod remove;
mod watermark;

use std::future::ready;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::stream::{self, BoxStream, StreamExt};
use lambda::causes;
use lambda::metrics::{self, Metric};
use lambda::tracing::{info, warn};
use tokio::time::Instant;

use self::remove::{Found, Left, Removed};
pub(super) use self::watermark::FEWEST_SHARDS;
use self::watermark::Watermark;
use super::Bookings;
use super::item::Item;
use super::timer::due_of;
use crate::booking::{BookingError, Timestamp};

/// A sweep starts no new work after this time: the next sweep follows within the minute.
const LONGEST: Duration = Duration::from_secs(40);
/// A sweep waits for the timers that are due within so many seconds, since the next sweep would be a minute late for them. The
/// end of a hold is told 5 s after it at the earliest, and so a minute after it at the latest.
const AHEAD: i64 = 5;
/// How many minutes are swept again each time. A transaction may commit a timer after its minute was swept.
const AGAIN: i64 = 5;
/// How many minutes back the first sweep of a stage begins.
const FIRST: i64 = 60;
/// How many minutes of a backlog are swept before the watermark follows.
const STEP: i64 = 60;
/// Maximum of concurrent queries. An idle sweep makes about a hundred, and each concurrent call costs a connection.
const QUERIES: usize = 16;
/// Maximum of concurrent removals.
const REMOVALS: usize = 64;

/// Sweeps that ended without an error. Alarms use it as the heartbeat of the reminders.
const SWEEPS: Metric = Metric::count("Sweeps");
/// Sweeps that left work to the next one.
const SWEEPS_UNFINISHED: Metric = Metric::count("SweepsUnfinished");
/// Due timers of reminders that were removed. Ends of holds are not among them: `RemindersMissing` compares them with the
/// reminders that were published or dropped.
const TIMERS_REMOVED: Metric = Metric::count("TimersRemoved");

/// The work of one sweep.
struct Sweep<'a> {
    bookings: &'a Bookings,
    now: Timestamp,
    began: Instant,
    deadline: Instant,
    watermark: Watermark,
    /// Timers that are not due yet, and will be within [`AHEAD`] seconds.
    ahead: Vec<Item>,
    removed: Removed,
    failure: Option<BookingError>,
}

impl Bookings {
    /// Removes the timers that are due by `time`, or by the clock if it is later, for at most 40 s; and those that are due
    /// within the next 5 s, as soon as they are.
    ///
    /// It begins with the last minutes, so that no backlog delays what has just become due. Two sweeps at once do no
    /// harm.
    ///
    /// # Errors
    /// An error of the store, after everything else is done. What was not removed is left to the next sweep.
    pub async fn sweep(&self, time: Timestamp) -> Result<(), BookingError> {
        let now = time.max(self.surroundings.now());
        let began = Instant::now();
        let deadline = began + LONGEST;
        let watermark = self.watermark(now).await?;
        let mut sweep = Sweep {
            bookings: self,
            now,
            began,
            deadline,
            watermark,
            ahead: Vec::new(),
            removed: Removed::default(),
            failure: None,
        };
        let finished = sweep.run().await & sweep.wait().await;
        let Sweep { removed, failure, .. } = sweep;
        info!(removed = removed.timers, finished, "swept");
        metrics::count(TIMERS_REMOVED, removed.reminders);
        metrics::count(SWEEPS_UNFINISHED, usize::from(!finished));
        if let Some(error) = failure {
            return Err(error);
        }
        metrics::count(SWEEPS, 1);
        Ok(())
    }
}

impl Sweep<'_> {
    /// Sweeps the last minutes, and then what earlier sweeps have left, from the oldest on. Returns whether all is
    /// swept.
    async fn run(&mut self) -> bool {
        let minute = self.now.seconds().div_euclid(60);
        let recent = self.minutes(minute - AGAIN, (self.now.seconds() + AHEAD).div_euclid(60)).await;
        let mut from = self.watermark.next;
        while from < minute - AGAIN {
            let to = (from + STEP).min(minute - AGAIN) - 1;
            if !self.minutes(from, to).await || !self.advance(to + 1).await {
                return false;
            }
            from = to + 1;
        }
        recent && self.advance(minute - AGAIN + 1).await
    }

    /// Removes the timers that are due within the next seconds, each when all of them are.
    async fn wait(&mut self) -> bool {
        let ahead = std::mem::take(&mut self.ahead);
        let Some(last) = ahead.iter().filter_map(due_of).max() else { return true };
        let wait = u64::try_from(last * 1000 - self.now.millis()).unwrap_or_default();
        tokio::time::sleep_until(self.began + Duration::from_millis(wait)).await;
        self.remove_all(stream::iter(ahead.into_iter().map(Ok)).boxed()).await
    }

    /// Removes the due timers of these minutes. Returns whether none is left.
    async fn minutes(&mut self, first: i64, last: i64) -> bool {
        let shards = self.watermark.shards;
        let (bookings, now, deadline) = (self.bookings, self.now.seconds(), self.deadline);
        let mut partitions = Vec::new();
        for minute in first..=last {
            partitions.extend((0..shards).map(|shard| bookings.due(minute, shard, now + AHEAD, deadline)));
        }
        let mut ahead = Vec::new();
        let due = stream::iter(partitions).flatten_unordered(QUERIES).filter_map(|found| {
            ready(match found {
                Ok(key) if due_of(&key).is_some_and(|due| due > now) => {
                    ahead.push(key);
                    None
                }
                found => Some(found),
            })
        });
        let finished = self.remove_all(due.boxed()).await;
        self.ahead.append(&mut ahead);
        finished
    }

    /// Removes the timers that were found. Returns whether all were found and removed.
    async fn remove_all(&mut self, found: BoxStream<'_, Found>) -> bool {
        let bookings = self.bookings;
        let keys = found.chunks(remove::LARGEST);
        let mut removals = keys.map(|keys| bookings.remove(keys).boxed()).buffer_unordered(REMOVALS);
        let mut finished = true;
        while let Some(removed) = removals.next().await {
            match removed {
                Ok(removed) => {
                    self.removed.timers += removed.timers;
                    self.removed.reminders += removed.reminders;
                }
                Err(left) => {
                    finished = false;
                    match left {
                        Left::Late => {}
                        // A busy table needs time, and the next sweep goes on.
                        Left::Failed(BookingError::Throttled(cause)) => warn!(cause = causes(&cause), "throttled"),
                        Left::Failed(error) => self.failure = Some(error),
                    }
                }
            }
        }
        finished
    }

    /// Notes that no minute before `next` has to be swept again. Returns whether that is stored.
    async fn advance(&mut self, next: i64) -> bool {
        self.watermark.next = next;
        match self.bookings.set_watermark(&self.watermark).await {
            Ok(stored) => stored,
            Err(error) => {
                self.failure = Some(error);
                false
            }
        }
    }
}
