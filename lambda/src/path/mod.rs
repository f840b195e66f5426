//! Extractor of path parameters: [`FromPath`].

use std::any::Any;
use std::borrow::Cow;
use std::num::{
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize, NonZeroU8, NonZeroU16, NonZeroU32,
    NonZeroU64, NonZeroU128, NonZeroUsize,
};
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use schemars::JsonSchema;
use uuid::Uuid;

/// A value that can be read from a path parameter. Every type that is `FromStr` and `JsonSchema` is one.
///
/// A type with rules of its own, or with a 404 of its own, implements this trait and not `FromStr`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a path",
    label = "cannot stand in a route's braces",
    note = "a path parameter is read with `FromStr` and documented with `JsonSchema`: implement `std::str::FromStr` and \
            derive `JsonSchema` for `{Self}`, or take a type that has both, such as `u32`, `Uuid` or `NaiveDate`"
)]
pub trait FromPath: Sized + JsonSchema {
    /// Parses the parameter, which is already decoded; `None` if it is not valid.
    fn from_path(text: &str) -> Option<Self>;

    /// The `detail` of the 404 for a parameter that is not valid. It is the same as for an entity that does not exist.
    /// `parameter` is the name in the braces.
    #[must_use]
    fn not_found(parameter: &str) -> Cow<'static, str> {
        named(parameter)
    }
}

// With this, the error for a type that lacks one of the two traits names both.
#[diagnostic::do_not_recommend]
impl<T: FromStr + JsonSchema + 'static> FromPath for T {
    fn from_path(text: &str) -> Option<Self> {
        text.parse().ok().filter(|value| is_spelled(value, text))
    }
}

/// The 404 for a parameter: `{room_number}` gives "Room number not found", `{paint_id}` gives "Paint not found".
pub(crate) fn named(parameter: &str) -> Cow<'static, str> {
    let words = parameter.strip_suffix("_id").unwrap_or(parameter).replace('_', " ");
    let mut letters = words.trim().chars();
    match letters.next() {
        Some(first) if words != "id" => format!("{}{} not found", first.to_uppercase(), letters.as_str()).into(),
        _ => "Not found".into(),
    }
}

/// Whether `text` is the canonical spelling of `value` in a path. `FromStr` of the standard types accepts more: `+7`
/// and `007` are 7, and a UUID may be in braces. One entity would then have several paths, some of which break the
/// documented schema. Other types decide this in their own `FromStr`.
fn is_spelled<T: 'static>(value: &T, text: &str) -> bool {
    let value: &dyn Any = value;
    macro_rules! is {
        ($($type:ty)* => $spelled:expr) => {
            $(if let Some(value) = value.downcast_ref::<$type>() {
                let spelled: fn(&$type, &str) -> bool = $spelled;
                return spelled(value, text);
            })*
        };
    }
    is!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize => |value, text| value.to_string() == text);
    is!(NonZeroU8 NonZeroU16 NonZeroU32 NonZeroU64 NonZeroU128 NonZeroUsize => |value, text| value.to_string() == text);
    is!(NonZeroI8 NonZeroI16 NonZeroI32 NonZeroI64 NonZeroI128 NonZeroIsize => |value, text| value.to_string() == text);
    is!(Weekday => |value, text| value.to_string() == text);
    // JSON has neither infinity nor NaN.
    is!(f32 f64 => |value, text| value.is_finite() && value.to_string() == text);
    // Either case, with hyphens: RFC 9562, section 4.
    is!(Uuid => |value, text| value.hyphenated().to_string().eq_ignore_ascii_case(text));
    // chrono's `Debug` is ISO 8601; its `Display` of a date and time has a space between the two.
    is!(NaiveDate NaiveTime NaiveDateTime => |value, text| format!("{value:?}") == text);
    // Any offset is accepted for a point in time.
    is!(DateTime<Utc> DateTime<FixedOffset> => |_, text| DateTime::parse_from_rfc3339(text).is_ok());
    true
}

#[cfg(test)]
mod tests;
