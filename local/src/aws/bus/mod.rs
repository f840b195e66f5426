//! EventBridge's `PutEvents`: checks entries as EventBridge does, lists the events, and sends them to the queues and functions
//! that are targets of the template's rules.

mod api;
mod page;
mod put_events;
mod rules;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde::Serialize;
use serde_json::Value;

pub(crate) use self::page::page;
use crate::aws::interface::invoke::InvokeLater;
use crate::aws::interface::message::SendMessage;
use crate::aws::interface::observe::Observer;
use crate::aws::interface::trace;
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
    /// The targets of the rules that it matches.
    pub targets: Vec<Delivery>,
}

/// The delivery of an event to the target of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// The name of the rule.
    pub rule: String,
    /// The queue, if the target is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// The function, by its key in the template, if the target is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// Whether the queue has it, or the function will be invoked with it.
    pub delivered: bool,
    /// Why not.
    pub error: Option<String>,
}

/// The buses of the service. Clones share their events.
#[derive(Clone)]
pub(crate) struct Bus(Arc<Inner>);

struct Inner {
    settings: RwLock<Arc<Settings>>,
    queues: Arc<dyn SendMessage>,
    functions: Arc<dyn InvokeLater>,
    events: Mutex<VecDeque<Event>>,
    logger: Logger,
    observer: Arc<dyn Observer>,
}

/// The template's buses and rules.
#[derive(Default)]
struct Settings {
    names: Vec<String>,
    rules: Vec<Rule>,
    region: String,
}

impl Bus {
    /// No buses yet.
    pub(crate) fn new(
        queues: Arc<dyn SendMessage>,
        functions: Arc<dyn InvokeLater>,
        logger: Logger,
        observer: Arc<dyn Observer>,
    ) -> Self {
        let (settings, events) = (RwLock::default(), Mutex::default());
        Self(Arc::new(Inner { settings, queues, functions, events, logger, observer }))
    }

    /// Has the template's buses and rules, and the default bus. The list of events stays.
    pub(crate) fn replace(&self, template: &Template) {
        let Template { buses, rules, region, .. } = template;
        let names = buses.iter().cloned().chain([DEFAULT_BUS.to_owned()]).collect();
        let settings = Arc::new(Settings { names, rules: rules.clone(), region: region.clone() });
        *self.0.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    fn settings(&self) -> Arc<Settings> {
        self.0.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The listed events, oldest first.
    pub(crate) fn events(&self) -> VecDeque<Event> {
        self.0.events.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The bus that a name or an ARN identifies. EventBridge accepts an entry for a bus that does not exist, and drops
    /// it.
    fn name_of(&self, asked: &str) -> Option<String> {
        let Settings { names, region, .. } = &*self.settings();
        let prefix = format!("arn:aws:events:{region}:{ACCOUNT}:event-bus/");
        let name = asked.strip_prefix(&prefix).unwrap_or(asked);
        names.iter().find(|known| *known == name).cloned()
    }

    fn accept(&self, mut event: Event) {
        self.0.logger.say("bus", &format!("{} {} to {}", event.detail_type, event.id, event.event_bus_name));
        event.targets = rules::deliver(self, &event);
        if let Ok(shown) = serde_json::to_value(&event) {
            self.0.observer.event(&shown, event.trace_header.as_deref().and_then(trace::parent));
        }
        let mut events = self.0.events.lock().unwrap_or_else(PoisonError::into_inner);
        if events.len() == KEPT {
            events.pop_front();
        }
        events.push_back(event);
    }
}
