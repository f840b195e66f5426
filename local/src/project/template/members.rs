//! Typed access to the members of an event of a function.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::TemplateError;
use crate::base::pattern::Pattern;

/// The members of an event that stands at `place`.
pub(super) struct Members<'a> {
    pub members: &'a Map<String, Value>,
    pub place: &'a str,
}

impl<'a> Members<'a> {
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.members.get(name).and_then(Value::as_str)
    }

    pub(super) fn boolean(&self, name: &str, default: bool) -> Result<bool, TemplateError> {
        match self.get(name) {
            None => Ok(default),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(self.fault(name, &format!("is {other}; it is true or false"))),
        }
    }

    pub(super) fn number(&self, name: &str, range: RangeInclusive<i64>, default: i64) -> Result<i64, TemplateError> {
        let Some(value) = self.get(name) else { return Ok(default) };
        let number = value.as_i64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        number.filter(|number| range.contains(number)).ok_or_else(|| {
            let reason = format!("is {value}; it must be a number from {} to {}", range.start(), range.end());
            self.fault(name, &reason)
        })
    }

    /// `filterPatterns`, a list or one.
    pub(super) fn patterns(&self) -> Result<Vec<Pattern>, TemplateError> {
        let written = match self.get("filterPatterns") {
            None => return Ok(Vec::new()),
            Some(Value::Array(patterns)) => patterns.as_slice(),
            Some(one) => std::slice::from_ref(one),
        };
        let parse = |(index, pattern)| {
            Pattern::parse(pattern).map_err(|reason| self.fault(&format!("filterPatterns[{index}]"), &reason))
        };
        written.iter().enumerate().map(parse).collect()
    }

    /// Whether `functionResponseType` is `ReportBatchItemFailures`.
    pub(super) fn reports_failures(&self) -> Result<bool, TemplateError> {
        const NAME: &str = "functionResponseType";
        match self.get(NAME) {
            None => Ok(false),
            Some(Value::String(text)) if text == "ReportBatchItemFailures" => Ok(true),
            Some(other) => {
                let written = other.as_str().map_or_else(|| other.to_string(), |text| format!("`{text}`"));
                Err(self.fault(NAME, &format!("is {written}; the only one there is is ReportBatchItemFailures")))
            }
        }
    }

    /// An error about a member.
    pub(super) fn fault(&self, name: &str, reason: &str) -> TemplateError {
        TemplateError::at(format!("{}.{name}", self.place), reason)
    }
}
