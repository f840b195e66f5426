//! Marking reminders whose time has come.
//!
//! TTL deletes an item some time after it expires; a reminder cannot wait for that. The sweeper marks it: it does not
//! delete it, which would look like a cancellation, and does not publish it, which would be a second write that can
//! fail on its own. What it wrote reaches the bus through the table's stream, like everything else.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_http::tracing::info;

use super::Bookings;
use super::errors::classify;
use super::item::Item;
use super::reminder::{DUE, PENDING};
use crate::booking::{BookingError, Timestamp};

impl Bookings {
    /// Marks the reminders that are due.
    ///
    /// # Errors
    /// The store's. What is not marked is left to the next sweep.
    pub async fn sweep(&self) -> Result<(), BookingError> {
        let now = Timestamp::now();
        let (mut marked, mut changed) = (0, 0);
        for shard in 0..self.shards {
            let mut start = None;
            loop {
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
                    .set_exclusive_start_key(start)
                    .send()
                    .await
                    .map_err(classify)?;
                for item in answer.items.unwrap_or_default() {
                    if self.mark(item).await? {
                        marked += 1;
                    } else {
                        changed += 1;
                    }
                }
                start = answer.last_evaluated_key;
                if start.is_none() {
                    break;
                }
            }
        }
        if marked + changed > 0 {
            // Changed: cancelled, moved, or marked by TTL or another sweep since the index was read.
            info!(marked, changed, "reminders swept");
        }
        Ok(())
    }

    /// Marks one reminder, if it still is what the index said.
    async fn mark(&self, mut item: Item) -> Result<bool, BookingError> {
        let (Some(pk), Some(sk), Some(generation)) = (item.remove("pk"), item.remove("sk"), item.remove("generation"))
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
            .condition_expression("#state = :pending AND #generation = :generation")
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#shard", "due_shard")
            .expression_attribute_names("#generation", "generation")
            .expression_attribute_values(":due", AttributeValue::S(DUE.to_owned()))
            .expression_attribute_values(":pending", AttributeValue::S(PENDING.to_owned()))
            .expression_attribute_values(":generation", generation)
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
