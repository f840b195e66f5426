//! `eventBridge` events: a rule of a bus, or a schedule.
//!
//! <https://www.serverless.com/framework/docs/providers/aws/events/event-bridge>

use serde_json::{Map, Value};

use super::around::{Around, Of};
use super::event::Event;
use super::input::{self, Input};
use super::intrinsics::Intrinsics;
use super::members::Members;
use super::rules::{DEFAULT_BUS, Receiver, Rule, Target, bus_name};
use super::{TemplateError, queues, schedules};
use crate::base::pattern::Pattern;

/// Members of the event that the Serverless Framework knows.
pub(super) const KNOWN: [&str; 11] = [
    "eventBus",
    "schedule",
    "name",
    "description",
    "enabled",
    "pattern",
    "input",
    "inputPath",
    "inputTransformer",
    "retryPolicy",
    "deadLetterQueueArn",
];

pub(super) fn read(value: &Value, place: &str, around: &Around<'_>, of: &Of<'_>) -> Result<Event, TemplateError> {
    let Value::Object(members) = value else {
        return Err(TemplateError::at(place, "is not a map, as in `{ pattern: { source: [shop] } }`"));
    };
    let members = Members { members, place };
    if !members.boolean("enabled", true)? {
        return Ok(Event::Off);
    }
    let schedules = match members.get("schedule") {
        None => Vec::new(),
        Some(rate) => match schedule(rate, &members, around.intrinsics)? {
            Event::Schedules(schedules) => schedules,
            other => return Ok(other),
        },
    };
    let Some(pattern) = members.get("pattern") else {
        if schedules.is_empty() {
            return Err(TemplateError::at(place, "needs a `pattern` or a `schedule`"));
        }
        return Ok(Event::Bus { rule: None, schedules, bus: None });
    };
    let pattern = around.intrinsics.resolve(pattern, &format!("{place}.pattern"))?;
    let pattern = Pattern::parse(&pattern).map_err(|reason| members.fault("pattern", &reason))?;
    let (bus, created) = match bus(&members, around)? {
        Ok(found) => found,
        Err(name) => {
            return Ok(Event::Unsupported(format!("the event bus `{name}` of another stack")));
        }
    };
    check_retries(&members)?;
    let target = Target {
        receiver: Receiver::Function(of.key.to_owned()),
        input: input(&members, around.intrinsics)?,
        dead_letters: dead_letters(&members, around)?,
    };
    let name = members.text("name").map_or_else(|| format!("{}-rule-{}", of.name, of.index + 1), ToOwned::to_owned);
    let rule = Rule { name, bus: bus.clone(), pattern, targets: vec![target] };
    Ok(Event::Bus { rule: Some(Box::new(rule)), schedules, bus: created.then_some(bus) })
}

/// The schedule as a `schedule` event has it.
fn schedule(rate: &Value, members: &Members<'_>, intrinsics: &Intrinsics<'_>) -> Result<Event, TemplateError> {
    let mut written = Map::from_iter([("rate".to_owned(), rate.clone())]);
    for name in ["input", "inputPath", "inputTransformer"] {
        if let Some(value) = members.get(name) {
            written.insert(name.to_owned(), value.clone());
        }
    }
    schedules::read(&Value::Object(written), &format!("{}.schedule", members.place), intrinsics)
}

/// The bus, and whether the framework creates it: it does for a name, and not for an ARN or a reference. An error is the name
/// of one that is not here.
fn bus(members: &Members<'_>, around: &Around<'_>) -> Result<Result<(String, bool), String>, TemplateError> {
    let Some(written) = members.get("eventBus") else { return Ok(Ok((DEFAULT_BUS.to_owned(), false))) };
    if written.get("Fn::ImportValue").is_some() {
        return Ok(Err(written["Fn::ImportValue"].as_str().unwrap_or_default().to_owned()));
    }
    let resolved = around.intrinsics.resolve(written, &format!("{}.eventBus", members.place))?;
    let Some(text) = resolved.as_str().filter(|text| !text.is_empty()) else {
        return Err(members.fault("eventBus", "is not the name or the ARN of a bus"));
    };
    let name = bus_name(text).to_owned();
    let is_name = written.is_string() && !text.starts_with("arn:");
    let known = name == DEFAULT_BUS || around.buses.contains(&name);
    Ok(if known || is_name { Ok((name, !known)) } else { Err(name) })
}

fn input(members: &Members<'_>, intrinsics: &Intrinsics<'_>) -> Result<Input, TemplateError> {
    let mut target = Map::new();
    for name in [input::EVENT.input, input::EVENT.path, input::EVENT.transformer] {
        if let Some(written) = members.get(name) {
            target.insert(name.to_owned(), intrinsics.resolve(written, &format!("{}.{name}", members.place))?);
        }
    }
    input::read(&Value::Object(target), &input::EVENT).map_err(|(name, reason)| members.fault(name, &reason))
}

/// A delivery to a function of this machine succeeds at once, so these settings are checked only:
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RetryPolicy.html>.
fn check_retries(members: &Members<'_>) -> Result<(), TemplateError> {
    let Some(policy) = members.get("retryPolicy") else { return Ok(()) };
    let place = format!("{}.retryPolicy", members.place);
    let Value::Object(policy) = policy else { return Err(members.fault("retryPolicy", "is not a map")) };
    let policy = Members { members: policy, place: &place };
    policy.number("maximumEventAge", 60..=86_400, 86_400)?;
    policy.number("maximumRetryAttempts", 0..=185, 185)?;
    Ok(())
}

fn dead_letters(members: &Members<'_>, around: &Around<'_>) -> Result<Option<String>, TemplateError> {
    let Some(written) = members.get("deadLetterQueueArn") else { return Ok(None) };
    let arn = around.intrinsics.resolve(written, &format!("{}.deadLetterQueueArn", members.place))?;
    let names: Vec<String> = around.queues.iter().map(|queue| queue.name.clone()).collect();
    Ok(arn.as_str().and_then(|arn| queues::named_by(arn, &names)).map(ToOwned::to_owned))
}
