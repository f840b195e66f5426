//! `schedule` events: EventBridge's `rate(...)` and `cron(...)`.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html>

use std::time::Duration;

use chrono::{DateTime, Utc};
use croner::parser::{CronParser, Seconds, Year};
use serde_json::Value;

use super::TemplateError;
use super::event::Event;
use super::intrinsics::Intrinsics;

/// A schedule of a function.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Schedule {
    /// As written.
    pub expression: String,
    pub timing: Timing,
    /// The event, in place of EventBridge's own.
    pub input: Option<Value>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Timing {
    Every(Duration),
    Cron(Box<croner::Cron>),
}

impl Timing {
    /// The time from `now` to the next run. `None` when there is none.
    pub(crate) fn until_next(&self, now: DateTime<Utc>) -> Option<Duration> {
        match self {
            Self::Every(interval) => Some(*interval),
            Self::Cron(cron) => {
                let next = cron.find_next_occurrence(&now, false).ok()?;
                Some((next - now).to_std().unwrap_or_default())
            }
        }
    }
}

pub(super) fn read(value: &Value, place: &str, intrinsics: &Intrinsics<'_>) -> Result<Event, TemplateError> {
    let (rates, input) = match value {
        Value::String(_) => (value.clone(), None),
        Value::Object(members) => {
            if members.get("enabled") == Some(&Value::Bool(false)) {
                return Ok(Event::Off);
            }
            if let Some(transformed) =
                ["inputPath", "inputTransformer"].into_iter().find(|name| members.contains_key(*name))
            {
                return Ok(Event::Unsupported(format!("a schedule with `{transformed}`")));
            }
            let input = match members.get("input") {
                Some(Value::String(text)) => Some(serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into())),
                other => other.cloned(),
            };
            (members.get("rate").cloned().unwrap_or_default(), input)
        }
        _ => (Value::Null, None),
    };
    let rates = match intrinsics.resolve(&rates, place)? {
        Value::Array(rates) => rates,
        one => vec![one],
    };
    let schedules = rates.into_iter().map(|rate| {
        let expression = rate.as_str().map(str::trim).unwrap_or_default().to_owned();
        let timing = timing(&expression).map_err(|reason| TemplateError::at(place, reason))?;
        Ok(Schedule { expression, timing, input: input.clone() })
    });
    schedules.collect::<Result<_, _>>().map(Event::Schedules)
}

fn timing(expression: &str) -> Result<Timing, String> {
    let inner = |name: &str| expression.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')').map(str::trim);
    if let Some(rate) = inner("rate") {
        return self::rate(rate).map(Timing::Every).ok_or_else(|| {
            format!("has `{expression}`; a rate is `rate(1 minute)` or `rate(5 minutes)`, in minutes, hours or days")
        });
    }
    if let Some(fields) = inner("cron") {
        return cron(fields)
            .map(|cron| Timing::Cron(Box::new(cron)))
            .map_err(|reason| format!("has `{expression}`: {reason}"));
    }
    Err("is not a schedule; write it as `rate(5 minutes)` or `cron(0 12 * * ? *)`".to_owned())
}

/// AWS insists on the singular for 1 and the plural for more.
fn rate(text: &str) -> Option<Duration> {
    let (count, unit) = text.split_once(char::is_whitespace)?;
    let count: u64 = count.parse().ok().filter(|count| *count > 0)?;
    let unit = unit.trim();
    let seconds = match (count, unit) {
        (1, "minute") | (2.., "minutes") => 60,
        (1, "hour") | (2.., "hours") => 3_600,
        (1, "day") | (2.., "days") => 86_400,
        _ => return None,
    };
    Some(Duration::from_secs(count.checked_mul(seconds)?))
}

/// `minutes hours day-of-month month day-of-week year`, one of the days being `?`.
fn cron(fields: &str) -> Result<croner::Cron, String> {
    let parts: Vec<&str> = fields.split_whitespace().collect();
    let [_, _, day_of_month, _, day_of_week, _] = parts.as_slice() else {
        return Err("a cron expression has six fields".to_owned());
    };
    if (*day_of_month == "?") == (*day_of_week == "?") {
        return Err("one of day-of-month and day-of-week must be `?`, and only one".to_owned());
    }
    let parser = CronParser::builder()
        .seconds(Seconds::Required)
        .year(Year::Required)
        .alternative_weekdays(true)
        .sloppy_ranges(true)
        .build();
    parser.parse(&format!("0 {}", parts.join(" "))).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(expression: &str, now: &str) -> String {
        let now: DateTime<Utc> = now.parse().unwrap();
        let wait = timing(expression).unwrap().until_next(now).unwrap();
        (now + wait).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    }

    #[test]
    fn rates_as_aws_spells_them() {
        for (text, seconds) in
            [("rate(1 minute)", 60), ("rate(5 minutes)", 300), ("rate(1 hour)", 3600), ("rate(2 days)", 172_800)]
        {
            assert!(matches!(timing(text), Ok(Timing::Every(every)) if every.as_secs() == seconds), "{text}");
        }
        for text in
            ["rate(1 minutes)", "rate(5 minute)", "rate(0 minutes)", "rate(x)", "every minute", "", "rate(-1 days)"]
        {
            assert!(timing(text).is_err(), "{text}");
        }
    }

    #[test]
    fn cron_expressions_from_the_manual() {
        // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html
        let sunday = "2026-11-22T08:00:00Z";
        assert_eq!(next("cron(0 10 * * ? *)", sunday), "2026-11-22T10:00:00Z");
        assert_eq!(next("cron(15 12 * * ? *)", sunday), "2026-11-22T12:15:00Z");
        assert_eq!(next("cron(0 18 ? * MON-FRI *)", sunday), "2026-11-23T18:00:00Z");
        assert_eq!(next("cron(0 8 1 * ? *)", sunday), "2026-12-01T08:00:00Z");
        assert_eq!(next("cron(0/15 * * * ? *)", sunday), "2026-11-22T08:15:00Z");
        assert_eq!(next("cron(0 9 ? * 2#1 *)", sunday), "2026-12-07T09:00:00Z");
    }

    #[test]
    fn cron_mistakes_are_explained() {
        for (text, reason) in [
            ("cron(0 10 * * *)", "six fields"),
            ("cron(0 10 * * * *)", "must be `?`"),
            ("cron(0 10 ? * ? *)", "must be `?`"),
        ] {
            assert!(timing(text).unwrap_err().contains(reason), "{text}");
        }
        assert!(timing("cron(99 10 * * ? *)").is_err());
    }
}
