//! Asynchronous invocations: of clients with `InvocationType: Event`, and of the rules of buses.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::event::Event;
use super::record::{self, Condition, Outcome};
use crate::aws::interface::error::FunctionError;
use crate::aws::interface::invoke::{Invoke, InvokeLater, Request};
use crate::aws::interface::message::{Attribute, Outgoing, SendMessage};
use crate::base::log::Logger;
use crate::project::template::{self, ACCOUNT, Template};

/// Pauses before the second and the third attempt of a failed invocation, which are Lambda's.
const RETRY_PAUSES: [Duration; 2] = [Duration::from_mins(1), Duration::from_mins(2)];
/// Bytes of an error's message in the attributes of a dead letter.
const MOST_MESSAGE: usize = 1_024;

/// The asynchronous invocations of the service. Clones share them.
#[derive(Clone)]
pub(crate) struct Asynchronous(Arc<Inner>);

struct Inner {
    /// The settings of the functions, by their keys.
    settings: RwLock<BTreeMap<String, Settings>>,
    functions: Arc<dyn Invoke>,
    queues: Arc<dyn SendMessage>,
    logger: Logger,
    tasks: TaskTracker,
    stop: CancellationToken,
}

#[derive(Clone)]
struct Settings {
    asynchronous: template::Asynchronous,
    arn: String,
}

impl Asynchronous {
    /// No functions yet. `tasks` track the invocations, which end with `stop`.
    pub(crate) fn new(
        functions: Arc<dyn Invoke>,
        queues: Arc<dyn SendMessage>,
        logger: Logger,
        tasks: TaskTracker,
        stop: CancellationToken,
    ) -> Self {
        Self(Arc::new(Inner { settings: RwLock::default(), functions, queues, logger, tasks, stop }))
    }

    /// Has the settings of the template's functions. Invocations under way end with those that they began with.
    pub(crate) fn replace(&self, template: &Template) {
        let settings = template.functions.iter().map(|function| {
            let arn = format!("arn:aws:lambda:{}:{ACCOUNT}:function:{}", template.region, function.name);
            (function.key.clone(), Settings { asynchronous: function.asynchronous.clone(), arn })
        });
        *self.0.settings.write().unwrap_or_else(PoisonError::into_inner) = settings.collect();
    }
}

impl InvokeLater for Asynchronous {
    fn invoke_later(&self, function: &str, request: Request) -> Result<(), String> {
        let Inner { settings, functions, logger, tasks, stop, .. } = &*self.0;
        let settings = settings.read().unwrap_or_else(PoisonError::into_inner).get(function).cloned();
        let Some(settings) = settings else { return Err("there is no function of this name".to_owned()) };
        let event = Event {
            function: function.to_owned(),
            request,
            settings: settings.asynchronous.clone(),
            functions: functions.clone(),
            logger: logger.clone(),
            stop: stop.clone(),
        };
        let later = self.clone();
        tasks.spawn(async move {
            if let Some(outcome) = event.run(&RETRY_PAUSES).await {
                later.0.tell(&event, &settings, &outcome);
            }
        });
        Ok(())
    }
}

impl Inner {
    /// Sends what came of an invocation to the function's destinations.
    fn tell(&self, event: &Event, settings: &Settings, outcome: &Outcome) {
        let (id, payload) = (&event.request.id, &event.request.payload);
        let template::Asynchronous { on_success, on_failure, dead_letters, .. } = &settings.asynchronous;
        let failed = outcome.answer.as_ref().err();
        if failed.is_some() {
            let reason = match outcome.condition {
                Condition::EventAgeExceeded => "its event is too old",
                _ => "it has no attempt left",
            };
            let message = format!("ERROR the asynchronous invocation {id} is given up: {reason}");
            self.logger.say(&event.function, &message);
        }
        let destination = if failed.is_some() { on_failure } else { on_success };
        if let Some(queue) = destination {
            let arn = format!("{}:$LATEST", settings.arn);
            let body = record::of(outcome, id, &arn, payload).to_string();
            self.send(event, queue, Outgoing { body, ..Outgoing::default() });
        }
        if let (Some(error), Some(queue)) = (failed, dead_letters) {
            let body = String::from_utf8_lossy(payload).into_owned();
            let message = Outgoing { body, attributes: attributes(id, error), ..Outgoing::default() };
            self.send(event, queue, message);
        }
    }

    fn send(&self, event: &Event, queue: &str, message: Outgoing) {
        let message = Outgoing { trace: Some(event.request.trace.header()), ..message };
        if let Err(error) = self.queues.send_message(queue, message) {
            let id = &event.request.id;
            let message = format!("ERROR the asynchronous invocation {id} is not told to {queue}: {error}");
            self.logger.say(&event.function, &message);
        }
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq>
fn attributes(id: &str, error: &FunctionError) -> BTreeMap<String, Attribute> {
    let message = &error.message[..error.message.floor_char_boundary(MOST_MESSAGE)];
    // A message attribute is not empty.
    let message = if message.is_empty() { &error.error_type } else { message };
    let attributes = [
        ("RequestID", Attribute::text("String", id)),
        ("ErrorCode", Attribute::text("Number", "200")),
        ("ErrorMessage", Attribute::text("String", message)),
    ];
    attributes.into_iter().map(|(name, attribute)| (name.to_owned(), attribute)).collect()
}
