//! Dates and times as chrono's types read them, held to the grammar of RFC 3339, section 5.6.
//!
//! chrono reads more: `2026-1-1`, `10:00:60`, a space for the `T`. The documented formats do not.

use serde::de::Expected;

use super::error::Refusal;
use crate::Timestamp;

/// That a text which a type of chrono's is read from is a date or a time.
pub(super) fn check(text: &str, reader: &dyn Expected) -> Result<(), Refusal> {
    // Every date has a hyphen, and every time a colon.
    if !text.contains(['-', ':']) {
        return Ok(());
    }
    // chrono's types are recognized by their expectation only.
    let (whole, rule) = match reader.to_string().as_str() {
        "an RFC 3339 formatted date and time string" => {
            return text.parse::<Timestamp>().map(|_| ()).map_err(|error| Refusal::rule(error.to_string()));
        }
        "a formatted date string" => (format!("{text}T00:00:00Z"), "must be a date as in RFC 3339, such as 2026-11-22"),
        "a formatted time string" => {
            (format!("1970-01-01T{text}Z"), "must be a time of day as in RFC 3339, such as 10:00:00")
        }
        "a formatted date and time string" => {
            (format!("{text}Z"), "must be a date and a time without an offset, such as 2026-11-22T10:00:00")
        }
        _ => return Ok(()),
    };
    whole.parse::<Timestamp>().map(|_| ()).map_err(|_| Refusal::rule(rule))
}
