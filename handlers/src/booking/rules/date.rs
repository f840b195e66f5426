//! Calendar dates of a resource's time zone.

use std::borrow::Cow;
use std::fmt;

use chrono::{Datelike, NaiveDate};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// 1970-01-01, counted in days from the first day of year 1 (chrono's `num_days_from_ce`).
const EPOCH: i64 = 719_163;

/// A date, written `2026-12-24`, of the years 0001 to 9999.
///
/// Any text is read; validation refuses one that is no date. So a body with several faults is answered with all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date(Option<NaiveDate>);

impl Date {
    /// Days since 1970-01-01; `None` if the text is no date.
    pub(super) fn days(self) -> Option<i64> {
        self.0.map(|date| i64::from(date.num_days_from_ce()) - EPOCH)
    }

    /// The date that is `days` after 1970-01-01.
    pub(in crate::booking) fn of_days(days: i64) -> Self {
        Self(i32::try_from(days + EPOCH).ok().and_then(NaiveDate::from_num_days_from_ce_opt))
    }

    /// chrono's own parser also takes single digits and spaces.
    fn parse(text: &str) -> Option<NaiveDate> {
        let bytes = text.as_bytes();
        let written = bytes.len() == 10
            && bytes.iter().enumerate().all(|(index, byte)| match index {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        let number = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
        let year = number(0, 4).filter(|year| written && *year > 0)?;
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, number(5, 7)?, number(8, 10)?)
    }
}

impl From<&str> for Date {
    fn from(text: &str) -> Self {
        Self(Self::parse(text))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(date) => write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day()),
            None => Ok(()),
        }
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Cow::<'de, str>::deserialize(deserializer)?.as_ref().into())
    }
}

impl JsonSchema for Date {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date", "examples": ["2035-12-24"] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_exists_and_is_written_in_full() {
        for (text, days) in [("1970-01-01", 0), ("1969-12-31", -1), ("2024-02-29", 19_782), ("9999-12-31", 2_932_896)] {
            assert_eq!(Date::from(text).days(), Some(days), "{text}");
            assert_eq!(Date::of_days(days).to_string(), text);
        }
        for text in ["", "2026-02-29", "2026-13-01", "2026-00-10", "2026-1-01", "20261224", "0000-01-01", "+026-01-01"]
        {
            assert_eq!(Date::from(text).days(), None, "{text}");
        }
        assert_eq!(Date::from("2026-12-24T00:00:00Z").days(), None);
    }
}
