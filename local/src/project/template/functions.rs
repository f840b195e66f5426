//! The `functions` section.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use super::around::{Around, Of};
use super::event::Event;
use super::events;
use super::members::Members;
use super::variables::Variables;
use super::{Asynchronous, QueueMapping, Route, Rule, Schedule, StreamMapping, TemplateError, asynchronous, secrets};

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
    pub queues: Vec<QueueMapping>,
    pub schedules: Vec<Schedule>,
    pub asynchronous: Asynchronous,
}

/// The functions, and parts of the template that their events add.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub functions: Vec<Function>,
    pub rules: Vec<Rule>,
    pub buses: Vec<String>,
    /// Parts that do not run on one machine, a sentence each.
    pub notices: Vec<String>,
}

/// Reads functions, with the defaults of the provider section.
pub(super) struct Reader<'a> {
    variables: &'a Variables,
    around: &'a Around<'a>,
    stack: String,
    provider: Map<String, Value>,
    environment: BTreeMap<String, String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(variables: &'a Variables, around: &'a Around<'a>, stack: String) -> Result<Self, TemplateError> {
        let provider = variables.members("provider")?;
        let environment = BTreeMap::new();
        let mut reader = Self { variables, around, stack, provider, environment };
        if let Some(value) = reader.provider.get("environment").cloned() {
            reader.environment = reader.environment(value, "provider.environment")?;
        }
        Ok(reader)
    }

    pub(super) fn read(&self) -> Result<Found, TemplateError> {
        let functions = self.variables.members("functions")?;
        if functions.is_empty() {
            return Err(TemplateError::at("functions", "is empty; there is nothing to run"));
        }
        let mut found = Found::default();
        for (key, value) in functions {
            let function = self.function(key, value, &mut found)?;
            found.functions.push(function);
        }
        Ok(found)
    }

    fn function(&self, key: String, value: Value, found: &mut Found) -> Result<Function, TemplateError> {
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
        let asynchronous = ["maximumRetryAttempts", "maximumEventAge", "destinations", "onError"];
        let asynchronous = asynchronous.into_iter().map(|name| Ok((name.to_owned(), take(name)?)));
        let asynchronous = asynchronous.collect::<Result<Map<_, _>, TemplateError>>()?;
        let asynchronous = Members { members: &asynchronous, place: &place };
        let Around { intrinsics, queues, .. } = self.around;
        let asynchronous = asynchronous::read(&asynchronous, intrinsics, queues, &mut found.notices, &key)?;
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
            queues: Vec::new(),
            schedules: Vec::new(),
            asynchronous,
            key,
        };
        for (index, written) in events.as_array().into_iter().flatten().enumerate() {
            self.add(&mut function, index, written, found)?;
        }
        Ok(function)
    }

    /// Adds an event to the function.
    fn add(
        &self,
        function: &mut Function,
        index: usize,
        written: &Value,
        found: &mut Found,
    ) -> Result<(), TemplateError> {
        let place = format!("functions.{}.events[{index}]", function.key);
        let of = Of { key: &function.key, name: &function.name, timeout: function.timeout, index };
        let event = events::read(written, &place, self.around, &of)?;
        for what in events::left_out(written, &event) {
            found.notices.push(format!("`{}`: {what}", function.key));
        }
        match event {
            Event::Route(route) => function.routes.push(route),
            Event::Stream(mapping) => function.streams.push(mapping),
            Event::Queue(mapping) => {
                // Lambda refuses a second mapping of the same queue and function.
                if function.queues.iter().any(|other| other.queue == mapping.queue) {
                    let reason = format!("is the queue `{}`, which calls the function already", mapping.queue);
                    return Err(TemplateError::at(format!("{place}.sqs.arn"), reason));
                }
                function.queues.push(mapping);
            }
            Event::Schedules(schedules) => function.schedules.extend(schedules),
            Event::Bus { rule, schedules, bus } => {
                function.schedules.extend(schedules);
                found.rules.extend(rule.map(|rule| *rule));
                found.buses.extend(bus.filter(|bus| !found.buses.contains(bus)));
            }
            Event::Off => {}
            Event::Unsupported(what) => {
                found.notices.push(format!("`{}` is not called by {what} on one machine", function.key));
            }
        }
        Ok(())
    }

    /// Environment variables as strings. A null removes one, as in the Serverless Framework.
    fn environment(&self, value: Value, place: &str) -> Result<BTreeMap<String, String>, TemplateError> {
        let mut environment = BTreeMap::new();
        for (name, value) in self.variables.map(value, place)? {
            let place = format!("{place}.{name}");
            let value = self.variables.resolve(&value, &place)?;
            match self.around.intrinsics.resolve(&value, &place)? {
                Value::String(text) => environment.insert(name, secrets::resolve(&text)),
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
