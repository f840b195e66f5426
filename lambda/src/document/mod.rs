//! JSON documents as the client wrote them, and reading types from them.
//!
//! serde's own reading is laxer than a contract allows: a struct also reads an array, a repeated member is noticed in
//! structs alone, `9e2` is not an integer, and errors use the names of Rust's types. So a body is parsed into a tree
//! first, which keeps every member and the spelling of numbers. [`Reader`] reads types from the tree. `serde_json`
//! checks the grammar.

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

pub(super) use error::{Kind, Refusal, Seen};
pub(super) use reader::Reader;
pub(super) use stand_in::AS_OBJECT;
pub(super) use tree::{Node, parse};
pub(super) use wanted::UNFIT;
