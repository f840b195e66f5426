//! Translates serde's error messages into rules for a client who writes JSON.

use serde::de::Unexpected;

/// The rule for a value of which nothing more precise is known.
pub(crate) const UNFIT: &str = "is not a value that can stand here";

/// The rule for a value of the wrong type.
pub(super) fn of_type(unexpected: Unexpected, expected: &str) -> String {
    let found = match unexpected {
        Unexpected::Bool(_) => "a truth value",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "an integer",
        Unexpected::Float(_) => "a number with a fraction",
        Unexpected::Char(_) | Unexpected::Str(_) => "a string",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "an array",
        Unexpected::Map => "an object",
        _ => "",
    };
    match wanted(expected) {
        Some(wanted) if found.is_empty() || wanted.contains(", ") => format!("must be {wanted}"),
        Some(wanted) => format!("must be {wanted}, not {found}"),
        None if found.is_empty() => UNFIT.to_owned(),
        None => format!("must not be {found}"),
    }
}

/// The rule for a value of the right type.
pub(super) fn of_value(expected: &str) -> String {
    match range(expected) {
        Some(range) => range,
        None => wanted(expected).map_or_else(|| UNFIT.to_owned(), |wanted| format!("must be {wanted}")),
    }
}

/// The rule for a value that has to be one of `names`.
pub(super) fn one_of(names: &[&str]) -> String {
    format!("must be {}", listed(names))
}

/// Formats names as "one of `a`, `b`".
pub(super) fn listed(names: &[&str]) -> String {
    let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() == 1 { list } else { format!("one of {list}") }
}

macro_rules! ranges {
    ($($type:ident)*) => {
        /// The rule for an integer that does not fit into the type `expected`.
        fn range(expected: &str) -> Option<String> {
            match expected {
                $(stringify!($type) => Some(between($type::MIN, $type::MAX)),)*
                _ => None,
            }
        }
    };
}

ranges! { i8 i16 i32 i64 isize u8 u16 u32 u64 usize }

/// The rule for an integer outside of a range.
pub(super) fn between(least: impl std::fmt::Display, most: impl std::fmt::Display) -> String {
    format!("must be an integer from {least} to {most}")
}

/// Translates the expectation of a type into JSON's terms, without names of Rust. An expectation that is not serde's is
/// kept: its author wrote it for clients.
fn wanted(expected: &str) -> Option<String> {
    let known = match expected {
        "f32" | "f64" => "a number",
        "a string" | "str" | "string" | "a borrowed string" | "a borrowed path" | "path string" | "os string" => {
            "a string"
        }
        "a boolean" | "bool" => "true or false",
        "unit" => "null",
        "a character" | "char" => "one character",
        "a sequence" | "byte array" | "a byte array" | "a borrowed byte array" => "an array",
        "a map" => "an object",
        "string or map" => "a string or an object",
        "option" | "any value" | "any valid JSON value" | "Option<T>" => return None,
        _ if range(expected).is_some() || expected.starts_with("integer ") => "an integer",
        _ if expected.starts_with("a nonzero ") => "an integer other than 0",
        _ => return of_shape(expected),
    };
    Some(known.to_owned())
}

/// Translates the expectations of code that serde derives.
fn of_shape(expected: &str) -> Option<String> {
    for (shape, wanted) in [
        ("unit struct ", Some("null")),
        ("unit variant ", Some("null")),
        ("tuple struct ", Some("an array")),
        ("tuple variant ", Some("an array")),
        ("struct ", Some("an object")),
        ("internally tagged enum ", Some("an object")),
        ("adjacently tagged enum ", Some("an object")),
        ("enum ", None),
        ("newtype ", None),
        ("variant ", None),
        ("field ", None),
        ("a type tag ", None),
        ("tag for enum ", None),
        ("fewer elements ", None),
    ] {
        if expected.starts_with(shape) {
            let length = expected.split(" with ").nth(1).and_then(|rest| rest.split(' ').next());
            return match length.filter(|_| wanted == Some("an array")) {
                Some(length) => Some(of_length(length)),
                None => wanted.map(str::to_owned),
            };
        }
    }
    for list in ["a tuple of size ", "an array of length "] {
        if let Some(length) = expected.strip_prefix(list) {
            return Some(of_length(length));
        }
    }
    let plain = !expected.contains("::") && !expected.contains(" element");
    plain.then(|| expected.to_owned())
}

/// An array of `length` values.
pub(super) fn of_length(length: impl std::fmt::Display) -> String {
    format!("an array of length {length}")
}

/// Translates an error message. An author's rule is kept; messages of serde and of common libraries are replaced.
pub(super) fn told(message: String) -> String {
    for (theirs, ours) in [
        ("data did not match any variant of untagged enum", "has none of the forms that it can have"),
        ("no variant of enum ", "lacks the member that says which of its forms it has"),
        ("UUID parsing failed", "must be a UUID, such as 67e55044-10b1-426f-9247-bb680e5fe0c8"),
        ("invalid IPv4 address syntax", "must be an IPv4 address"),
        ("invalid IPv6 address syntax", "must be an IPv6 address"),
        ("invalid IP address syntax", "must be an IP address"),
        ("invalid socket address syntax", "must be an IP address and a port"),
        ("invalid digit found in string", "must be digits of an integer"),
        ("cannot parse integer from empty string", "must be digits of an integer"),
        ("number too large to fit in target type", "must be a smaller number"),
        ("number too small to fit in target type", "must be a greater number"),
        ("invalid float literal", "must be a number"),
        ("provided string was not `true` or `false`", "must be `true` or `false`"),
        ("input contains invalid characters", TIME),
        ("input is out of range", TIME),
        ("input is not enough for unique date and time", TIME),
        ("no possible date and time matching input", TIME),
        ("premature end of input", TIME),
        ("trailing input", TIME),
        ("short or long weekday names expected", "must be a day of the week in English, such as `Mon` or `monday`"),
        ("short (3-letter) or full month names expected", "must be a month in English, such as `Jan` or `january`"),
        ("out of range integral type conversion attempted", "must be an integer of another range"),
        ("converted integer out of range for `char`", "must be the code of a character"),
        ("nul byte found in provided data", "must not have the character U+0000"),
    ] {
        if message.starts_with(theirs) {
            return ours.to_owned();
        }
    }
    let serdes = SERDES.iter().any(|start| message.starts_with(start));
    if serdes || message.contains("::") || message.contains(" at line ") || message.ends_with(" is not supported") {
        return UNFIT.to_owned();
    }
    message
}

/// Beginnings of messages that come from serde or `serde_json`.
const SERDES: [&str; 18] = [
    "invalid type: ",
    "invalid value: ",
    "invalid length ",
    "invalid number",
    "unknown variant ",
    "unknown field ",
    "there are no ",
    "missing field ",
    "duplicate field ",
    "expected ",
    "can only flatten",
    "value is missing",
    "cannot deserialize",
    "overflow deserializing",
    "unexpected map key",
    "untagged and internally tagged enums",
    "EOF while parsing",
    "trailing characters",
];

/// The rule for chrono's types, which are read from text.
const TIME: &str = "must be a date or a time as in RFC 3339";
