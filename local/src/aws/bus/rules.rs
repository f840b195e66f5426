//! Matches events against the template's rules and sends a message to the queue of each target.

use serde_json::{Value, json};

use super::{Bus, Delivery, Event};
use crate::aws::interface::message::Outgoing;
use crate::project::template::{ACCOUNT, Input};

/// Sends the event to the targets of all matching rules of its bus. A failure is logged.
pub(super) fn deliver(bus: &Bus, event: &Event) -> Vec<Delivery> {
    let settings = bus.settings();
    let envelope = envelope(event, &settings.region);
    let rules =
        settings.rules.iter().filter(|rule| rule.bus == event.event_bus_name && rule.pattern.matches(&envelope));
    let targets = rules.flat_map(|rule| rule.targets.iter().map(move |target| (rule, target)));
    let sent = targets.map(|(rule, target)| {
        let message = Outgoing { body: body(&target.input, &envelope), trace: event.trace_header.clone() };
        let error = bus.0.queues.send_message(&target.queue, message).err();
        if let Some(error) = &error {
            let (id, rule, queue) = (&event.id, &rule.name, &target.queue);
            bus.0.logger.say("bus", &format!("ERROR {id} of the rule {rule} does not reach {queue}: {error}"));
        }
        let (rule, queue) = (rule.name.clone(), target.queue.clone());
        Delivery { rule, queue, delivered: error.is_none(), error }
    });
    sent.collect()
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

fn body(input: &Input, envelope: &Value) -> String {
    match input {
        Input::Event => envelope.to_string(),
        Input::Constant(text) => text.clone(),
        Input::Path(names) => {
            let found = names.iter().try_fold(envelope, |value, name| value.get(name));
            found.unwrap_or(&Value::Null).to_string()
        }
    }
}
