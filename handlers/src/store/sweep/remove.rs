//! Finding due timers, and removing them.

use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, WriteRequest};
use futures_util::stream::{self, BoxStream, StreamExt};
use lambda::Cause;
use tokio::time::Instant;

use crate::booking::BookingError;
use crate::store::Bookings;
use crate::store::attempts::pause;
use crate::store::errors::{classify, foreign};
use crate::store::item::Item;
use crate::store::timer::{after, is_reminder, partition};

/// Maximum of writes in one `BatchWriteItem`
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html>).
pub(super) const LARGEST: usize = 25;
/// Maximum of consecutive responses with unprocessed items.
const MOST: u32 = 6;

/// Why work is left to the next sweep.
pub(super) enum Left {
    /// The sweep has used up its time.
    Late,
    /// An error of the store.
    Failed(BookingError),
}

/// How many timers were removed, and how many of them are reminders.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Removed {
    pub(super) timers: usize,
    pub(super) reminders: usize,
}

/// A key of a due timer, or why the rest of its partition is left.
pub(super) type Found = Result<Item, Left>;

/// The pages of a query that are still to read: the key at which the next one starts.
enum Pages {
    From(Option<Item>),
    None,
}

impl Bookings {
    /// The timers of a minute and shard that are due by `by`, in seconds since the Unix epoch. Reads no further page after
    /// `deadline`.
    pub(super) fn due(&self, minute: i64, shard: u32, by: i64, deadline: Instant) -> BoxStream<'_, Found> {
        stream::unfold(Pages::From(None), move |pages| async move {
            let Pages::From(start) = pages else { return None };
            if Instant::now() > deadline {
                return Some((vec![Err(Left::Late)], Pages::None));
            }
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("#pk = :partition AND #sk < :after")
                .projection_expression("#pk, #sk")
                .expression_attribute_names("#pk", "pk")
                .expression_attribute_names("#sk", "sk")
                .expression_attribute_values(":partition", AttributeValue::S(partition(minute, shard)))
                .expression_attribute_values(":after", AttributeValue::S(after(by)))
                .set_exclusive_start_key(start)
                .send()
                .await;
            Some(match page.map_err(classify) {
                Ok(page) => {
                    let next = page.last_evaluated_key.map_or(Pages::None, |key| Pages::From(Some(key)));
                    (page.items.unwrap_or_default().into_iter().map(Ok).collect(), next)
                }
                Err(error) => (vec![Err(Left::Failed(error))], Pages::None),
            })
        })
        .flat_map(stream::iter)
        .boxed()
    }

    /// Removes at most [`LARGEST`] timers. One that is gone already does no harm.
    ///
    /// The removal has no condition, which `BatchWriteItem` does not offer. It needs none: the key contains the due
    /// time, so whatever timer is there now is due.
    pub(super) async fn remove(&self, found: Vec<Found>) -> Result<Removed, Left> {
        let (mut keys, mut left) = (Vec::with_capacity(found.len()), None);
        for found in found {
            match found {
                Ok(key) => keys.push(key),
                Err(error) => left = Some(error),
            }
        }
        let removed = Removed { timers: keys.len(), reminders: keys.iter().filter(|key| is_reminder(key)).count() };
        self.delete_all(keys).await.map_err(Left::Failed)?;
        left.map_or(Ok(removed), Err)
    }

    async fn delete_all(&self, keys: Vec<Item>) -> Result<(), BookingError> {
        let request = |key| Ok(WriteRequest::builder().delete_request(delete(key)?).build());
        let mut requests = keys.into_iter().map(request).collect::<Result<Vec<_>, _>>()?;
        let mut incomplete = 0;
        while !requests.is_empty() {
            let call = self.client.batch_write_item().request_items(&self.table, requests);
            let answer = call.send().await.map_err(classify)?;
            requests = answer.unprocessed_items.unwrap_or_default().remove(&self.table).unwrap_or_default();
            if !requests.is_empty() {
                // DynamoDB leaves items unprocessed when the table is too busy. AWS recommends a pause.
                incomplete += 1;
                if incomplete >= MOST {
                    return Err(BookingError::Throttled(Cause::new("BatchWriteItem leaves items unprocessed")));
                }
                pause(incomplete, &*self.surroundings).await;
            }
        }
        Ok(())
    }
}

fn delete(key: Item) -> Result<DeleteRequest, BookingError> {
    DeleteRequest::builder().set_key(Some(key)).build().map_err(foreign)
}
