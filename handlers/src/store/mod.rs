//! Bookings in DynamoDB: one table with the keys `pk` and `sk`.
//!
//! | item | `pk` | `sk` |
//! |---|---|---|
//! | booking | `BOOKING#<id>` | `BOOKING` |
//! | tombstone of a deleted booking that an `Idempotency-Key` created | `BOOKING#<id>` | `BOOKING` |
//! | [timer](Timer): a reminder that is not due yet | `TIMER#<minute>#<shard>` | `<due time>#<id>#reminder` |
//! | claims on a resource's time on a day (UTC) | `RESOURCE#<id>` | `DAY#2026-11-22` |
//! | how far the timers are swept | `SWEEP` | `WATERMARK` |
//!
//! Every change is one transaction. Every response is made from the values that were written, without reading them
//! again. A booking outlives its timer: only timers, tombstones and days have `ttl`, the attribute by which DynamoDB
//! expires items.

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
mod fence;
mod item;
mod list;
mod read;
mod sweep;
mod timer;
mod tombstone;
mod update;

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use lambda::{Init, InitError, variable};

pub use item::{BOOKING, Stored};
pub use timer::{TIMER, Timer};
pub use tombstone::Entry;

use crate::surroundings::{Machine, Surroundings};

/// The bookings of a table.
#[derive(Debug, Clone)]
pub struct Bookings {
    client: Client,
    table: String,
    shards: u32,
    fewest_swept: u32,
    surroundings: Arc<dyn Surroundings>,
}

impl Bookings {
    /// Creates the store of `table`. The timers of a minute are spread over `shards` partitions.
    pub fn new(client: Client, table: impl Into<String>, shards: u32) -> Self {
        let fewest_swept = sweep::FEWEST_SHARDS;
        Self { client, table: table.into(), shards, fewest_swept, surroundings: Arc::new(Machine) }
    }

    /// This store, with another clock and other random numbers than the machine's.
    #[must_use]
    pub fn within(self, surroundings: Arc<dyn Surroundings>) -> Self {
        Self { surroundings, ..self }
    }

    /// This store, whose sweeps look at `shards` partitions of each minute or more, instead of 16. For the simulation,
    /// where most of the time would go into reading empty partitions.
    #[must_use]
    pub fn sweeping_at_least(self, shards: u32) -> Self {
        Self { fewest_swept: shards, ..self }
    }
}

/// Reads `TABLE_NAME`, and `TIMER_SHARDS`: the number of partitions over which the timers of a minute are spread.
impl Init for Bookings {
    const VARIABLES: &'static [&'static str] = &["TABLE_NAME", "TIMER_SHARDS"];

    async fn init() -> Result<Self, InitError> {
        let shards = variable("TIMER_SHARDS")?;
        let Ok(shards @ 1..=1000) = shards.parse() else {
            return Err(InitError::new(format!("TIMER_SHARDS must be a number from 1 to 1000, not {shards:?}")));
        };
        let table = variable("TABLE_NAME")?;
        Ok(Self::new(Client::init().await?, table, shards))
    }
}
