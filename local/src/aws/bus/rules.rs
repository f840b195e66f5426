//! Matches events against the template's rules and brings them to the targets: queues and functions.

use bytes::Bytes;
use chrono::{SecondsFormat, Utc};
use serde_json::{Value, json};

use super::{Bus, Delivery, Event};
use crate::aws::interface::invoke::{Cause, Request};
use crate::aws::interface::message::{Attribute, Outgoing};
use crate::aws::interface::trace::Trace;
use crate::project::template::{ACCOUNT, DEFAULT_BUS, Input, Receiver, Rule, Target};

/// Brings the event to the targets of all matching rules of its bus. A failure is logged.
pub(super) fn deliver(bus: &Bus, event: &Event) -> Vec<Delivery> {
    let settings = bus.settings();
    let envelope = envelope(event, &settings.region);
    let rules =
        settings.rules.iter().filter(|rule| rule.bus == event.event_bus_name && rule.pattern.matches(&envelope));
    let targets = rules.flat_map(|rule| rule.targets.iter().map(move |target| (rule, target)));
    let sent = targets.map(|(rule, target)| {
        let input = input(&target.input, &envelope, rule, &settings.region);
        let sent = send(bus, event, rule, target, input.clone());
        let (queue, function) = match &target.receiver {
            Receiver::Queue { name, .. } => (Some(name.clone()), None),
            Receiver::Function(key) => (None, Some(key.clone())),
        };
        if let Err(error) = &sent {
            let (id, by) = (&event.id, &rule.name);
            let name = queue.as_ref().or(function.as_ref()).map_or("", String::as_str);
            bus.0.logger.say("bus", &format!("ERROR {id} of the rule {by} does not reach {name}: {error}"));
            park(bus, event, rule, target, input, error);
        }
        Delivery { rule: rule.name.clone(), queue, function, delivered: sent.is_ok(), error: sent.err() }
    });
    sent.collect()
}

fn send(bus: &Bus, event: &Event, rule: &Rule, target: &Target, input: String) -> Result<(), String> {
    match &target.receiver {
        Receiver::Queue { name, group } => {
            let (trace, id) = (event.trace_header.clone(), Some(event.id.clone()));
            let message = Outgoing { body: input, trace, group: group.clone(), event: id, ..Outgoing::default() };
            bus.0.queues.send_message(name, message)
        }
        Receiver::Function(key) => {
            // A function takes JSON alone. Another text is a string to it.
            let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&input).is_ok();
            let payload = if is_json { input } else { Value::from(input).to_string() };
            let cause = Cause::Rule { rule: rule.name.clone(), event: event.id.clone() };
            let request = Request::new(Bytes::from(payload), Trace::of_header(event.trace_header.as_deref()));
            bus.0.functions.invoke_later(key, Request { cause, ..request })
        }
    }
}

/// Sends an event that did not reach its target to the dead-letter queue:
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html>.
fn park(bus: &Bus, event: &Event, rule: &Rule, target: &Target, body: String, error: &str) {
    let Some(queue) = &target.dead_letters else { return };
    let arn = rule_arn(rule, &bus.settings().region);
    let attributes = [("RULE_ARN", arn.as_str()), ("ERROR_CODE", "SDK_CLIENT_ERROR"), ("ERROR_MESSAGE", error)];
    let attributes =
        attributes.into_iter().map(|(name, value)| (name.to_owned(), Attribute::text("String", value))).collect();
    let (trace, id) = (event.trace_header.clone(), Some(event.id.clone()));
    let message = Outgoing { body, attributes, trace, group: None, event: id };
    if let Err(error) = bus.0.queues.send_message(queue, message) {
        bus.0.logger.say("bus", &format!("ERROR {} does not reach the dead-letter queue {queue}: {error}", event.id));
    }
}

/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html>
fn envelope(event: &Event, region: &str) -> Value {
    json!({
        "version": "0",
        "id": event.id,
        "detail-type": event.detail_type,
        "source": event.source,
        "account": ACCOUNT,
        "time": event.time,
        "region": region,
        "resources": event.resources,
        "detail": event.detail,
    })
}

fn input(input: &Input, envelope: &Value, rule: &Rule, region: &str) -> String {
    match input {
        Input::Event => envelope.to_string(),
        Input::Constant(text) => text.clone(),
        Input::Path(path) => path.find(envelope).unwrap_or_default().to_string(),
        Input::Transformed(transformer) => transformer.apply(envelope, |name| predefined(name, envelope, rule, region)),
    }
}

/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html#eb-transform-input-predefined>
fn predefined(name: &str, envelope: &Value, rule: &Rule, region: &str) -> Option<Value> {
    Some(match name {
        "aws.events.rule-arn" => rule_arn(rule, region).into(),
        "aws.events.rule-name" => rule.name.as_str().into(),
        "aws.events.event.ingestion-time" => Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true).into(),
        "aws.events.event.json" => envelope.clone(),
        "aws.events.event" => {
            let mut event = envelope.clone();
            if let Some(members) = event.as_object_mut() {
                members.remove("detail");
            }
            event
        }
        _ => return None,
    })
}

fn rule_arn(rule: &Rule, region: &str) -> String {
    let bus = if rule.bus == DEFAULT_BUS { String::new() } else { format!("{}/", rule.bus) };
    format!("arn:aws:events:{region}:{ACCOUNT}:rule/{bus}{}", rule.name)
}
