//! Event source mappings of DynamoDB Streams.
//!
//! A mapping reads its table's stream shard by shard, in order, and delivers batches to its function until they are
//! processed or discarded. Its position is kept, so that a restart continues there:
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>.

mod batch;
mod delivery;
mod destination;
mod failure;
mod mapping;
mod poll;
mod position;
mod reader;
mod record;

pub(crate) use self::{mapping::Mapping, position::Positions};
