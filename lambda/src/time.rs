//! Timestamps in UTC, to the millisecond: [`Timestamp`].

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time in UTC, to the millisecond, in the years 0001 to 9999.
///
/// Parsed by the grammar of RFC 3339, section 5.6, and nothing else: an offset is required. Digits beyond milliseconds
/// are truncated. Formatted in UTC with `Z`; milliseconds only if they are not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(DateTime<Utc>);

/// The reason why a text is not a [`Timestamp`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampError {
    /// The text does not follow RFC 3339, section 5.6, or names a date or time that does not exist.
    Malformed,
    /// A valid date and time without an offset from UTC.
    NoOffset,
    /// A valid time whose offset begins with a space: in a query, `+` means a space
    /// (<https://url.spec.whatwg.org/#urlencoded-parsing>).
    SpaceForPlus,
}

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "must be a time as in RFC 3339, such as 2026-11-22T10:00:00Z",
            Self::NoOffset => {
                "must end with its offset from UTC: Z for UTC itself, or one such as +02:00 (in a query %2B02:00)"
            }
            Self::SpaceForPlus => "has a space where its offset begins: in a query, write + as %2B, such as %2B02:00",
        })
    }
}

impl std::error::Error for TimestampError {}

impl TimestampError {
    /// Whether this is a sentence of it.
    pub(crate) fn says(sentence: &str) -> bool {
        [Self::Malformed, Self::NoOffset, Self::SpaceForPlus].iter().any(|error| error.to_string() == sentence)
    }
}

impl Timestamp {
    /// The current time of the machine's clock.
    #[must_use]
    pub fn now() -> Self {
        Self::from_millis(Utc::now().timestamp_millis()).unwrap_or(Self(DateTime::UNIX_EPOCH))
    }

    /// Converts milliseconds since the Unix epoch; `None` if the year does not have four digits.
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

    /// Formats with milliseconds in every case, so that text order is time order. For keys.
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
        // chrono accepts more than RFC 3339: single digits, spaces, U+2212, seconds of 60.
        let (local, rest) = grammar::local_millis(text.as_bytes()).ok_or(TimestampError::Malformed)?;
        let offset = match rest {
            b"" => return Err(TimestampError::NoOffset),
            [b' ', rest @ ..] if grammar::offset_millis(&[b"+", rest].concat()).is_some() => {
                return Err(TimestampError::SpaceForPlus);
            }
            rest => grammar::offset_millis(rest).ok_or(TimestampError::Malformed)?,
        };
        Self::from_millis(local - offset).ok_or(TimestampError::Malformed)
    }
}

/// The productions of RFC 3339, section 5.6.
mod grammar {
    use super::NaiveDate;

    /// Parses `full-date "T" partial-time` into milliseconds since the Unix epoch as if it were UTC, and returns the
    /// bytes after it.
    ///
    /// A second of 60 is refused: RFC 3339 allows it for an announced leap second only, and none is announced for the
    /// future.
    pub(super) fn local_millis(text: &[u8]) -> Option<(i64, &[u8])> {
        let (year, text) = number(text, 4)?;
        let (month, text) = number(text.strip_prefix(b"-")?, 2)?;
        let (day, text) = number(text.strip_prefix(b"-")?, 2)?;
        let text = text.strip_prefix(b"T").or_else(|| text.strip_prefix(b"t"))?;
        let (hour, text) = number(text, 2)?;
        let (minute, text) = number(text.strip_prefix(b":")?, 2)?;
        let (second, text) = number(text.strip_prefix(b":")?, 2)?;
        let (millis, text) = match text.strip_prefix(b".") {
            Some(text) => fraction_millis(text)?,
            None => (0, text),
        };
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        let time = date.and_hms_milli_opt(hour, minute, second, millis)?;
        Some((time.and_utc().timestamp_millis(), text))
    }

    /// Parses all of `text` as `time-offset`, into milliseconds east of UTC.
    pub(super) fn offset_millis(text: &[u8]) -> Option<i64> {
        let (sign, text) = match text {
            b"Z" | b"z" => return Some(0),
            [b'+', text @ ..] => (1, text),
            [b'-', text @ ..] => (-1, text),
            _ => return None,
        };
        let (hours, text) = number(text, 2)?;
        let (minutes, text) = number(text.strip_prefix(b":")?, 2)?;
        (text.is_empty() && hours < 24 && minutes < 60).then(|| sign * i64::from(hours * 60 + minutes) * 60_000)
    }

    /// Parses exactly `count` digits.
    fn number(text: &[u8], count: usize) -> Option<(u32, &[u8])> {
        let (digits, rest) = text.split_at_checked(count)?;
        let value = digits
            .iter()
            .try_fold(0, |value, digit| digit.is_ascii_digit().then(|| value * 10 + u32::from(digit - b'0')))?;
        Some((value, rest))
    }

    /// Parses one or more digits; those after the third are truncated.
    fn fraction_millis(text: &[u8]) -> Option<(u32, &[u8])> {
        let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = text.split_at_checked(count)?;
        let first = digits.iter().copied().chain([b'0'; 3]).take(3);
        (count > 0).then(|| (first.fold(0, |value, digit| value * 10 + u32::from(digit - b'0')), rest))
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
        for (text, utc) in [
            ("2026-11-22T11:00:00+01:00", "2026-11-22T10:00:00Z"),
            ("2026-11-22T00:30:00+05:45", "2026-11-21T18:45:00Z"),
            ("2026-11-22T23:59:59-23:59", "2026-11-23T23:58:59Z"),
            ("2026-11-22T10:00:00-00:00", "2026-11-22T10:00:00Z"),
            ("2026-11-22t10:00:00z", "2026-11-22T10:00:00Z"),
            ("2026-11-22T10:00:00.1239Z", "2026-11-22T10:00:00.123Z"),
            ("2026-11-22T10:00:00.5+00:00", "2026-11-22T10:00:00.500Z"),
            ("2028-02-29T23:59:59.99999999999999999999Z", "2028-02-29T23:59:59.999Z"),
        ] {
            assert_eq!(written(text).unwrap(), utc, "{text}");
        }
    }

    #[test]
    fn a_text_outside_the_grammar_is_refused() {
        for text in [
            "",
            "tomorrow",
            "2026-11-22",
            "2026-11-22 10:00:00Z",
            "2026-11-22T1:2:3",
            "2026-11-22T1:02:03Z",
            "2026-11-22T10:00Z",
            "2026-11-22T10Z",
            "2026-11-22T10:00:60Z",
            "2026-12-31T23:59:60Z",
            "2026-11-22T24:00:00Z",
            "2026-11-22T10:60:00Z",
            "2026-11-22T10:00:00.Z",
            "2026-11-22T10:00:00,5Z",
            "2026-11-22T10:00:00 Z",
            "2026-11-22T10:00:00Z ",
            " 2026-11-22T10:00:00Z",
            "2026-11-22T10:00:00+1:00",
            "2026-11-22T10:00:00+0100",
            "2026-11-22T10:00:00+01",
            "2026-11-22T10:00:00+24:00",
            "2026-11-22T10:00:00+01:60",
            "2026-11-22T10:00:00\u{2212}01:00",
            "2026-11-22T10:00:00UTC",
            "2026-11-22T10:00:00[UTC]",
            "2026-11-22T10:00:00Z[UTC]",
            "2026-02-30T10:00:00Z",
            "2026-13-01T10:00:00Z",
            "2026-00-01T10:00:00Z",
            "2026-1-1T10:00:00Z",
            "26-11-22T10:00:00Z",
            "+2026-11-22T10:00:00Z",
            "-2026-11-22T10:00:00Z",
            "2026-11-22T\u{661}0:00:00Z",
            "2026-W47-7T10:00:00Z",
            "20261122T100000Z",
            "1763805600",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59-01:00",
            "+10000-01-01T00:00:00Z",
        ] {
            assert!(written(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_time_without_an_offset_is_told_what_to_write() {
        for text in ["2026-11-22T10:00:00", "2026-11-22t10:00:00.5"] {
            assert_eq!(written(text), Err(TimestampError::NoOffset), "{text}");
        }
        let message = TimestampError::NoOffset.to_string();
        assert!(["Z", "+02:00", "%2B02:00"].iter().all(|part| message.contains(part)), "{message}");
        assert_eq!(written("2026-11-22T10:00:00 02:00"), Err(TimestampError::SpaceForPlus));
        for text in ["2026-11-22T1:2:3", "2026-11-22", "2026-11-22T10:00:00 2:00"] {
            assert_eq!(written(text), Err(TimestampError::Malformed), "{text}");
        }
    }

    proptest::proptest! {
        /// chrono accepts all of RFC 3339 and more.
        #[test]
        fn what_is_read_is_what_chrono_reads(text in "[0-9]{4}-[01][0-9]-[0-3][0-9][Tt][0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,12})?([Zz]|[+-][012][0-9]:[0-5][0-9])") {
            let ours = text.parse::<Timestamp>().ok().map(Timestamp::millis);
            let theirs = DateTime::parse_from_rfc3339(&text).ok().map(|time| time.timestamp_millis());
            let in_range = theirs.filter(|millis| Timestamp::from_millis(*millis).is_some());
            proptest::prop_assert_eq!(ours, in_range);
        }

        #[test]
        fn any_text_is_a_time_or_refused(text in "\\PC{0,40}") {
            let _ = text.parse::<Timestamp>();
        }
    }

    #[test]
    fn sortable_text_sorts_as_time_does() {
        let times = ["2026-11-22T10:00:00Z", "2026-11-22T10:00:00.5Z", "2026-11-22T10:00:01Z"];
        let texts: Vec<_> = times.iter().map(|text| text.parse::<Timestamp>().unwrap().sortable()).collect();
        assert!(texts.is_sorted(), "{texts:?}");
    }
}
