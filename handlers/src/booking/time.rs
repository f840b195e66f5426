//! Points in time, to the millisecond.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDateTime, SecondsFormat, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time in UTC, to the millisecond, in the years 0001 to 9999.
///
/// Read from RFC 3339 with any offset; without an offset it is UTC. What is finer than a millisecond is cut off.
/// Written in UTC with `Z`, with milliseconds only where there are any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(DateTime<Utc>);

/// Not a time that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimestampError;

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be a time as in RFC 3339, such as 2026-11-22T10:00:00Z")
    }
}

impl std::error::Error for TimestampError {}

impl Timestamp {
    /// The present, by the machine's clock.
    #[must_use]
    pub fn now() -> Self {
        Self::from_millis(Utc::now().timestamp_millis()).unwrap_or(Self(DateTime::UNIX_EPOCH))
    }

    /// From milliseconds since the Unix epoch, where the year has four digits.
    #[must_use]
    pub fn from_millis(millis: i64) -> Option<Self> {
        let time = DateTime::from_timestamp_millis(millis)?;
        (1..=9999).contains(&time.year()).then_some(Self(time))
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// Whole seconds since the Unix epoch, rounded down.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.timestamp()
    }

    /// Always with milliseconds, so that text sorts as time does. For keys.
    #[must_use]
    pub fn sortable(self) -> String {
        self.0.to_rfc3339_opts(SecondsFormat::Millis, true)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = if self.millis() % 1000 == 0 { SecondsFormat::Secs } else { SecondsFormat::Millis };
        f.write_str(&self.0.to_rfc3339_opts(format, true))
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        // chrono is more lenient than RFC 3339: the separator is a T, as section 5.6 has it.
        if !matches!(text.as_bytes().get(10), Some(b'T' | b't')) {
            return Err(TimestampError);
        }
        let millis = match DateTime::parse_from_rfc3339(text) {
            Ok(time) => time.timestamp_millis(),
            Err(_) => NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
                .map_err(|_| TimestampError)?
                .and_utc()
                .timestamp_millis(),
        };
        Self::from_millis(millis).ok_or(TimestampError)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Timestamp {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time", "examples": ["2035-05-14T09:00:00Z"] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Result<String, TimestampError> {
        text.parse::<Timestamp>().map(|time| time.to_string())
    }

    #[test]
    fn any_offset_is_read_and_utc_is_written() {
        assert_eq!(written("2026-11-22T11:00:00+01:00").unwrap(), "2026-11-22T10:00:00Z");
        assert_eq!(written("2026-11-22T10:00:00").unwrap(), "2026-11-22T10:00:00Z");
        assert_eq!(written("2026-11-22t10:00:00z").unwrap(), "2026-11-22T10:00:00Z");
        assert_eq!(written("2026-11-22T10:00:00.1239Z").unwrap(), "2026-11-22T10:00:00.123Z");
        assert_eq!(written("2026-12-31T23:59:60Z").unwrap(), "2027-01-01T00:00:00Z");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "tomorrow",
            "2026-11-22",
            "2026-11-22 10:00:00Z",
            "2026-02-30T10:00:00Z",
            "1763805600",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59-01:00",
            "+10000-01-01T00:00:00Z",
        ] {
            assert_eq!(written(text), Err(TimestampError), "{text}");
        }
    }

    #[test]
    fn sortable_text_sorts_as_time_does() {
        let times = ["2026-11-22T10:00:00Z", "2026-11-22T10:00:00.5Z", "2026-11-22T10:00:01Z"];
        let texts: Vec<_> = times.iter().map(|text| text.parse::<Timestamp>().unwrap().sortable()).collect();
        assert!(texts.is_sorted(), "{texts:?}");
    }
}
