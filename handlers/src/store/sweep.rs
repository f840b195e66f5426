//! The sweeper: marks due reminders on time.
//!
//! TTL deletes an item some time after it expires, which is too late for a reminder. So the sweeper marks due
//! reminders. It does not delete them, which would look like a cancellation. It does not publish them either, which
//! would be a second write that can fail on its own. The marks reach the bus through the table's stream, like all other
//! changes.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use lambda::metrics::{self, Metric};
use lambda::tracing::info;
use tokio::time::Instant;

use super::Bookings;
use super::errors::classify;
use super::item::{Item, State, value};
use crate::booking::{BookingError, Timestamp};

/// A sweep starts no new work after this time: the next sweep follows within the minute.
const LONGEST: Duration = Duration::from_secs(40);
/// Maximum of reminders of one shard that are marked concurrently.
const AT_ONCE: usize = 8;

/// Completed sweeps of all shards. Alarms use it as the heartbeat of the reminders.
const SWEEPS: Metric = Metric::count("Sweeps");
/// Sweeps that left work to the next one.
const SWEEPS_UNFINISHED: Metric = Metric::count("SweepsUnfinished");
/// Reminders that were marked as due.
const REMINDERS_MARKED: Metric = Metric::count("RemindersMarked");

/// Result of a sweep.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Swept {
    marked: usize,
    /// Reminders that were cancelled, moved or marked by another sweep, or deleted by TTL, since the index was read.
    changed: usize,
    /// Shards that may have reminders left for the next sweep.
    unfinished: usize,
}

impl Bookings {
    /// Marks the reminders that are due by `now`, in all shards at once, for at most 40 s.
    ///
    /// # Errors
    /// An error of the store, after the other shards are done. Unmarked reminders are left to the next sweep.
    pub async fn sweep(&self, now: Timestamp) -> Result<(), BookingError> {
        let deadline = Instant::now() + LONGEST;
        let shards = (0..self.shards).map(|shard| self.sweep_shard(shard, now, deadline));
        let (mut total, mut failure) = (Swept::default(), None);
        for swept in futures_util::future::join_all(shards).await {
            match swept {
                Ok(swept) => {
                    total.marked += swept.marked;
                    total.changed += swept.changed;
                    total.unfinished += swept.unfinished;
                }
                Err(error) => failure = Some(error),
            }
        }
        let Swept { marked, changed, unfinished } = total;
        info!(marked, changed, unfinished, "swept");
        metrics::count(REMINDERS_MARKED, marked);
        metrics::count(SWEEPS_UNFINISHED, usize::from(unfinished > 0));
        if let Some(error) = failure {
            return Err(error);
        }
        metrics::count(SWEEPS, 1);
        Ok(())
    }

    async fn sweep_shard(&self, shard: u32, now: Timestamp, deadline: Instant) -> Result<Swept, BookingError> {
        let mut swept = Swept::default();
        let mut start: Option<HashMap<String, AttributeValue>> = None;
        loop {
            if Instant::now() > deadline {
                swept.unfinished = 1;
                return Ok(swept);
            }
            let answer = self
                .client
                .query()
                .table_name(&self.table)
                .index_name("due_index")
                .key_condition_expression("#shard = :shard AND #ttl <= :now")
                .expression_attribute_names("#shard", "due_shard")
                .expression_attribute_names("#ttl", "ttl")
                .expression_attribute_values(":shard", AttributeValue::S(shard.to_string()))
                .expression_attribute_values(":now", AttributeValue::N(now.seconds().to_string()))
                .limit(200)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(classify)?;
            let marks = answer.items.unwrap_or_default().into_iter().map(|item| self.mark(item));
            let marked: Vec<bool> = stream::iter(marks).buffer_unordered(AT_ONCE).try_collect().await?;
            swept.marked += marked.iter().filter(|marked| **marked).count();
            swept.changed += marked.iter().filter(|marked| !**marked).count();
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(swept);
            }
        }
    }

    /// Marks one reminder, if it is unchanged since the index was read.
    async fn mark(&self, mut item: Item) -> Result<bool, BookingError> {
        let (Some(pk), Some(sk), Some(token)) = (item.remove("pk"), item.remove("sk"), item.remove("generation"))
        else {
            return Ok(false);
        };
        let marked = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", pk)
            .key("sk", sk)
            .update_expression("SET #state = :due REMOVE #shard")
            .condition_expression("#state = :pending AND #token = :token")
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#shard", "due_shard")
            .expression_attribute_names("#token", "generation")
            .expression_attribute_values(":due", value(&State::Due)?)
            .expression_attribute_values(":pending", value(&State::Pending)?)
            .expression_attribute_values(":token", token)
            .send()
            .await;
        match marked {
            Ok(_) => Ok(true),
            Err(error)
                if error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(classify(error)),
        }
    }
}
