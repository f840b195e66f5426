//! Bookings in DynamoDB: one table, keys `pk` and `sk`.
//!
//! | item | `pk` | `sk` |
//! |---|---|---|
//! | booking | `BOOKING#<id>` | `BOOKING` |
//! | tombstone of a deleted booking that an `Idempotency-Key` made | `BOOKING#<id>` | `BOOKING` |
//! | reminder | `BOOKING#<id>` | `REMINDER` |
//! | what a resource is busy with on a day (UTC) | `RESOURCE#<id>` | `DAY#2026-11-22` |
//!
//! Every change is one transaction, and every answer is made from what was written, never from reading it again. The
//! booking outlives its reminder: `ttl`, the attribute by which DynamoDB expires items, is only in reminders, tombstones
//! and days.

mod attempts;
mod batch;
mod cancel;
mod change;
mod commit;
mod create;
mod cursor;
mod days;
mod delete;
mod errors;
mod item;
mod list;
mod read;
mod reminder;
mod sweep;
mod tombstone;
mod update;

use aws_sdk_dynamodb::Client;

use lambda::{Init, InitError, variable};

pub use item::{BOOKING, REMINDER, ReminderItem, State, Stored};
pub use tombstone::Entry;

/// The bookings of one table.
#[derive(Debug, Clone)]
pub struct Bookings {
    client: Client,
    table: String,
    shards: u32,
}

impl Bookings {
    /// The bookings of `table`, whose pending reminders are spread over `shards` partitions of `due_index`.
    pub fn new(client: Client, table: impl Into<String>, shards: u32) -> Self {
        Self { client, table: table.into(), shards }
    }
}

/// From `TABLE_NAME`, and `DUE_SHARDS`: over how many partitions of `due_index` pending reminders are spread.
impl Init for Bookings {
    const VARIABLES: &'static [&'static str] = &["TABLE_NAME", "DUE_SHARDS"];

    async fn init() -> Result<Self, InitError> {
        let shards = variable("DUE_SHARDS")?;
        let Ok(shards @ 1..=1000) = shards.parse() else {
            return Err(InitError::new(format!("DUE_SHARDS must be a number from 1 to 1000, not {shards:?}")));
        };
        let table = variable("TABLE_NAME")?;
        Ok(Self::new(Client::init().await?, table, shards))
    }
}
