//! A JSON document as the client wrote it, and how a type is read from it.
//!
//! serde's own reading is laxer than a contract may be: a struct also reads an array, a member that is given twice is seen
//! in structs alone, `9e2` is no integer, and the errors speak of Rust's types. So a body becomes a tree first, which has
//! numbers as they are spelled and every member, and [`Reader`] reads from that. `serde_json` checks the grammar.

mod access;
pub(super) mod copies;
mod error;
mod name;
mod number;
pub(super) mod pointer;
mod reader;
pub(super) mod search;
mod stand_in;
mod times;
mod tree;
mod wanted;

pub(super) use error::{Kind, Refusal, Seen, UNFIT};
pub(super) use reader::Reader;
pub(super) use stand_in::AS_OBJECT;
pub(super) use tree::{Node, parse};
