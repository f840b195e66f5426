//! The sweeper before timers, as the baseline of `sweep_timers`: it read due reminders from an index and marked them one
//! by one, eight of a shard at a time.

use futures_util::stream::{self, StreamExt, TryStreamExt};
use lambda::aws::dynamodb::Client;
use lambda::aws::dynamodb::types::AttributeValue;
use lambda::{Cause, Problem, Tick, handler};

const SHARDS: u32 = 4;
const AT_ONCE: usize = 8;
const TABLE: &str = "bookings-dev";

/// The sweep failed.
#[derive(Debug, Problem)]
pub enum Failed {
    /// The store refused.
    #[problem(status = 503)]
    Store(#[problem(cause)] Cause),
}

/// Mark the reminders that are due.
#[handler(schedule)]
async fn marking(client: &Client, tick: Tick) -> Result<(), Failed> {
    let now = tick.time.seconds().to_string();
    let shards = (0..SHARDS).map(|shard| sweep(client, shard.to_string(), &now));
    futures_util::future::try_join_all(shards).await.map(drop)
}

async fn sweep(client: &Client, shard: String, now: &str) -> Result<(), Failed> {
    let page = client
        .query()
        .table_name(TABLE)
        .index_name("due_index")
        .key_condition_expression("#shard = :shard AND #ttl <= :now")
        .expression_attribute_names("#shard", "due_shard")
        .expression_attribute_names("#ttl", "ttl")
        .expression_attribute_values(":shard", AttributeValue::S(shard))
        .expression_attribute_values(":now", AttributeValue::N(now.to_owned()))
        .send()
        .await
        .map_err(|error| Failed::Store(Cause::new(error)))?;
    let marks = page.items.unwrap_or_default().into_iter().map(|mut item| async move {
        let mut take = |name: &str| item.remove(name).unwrap_or(AttributeValue::Null(true));
        client
            .update_item()
            .table_name(TABLE)
            .key("pk", take("pk"))
            .key("sk", take("sk"))
            .update_expression("SET #state = :due REMOVE #shard")
            .condition_expression("#state = :pending AND #token = :token")
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#shard", "due_shard")
            .expression_attribute_names("#token", "generation")
            .expression_attribute_values(":due", AttributeValue::S("DUE".to_owned()))
            .expression_attribute_values(":pending", AttributeValue::S("PENDING".to_owned()))
            .expression_attribute_values(":token", take("generation"))
            .send()
            .await
            .map_err(|error| Failed::Store(Cause::new(error)))
    });
    stream::iter(marks).buffer_unordered(AT_ONCE).map_ok(drop).try_collect().await
}
