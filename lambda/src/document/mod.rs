//! JSON documents as the client wrote them, and reading types from them.
//!
//! serde's own reading is laxer than a contract allows: a struct also reads an array, a repeated member is noticed in
//! structs alone, `9e2` is not an integer, and errors use the names of Rust's types. So a body is parsed into a tree
//! first, which keeps every member and the spelling of numbers. [`Reader`] reads types from the tree. `serde_json`
//! checks the grammar.

/// Passes serde's integers to a macro: the method of a deserializer, that of a visitor, and the type of each.
macro_rules! each_integer {
    ($make:ident) => {
        $make! {
            deserialize_i8 visit_i8 i8
            deserialize_i16 visit_i16 i16
            deserialize_i32 visit_i32 i32
            deserialize_i64 visit_i64 i64
            deserialize_i128 visit_i128 i128
            deserialize_u8 visit_u8 u8
            deserialize_u16 visit_u16 u16
            deserialize_u32 visit_u32 u32
            deserialize_u64 visit_u64 u64
            deserialize_u128 visit_u128 u128
        }
    };
}

mod access;
pub(super) mod copies;
mod discreet;
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

pub(super) use discreet::read;
pub(super) use error::{Kind, Refusal, Seen};
pub(super) use reader::Reader;
pub(super) use stand_in::AS_OBJECT;
pub(super) use tree::{Node, parse};
pub(super) use wanted::UNFIT;
