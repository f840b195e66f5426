//! EventBridge, as far as `PutEvents`: what is put is checked as the real one checks it, listed, and goes to the queues
//! that the template's rules send it to.

mod api;
mod page;
mod put_events;
mod rules;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use serde::Serialize;
use serde_json::Value;

pub(crate) use self::page::page;
use crate::{
    aws::interface::message::SendMessage,
    base::log::Logger,
    project::template::{ACCOUNT, DEFAULT_BUS, Rule, Template},
};

/// How many events are remembered.
const KEPT: usize = 1_000;

/// An event that reached a bus, as a rule's target would get it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// EventBridge's own id for this delivery; a retried put has another.
    pub id: String,
    /// Who sent it.
    pub source: String,
    /// What it says.
    #[serde(rename = "detail-type")]
    pub detail_type: String,
    /// What it is about.
    pub detail: Value,
    /// When, in RFC 3339.
    pub time: String,
    /// The bus it reached, by name.
    pub event_bus_name: String,
    /// ARNs it concerns.
    pub resources: Vec<String>,
    /// The X-Ray trace it belongs to.
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
    /// The template's buses, and the one every account has.
    pub(crate) fn new(template: &Template, queues: Arc<dyn SendMessage>, logger: Logger) -> Self {
        let Template { buses, rules, region, .. } = template;
        let names = buses.iter().cloned().chain([DEFAULT_BUS.to_owned()]).collect();
        let (rules, region) = (rules.clone(), region.clone());
        Self(Arc::new(Inner { names, rules, region, queues, events: Mutex::default(), logger }))
    }

    /// What is remembered, oldest first.
    pub(crate) fn events(&self) -> VecDeque<Event> {
        self.0.events.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The name of the bus that a name or an ARN stands for. EventBridge takes an entry for a bus that does not exist,
    /// and loses it.
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
