//! Wall-clock times of day: `00:00` to `24:00`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A time of day, written `HH:MM`. `24:00` is the end of the day.
///
/// Any text is read; validation refuses one that is no time of day. So a body with several faults is answered with all
/// of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock(Option<u16>);

impl Clock {
    /// `None` if the text is no time of day.
    pub(super) fn minutes(self) -> Option<i64> {
        self.0.map(i64::from)
    }

    fn parse(text: &str) -> Option<u16> {
        let &[a, b, b':', c, d] = text.as_bytes() else { return None };
        let digit = |byte: u8| byte.is_ascii_digit().then(|| u16::from(byte - b'0'));
        let (hours, minutes) = (digit(a)? * 10 + digit(b)?, digit(c)? * 10 + digit(d)?);
        (minutes < 60 && hours * 60 + minutes <= 24 * 60).then_some(hours * 60 + minutes)
    }
}

/// Formats minutes after midnight as `HH:MM`.
pub(super) fn written(minutes: i64) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

impl From<&str> for Clock {
    fn from(text: &str) -> Self {
        Self(Self::parse(text))
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.minutes() {
            Some(minutes) => f.write_str(&written(minutes)),
            None => Ok(()),
        }
    }
}

impl Serialize for Clock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Clock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Cow::<'de, str>::deserialize(deserializer)?.as_ref().into())
    }
}

impl JsonSchema for Clock {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Clock".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", "examples": ["17:00"] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_has_two_digits_for_hours_and_minutes() {
        for (text, minutes) in [("00:00", 0), ("09:05", 545), ("23:59", 1439), ("24:00", 1440)] {
            assert_eq!(Clock::from(text).minutes(), Some(minutes), "{text}");
            assert_eq!(Clock::from(text).to_string(), text);
        }
        for text in
            ["", "9:00", "09:0", "09:60", "24:01", "25:00", "09-00", "09:00:00", "0a:00", "+9:00", " 9:00", "０9:0"]
        {
            assert_eq!(Clock::from(text).minutes(), None, "{text}");
        }
    }
}
