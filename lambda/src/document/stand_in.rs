//! Stand-ins: values that are read in place of refused ones, so that reading goes on and finds further faults.

use serde::de::Visitor;

use super::Reader;
use super::access::{Items, Members};
use super::error::Refusal;

/// Strings to try: most types that are read from a string accept one of them.
const TEXTS: [&str; 6] = ["", "1970-01-01T00:00:00Z", "67e55044-10b1-426f-9247-bb680e5fe0c8", "0", "a", "1970-01-01"];

/// The try in which a stand-in is read as an object.
pub(crate) const AS_OBJECT: u8 = 4;

/// The string of this try.
pub(super) fn text(tried: u8) -> &'static str {
    TEXTS[usize::from(tried) % TEXTS.len()]
}

/// Reads a stand-in as any type: each try has another type.
pub(super) fn any<'a, V: Visitor<'a>>(reader: Reader<'a>, tried: u8, visitor: V) -> Result<V::Value, Refusal> {
    match tried {
        0 => visitor.visit_borrowed_str(""),
        1 => visitor.visit_u64(0),
        2 => visitor.visit_bool(false),
        3 => visitor.visit_seq(Items::stand_ins(reader, 0)),
        AS_OBJECT => visitor.visit_map(Members::stand_ins(reader, &[])),
        5 => visitor.visit_unit(),
        _ => visitor.visit_borrowed_str(text(tried - 5)),
    }
}
