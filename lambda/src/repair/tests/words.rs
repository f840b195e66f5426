//! Messages of common libraries' types about values that they refuse, and values that they must not accept.

use std::collections::BTreeMap;
use std::ffi::CString;

use chrono::{DateTime, FixedOffset, Month, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};

use super::*;

#[derive(Debug, Deserialize)]
#[serde(try_from = "i64")]
struct Narrow;

impl TryFrom<i64> for Narrow {
    type Error = std::num::TryFromIntError;

    fn try_from(value: i64) -> Result<Self, Self::Error> {
        u8::try_from(value).map(|_| Self)
    }
}

#[derive(Debug, Default, Deserialize, Validate)]
#[serde(deny_unknown_fields, default)]
#[garde(allow_unvalidated)]
struct Calendar {
    weekday: Option<Weekday>,
    month: Option<Month>,
    narrow: Option<Narrow>,
    path: Option<CString>,
    date: Option<NaiveDate>,
    time: Option<NaiveTime>,
    local: Option<NaiveDateTime>,
    utc: Option<DateTime<Utc>>,
    fixed: Option<DateTime<FixedOffset>>,
    by_date: BTreeMap<NaiveDate, u8>,
}

#[test]
fn a_librarys_sentence_is_in_the_clients_words() {
    for (member, value, rule) in [
        ("weekday", json!("x"), "must be a day of the week in English, such as `Mon` or `monday`"),
        ("month", json!("x"), "must be a month in English, such as `Jan` or `january`"),
        ("narrow", json!(256), "must be an integer of another range"),
        ("path", json!("a\0b"), "must not have the character U+0000"),
    ] {
        let found = one(of::<Calendar>(&json!({member: value}).to_string()));
        assert_eq!(found, (format!("/{member}"), rule.to_owned()), "{value}");
    }
}

/// chrono reads more than the documented formats allow.
#[test]
fn a_date_or_a_time_that_rfc_3339_does_not_know_is_refused() {
    for (member, right, wrong) in [
        ("date", &["2026-11-22", "2028-02-29"][..], &["2026-1-1", "2026-02-30", "+2026-01-01", " 2026-01-01", "x"][..]),
        ("time", &["10:00:00", "10:00:00.25"], &["1:2:3", "10:00", "10:00:60", "24:00:00", "10:00:00Z"]),
        ("local", &["2026-11-22T10:00:00"], &["2026-11-22T1:2:3", "2026-11-22T10:00:60", "2026-11-22T10:00:00Z"]),
        ("utc", &["2026-11-22T10:00:00Z"], &["2026-11-22T10:00:60Z", "2026-11-22 10:00:00Z", "2026-11-22T10:00:00"]),
        ("fixed", &["2026-11-22T10:00:00+01:00"], &["2026-11-22T1:2:3Z", "2026-11-22T10:00:00 +01:00"]),
    ] {
        for text in right {
            assert_eq!(of::<Calendar>(&json!({member: text}).to_string()), [], "{member} {text}");
        }
        for text in wrong {
            let (at, rule) = one(of::<Calendar>(&json!({member: text}).to_string()));
            assert_eq!(at, format!("/{member}"), "{text}");
            assert!(["RFC 3339", "offset"].iter().any(|words| rule.contains(words)), "{member} {text}: {rule}");
        }
    }
    let (at, rule) = one(of::<Calendar>(r#"{"by_date": {"2026-11-22": 1, "2026-1-1": 1}}"#));
    assert_eq!(at, "/by_date/2026-1-1");
    assert_eq!(rule, "has a name that must be a date as in RFC 3339, such as 2026-11-22");
}
