//! Bookings in DynamoDB: one table with the keys `pk` and `sk`.
//!
//! | item | `pk` | `sk` |
//! |---|---|---|
//! | booking | `BOOKING#<id>` | `BOOKING` |
//! | tombstone of a deleted booking that an `Idempotency-Key` created | `BOOKING#<id>` | `BOOKING` |
//! | [timer](Timer): a reminder or the end of a hold that is not due yet | `TIMER#<minute>#<shard>` | `<due time>#<id>#<kind>` |
//! | claims on a resource's time on a day (UTC) | `RESOURCE#<id>` | `DAY#2026-11-22` |
//! | rules of a resource | `RESOURCE#<id>` | `RULES` |
//! | how far the timers are swept | `SWEEP` | `WATERMARK` |
//!
//! Every change is one transaction. Every response is made from the values that were written, without reading them
//! again. A booking outlives its timers: only timers, tombstones and days have `ttl`, the attribute by which DynamoDB
//! expires items.

mod attempts;
mod batch;
mod cancel;
mod change;
mod commit;
mod confirm;
mod create;
mod cursor;
mod days;
mod delete;
mod errors;
mod fence;
mod item;
mod list;
mod list_resource;
mod page;
mod read;
mod rules;
mod rules_and_days;
mod sweep;
mod timer;
mod tombstone;
mod update;

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use aws_sdk_dynamodb::Client;
use lambda::{Init, InitError, variable};

pub use fence::Fenced;
pub use item::{BOOKING, Set, Stored};
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
    /// A number of partitions at which every sweep looks, also those of a version before. Clones share it.
    swept: Arc<AtomicU32>,
    known_only: bool,
    surroundings: Arc<dyn Surroundings>,
}

impl Bookings {
    /// Creates the store of `table`. The timers of a minute are spread over `shards` partitions.
    pub fn new(client: Client, table: impl Into<String>, shards: u32) -> Self {
        let fewest_swept = sweep::FEWEST_SHARDS;
        let (swept, surroundings) = (Arc::default(), Arc::new(Machine));
        Self { client, table: table.into(), shards, fewest_swept, swept, known_only: false, surroundings }
    }

    /// This store, which books only resources that have rules.
    #[must_use]
    pub fn only_known_resources(self) -> Self {
        Self { known_only: true, ..self }
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

/// Reads `TABLE_NAME`; `TIMER_SHARDS`: the number of partitions over which the timers of a minute are spread; and
/// `RESOURCES`: `known` if only resources with rules can be booked, otherwise `any`.
impl Init for Bookings {
    const VARIABLES: &'static [&'static str] = &["TABLE_NAME", "TIMER_SHARDS", "RESOURCES"];

    async fn init() -> Result<Self, InitError> {
        let shards = variable("TIMER_SHARDS")?;
        let Ok(shards @ 1..=1000) = shards.parse() else {
            return Err(InitError::new(format!("TIMER_SHARDS must be a number from 1 to 1000, not {shards:?}")));
        };
        let known_only = match variable("RESOURCES")?.as_str() {
            "any" => false,
            "known" => true,
            other => return Err(InitError::new(format!("RESOURCES must be `any` or `known`, not {other:?}"))),
        };
        let table = variable("TABLE_NAME")?;
        Ok(Self { known_only, ..Self::new(Client::init().await?, table, shards) })
    }
}
