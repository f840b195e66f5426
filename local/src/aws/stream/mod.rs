//! DynamoDB Streams to functions: the event source mappings.
//!
//! Each mapping reads its table's stream in order, shard by shard, and hands batches to its function until the function
//! has dealt with them, one way or the other. How far it has come is kept, so that a restart goes on where it was:
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
