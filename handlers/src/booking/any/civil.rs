//! The windows of rules as civil times, read from their JSON: what the tests compare the domain with.

use jiff::civil::{Date, DateTime};
use serde_json::{Value, json};

use crate::booking::Rules;

/// When each window of a date opens and closes on the wall clock.
pub(crate) fn windows(rules: &Rules, date: Date) -> Vec<(DateTime, DateTime)> {
    let rules = serde_json::to_value(rules).unwrap();
    let exceptions = rules["exceptions"].as_array().unwrap();
    let exception = exceptions.iter().find(|exception| exception["date"] == json!(date.to_string()));
    let weekday = date.strftime("%A").to_string().to_lowercase();
    let windows = match exception {
        Some(exception) => exception["open"].clone(),
        None if rules["open"].is_null() => json!([{ "from": "00:00", "to": "24:00" }]),
        None => rules["open"].get(weekday).cloned().unwrap_or(json!([])),
    };
    let time = |value: &Value| {
        let (hours, minutes) = value.as_str().unwrap().split_once(':').unwrap();
        (hours.parse::<i8>().unwrap(), minutes.parse::<i8>().unwrap())
    };
    let windows = windows.as_array().unwrap().iter().map(|window| {
        let (from, to) = (time(&window["from"]), time(&window["to"]));
        let until = if to < from || to.0 == 24 { date.tomorrow().unwrap() } else { date };
        (date.at(from.0, from.1, 0, 0), until.at(to.0 % 24, to.1, 0, 0))
    });
    windows.collect()
}
