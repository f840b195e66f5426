//! EventBridge's `PutEvents`: checks entries as EventBridge does, lists the events, and sends them to the queues that
//! are targets of the template's rules.

mod api;
mod page;
mod put_events;
mod rules;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde_json::Value;

pub(crate) use self::page::page;
use crate::aws::interface::message::SendMessage;
use crate::base::log::Logger;
use crate::project::template::{ACCOUNT, DEFAULT_BUS, Rule, Template};

/// Events that the list holds.
const KEPT: usize = 1_000;

/// An event on a bus, as the target of a rule receives it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// The id that EventBridge gave it. A retried put gets another.
    pub id: String,
    /// The sender.
    pub source: String,
    /// The kind of event.
    #[serde(rename = "detail-type")]
    pub detail_type: String,
    /// The content, a JSON object.
    pub detail: Value,
    /// The time in RFC 3339.
    pub time: String,
    /// The name of the bus.
    pub event_bus_name: String,
    /// ARNs of resources that it concerns.
    pub resources: Vec<String>,
    /// The X-Ray trace header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_header: Option<String>,
}

/// The buses of the service. Clones share their events.
#[derive(Clone)]
pub(crate) struct Bus(Arc<Inner>);

struct Inner {
    names: Vec<String>,
    rules: Vec<Rule>,
    region: String,
    queues: Arc<dyn SendMessage>,
    events: Mutex<VecDeque<Event>>,
    logger: Logger,
}

impl Bus {
    /// The template's buses and the default bus.
    pub(crate) fn new(template: &Template, queues: Arc<dyn SendMessage>, logger: Logger) -> Self {
        let Template { buses, rules, region, .. } = template;
        let names = buses.iter().cloned().chain([DEFAULT_BUS.to_owned()]).collect();
        let (rules, region) = (rules.clone(), region.clone());
        Self(Arc::new(Inner { names, rules, region, queues, events: Mutex::default(), logger }))
    }

    /// The listed events, oldest first.
    pub(crate) fn events(&self) -> VecDeque<Event> {
        self.0.events.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The bus that a name or an ARN identifies. EventBridge accepts an entry for a bus that does not exist, and drops
    /// it.
    fn name_of(&self, asked: &str) -> Option<String> {
        let prefix = format!("arn:aws:events:{}:{ACCOUNT}:event-bus/", self.0.region);
        let name = asked.strip_prefix(&prefix).unwrap_or(asked);
        self.0.names.iter().find(|known| *known == name).cloned()
    }

    fn accept(&self, event: Event) {
        self.0.logger.say("bus", &format!("{} {} to {}", event.detail_type, event.id, event.event_bus_name));
        rules::deliver(self, &event);
        let mut events = self.0.events.lock().unwrap_or_else(PoisonError::into_inner);
        if events.len() == KEPT {
            events.pop_front();
        }
        events.push_back(event);
    }
}
