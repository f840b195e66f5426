//! How times are shown. They are kept in milliseconds since 1970, with a fraction.

use chrono::{DateTime, SecondsFormat, Utc};

/// RFC 3339, in UTC.
pub(super) fn rfc3339(milliseconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "a time in milliseconds is far from the bounds")]
    let time = DateTime::<Utc>::from_timestamp_millis(milliseconds as i64);
    time.unwrap_or_default().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Rounded to microseconds, which is as exact as a clock of the system.
pub(super) fn rounded(milliseconds: f64) -> f64 {
    (milliseconds * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_milliseconds_and_durations_microseconds() {
        assert_eq!(rfc3339(1_795_334_400_250.9), "2026-11-22T08:00:00.250Z");
        assert_eq!(rounded(1.234_567_8).to_string(), "1.235");
    }
}
