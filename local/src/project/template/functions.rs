//! The `functions` section.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use super::authorizers::Authorizers;
use super::event::Event;
use super::intrinsics::Intrinsics;
use super::variables::Variables;
use super::{Route, Schedule, StreamMapping, Table, TemplateError, events};

/// The Serverless Framework's defaults: <https://www.serverless.com/framework/docs/providers/aws/guide/serverless.yml>.
const TIMEOUT: u64 = 6;
const MEMORY: u64 = 1024;

/// A function of the template.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    /// Its key in the template.
    pub key: String,
    /// The deployed name: `<service>-<stage>-<key>`.
    pub name: String,
    /// The binary that serves it.
    pub handler: String,
    pub memory: u64,
    pub timeout: Duration,
    pub environment: BTreeMap<String, String>,
    /// The application log level, where the template sets one.
    pub log_level: Option<String>,
    pub routes: Vec<Route>,
    pub streams: Vec<StreamMapping>,
    pub schedules: Vec<Schedule>,
}

/// Reads functions, with the defaults of the provider section.
pub(super) struct Reader<'a> {
    variables: &'a Variables,
    intrinsics: &'a Intrinsics<'a>,
    tables: &'a [Table],
    authorizers: &'a Authorizers<'a>,
    stack: String,
    provider: Map<String, Value>,
    environment: BTreeMap<String, String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        variables: &'a Variables,
        intrinsics: &'a Intrinsics<'a>,
        tables: &'a [Table],
        authorizers: &'a Authorizers<'a>,
        stack: String,
    ) -> Result<Self, TemplateError> {
        let provider = variables.members("provider")?;
        let environment = BTreeMap::new();
        let mut reader = Self { variables, intrinsics, tables, authorizers, stack, provider, environment };
        if let Some(value) = reader.provider.get("environment").cloned() {
            reader.environment = reader.environment(value, "provider.environment")?;
        }
        Ok(reader)
    }

    pub(super) fn read(&self, notices: &mut Vec<String>) -> Result<Vec<Function>, TemplateError> {
        let functions = self.variables.members("functions")?;
        if functions.is_empty() {
            return Err(TemplateError::at("functions", "is empty; there is nothing to run"));
        }
        functions.into_iter().map(|(key, value)| self.function(key, value, notices)).collect()
    }

    fn function(&self, key: String, value: Value, notices: &mut Vec<String>) -> Result<Function, TemplateError> {
        let place = format!("functions.{key}");
        let mut members = self.variables.map(value, &place)?;
        let mut take = |member: &str| {
            let value = members.remove(member).unwrap_or_default();
            self.variables.resolve(&value, &format!("{place}.{member}"))
        };
        let handler = match take("handler")? {
            Value::String(handler) if !handler.is_empty() => handler,
            _ => {
                return Err(TemplateError::at(
                    format!("{place}.handler"),
                    "is missing; it is the name of the function's binary",
                ));
            }
        };
        let name = match take("name")? {
            Value::String(name) => name,
            _ => format!("{}-{key}", self.stack),
        };
        let timeout = self.number(&take("timeout")?, &place, "timeout", 1..=900, TIMEOUT)?;
        let memory = self.number(&take("memorySize")?, &place, "memorySize", 128..=10_240, MEMORY)?;
        let events = take("events")?;
        let mut environment = self.environment.clone();
        if let Some(value) = members.remove("environment") {
            let place = format!("{place}.environment");
            environment.extend(self.environment(value, &place)?);
        }
        let mut function = Function {
            name,
            handler,
            memory,
            timeout: Duration::from_secs(timeout),
            environment,
            log_level: self.log_level()?,
            routes: Vec::new(),
            streams: Vec::new(),
            schedules: Vec::new(),
            key,
        };
        for (index, written) in events.as_array().into_iter().flatten().enumerate() {
            let place = format!("{place}.events[{index}]");
            let event = events::read(written, &place, self.intrinsics, self.tables, self.authorizers)?;
            if let Some(what) = events::left_out(written, &event) {
                notices.push(format!("`{}`: {what}", function.key));
            }
            match event {
                Event::Route(route) => function.routes.push(route),
                Event::Stream(mapping) => function.streams.push(mapping),
                Event::Schedules(schedules) => function.schedules.extend(schedules),
                Event::Off => {}
                Event::Unsupported(what) => {
                    notices.push(format!("`{}` is not called by {what} on one machine", function.key));
                }
            }
        }
        Ok(function)
    }

    /// Environment variables as strings. A null removes one, as in the Serverless Framework.
    fn environment(&self, value: Value, place: &str) -> Result<BTreeMap<String, String>, TemplateError> {
        let mut environment = BTreeMap::new();
        for (name, value) in self.variables.map(value, place)? {
            let place = format!("{place}.{name}");
            let value = self.variables.resolve(&value, &place)?;
            match self.intrinsics.resolve(&value, &place)? {
                Value::String(text) => environment.insert(name, text),
                Value::Number(number) => environment.insert(name, number.to_string()),
                Value::Bool(flag) => environment.insert(name, flag.to_string()),
                Value::Null => environment.remove(&name),
                _ => return Err(TemplateError::at(place, "is a map or a list; a variable is a text")),
            };
        }
        Ok(environment)
    }

    /// A number of the function, else of the provider, else the default.
    fn number(
        &self,
        own: &Value,
        place: &str,
        member: &str,
        range: std::ops::RangeInclusive<u64>,
        default: u64,
    ) -> Result<u64, TemplateError> {
        let (value, place) = match (own, self.provider.get(member)) {
            (Value::Null, None) => return Ok(default),
            (Value::Null, Some(value)) => {
                let place = format!("provider.{member}");
                (self.variables.resolve(value, &place)?, place)
            }
            (own, _) => (own.clone(), format!("{place}.{member}")),
        };
        let number = value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        number.filter(|number| range.contains(number)).ok_or_else(|| {
            TemplateError::at(
                place,
                format!("is {value}; it must be a number from {} to {}", range.start(), range.end()),
            )
        })
    }

    fn log_level(&self) -> Result<Option<String>, TemplateError> {
        let level = self.variables.get("provider.logs.lambda.applicationLogLevel")?;
        Ok(level.as_str().map(ToOwned::to_owned))
    }
}
