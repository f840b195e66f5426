//! Callers of functions besides requests: event source mappings and schedules.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::context::Context;
use super::parts::Parts;
use super::schedules::{Clock, clocks};
use crate::aws::{mapping, stream};
use crate::project::template::{QueueMapping, StreamMapping, Template};

/// The callers that run.
#[derive(Default)]
pub(super) struct Callers {
    callers: BTreeMap<String, Caller>,
    /// Those that the template does not have any more. One that it has again waits for the invocation under way.
    ending: BTreeMap<String, Caller>,
}

struct Caller {
    settings: Settings,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// All that a caller depends on. One whose settings stay runs on.
#[derive(Clone, PartialEq)]
enum Settings {
    Stream(Stream),
    Queue(Queue),
    Clock(Clock),
}

/// An event source mapping of a function.
#[derive(Clone, PartialEq)]
struct Stream {
    /// The function's key.
    function: String,
    /// The deployed name.
    name: String,
    region: String,
    mapping: StreamMapping,
}

/// An event source mapping of a queue.
#[derive(Clone, PartialEq)]
struct Queue {
    /// The function's key.
    function: String,
    region: String,
    mapping: QueueMapping,
}

impl Callers {
    /// Runs the template's callers, and ends those that it does not have any more. A mapping settles its position before
    /// this returns, so before any writer can reach a new table.
    pub(super) async fn replace(&mut self, context: &Context, parts: &Parts, template: &Template) {
        self.ending.retain(|_, caller| !caller.task.is_finished());
        let mut before = std::mem::take(&mut self.callers);
        let clocks = clocks(template).into_iter().map(Settings::Clock);
        let queues = queues(template).map(Settings::Queue);
        for settings in streams(template).map(Settings::Stream).chain(queues).chain(clocks) {
            let key = settings.key();
            let caller = match before.remove(&key) {
                Some(caller) if caller.settings == settings && !caller.task.is_finished() => caller,
                other => Caller::start(context, parts, settings, other.or(self.ending.remove(&key))).await,
            };
            self.callers.insert(key, caller);
        }
        for (key, caller) in before {
            caller.stop.cancel();
            self.ending.insert(key, caller);
        }
    }
}

fn streams(template: &Template) -> impl Iterator<Item = Stream> {
    template.functions.iter().flat_map(|function| {
        function.streams.iter().map(|mapping| Stream {
            function: function.key.clone(),
            name: function.name.clone(),
            region: template.region.clone(),
            mapping: mapping.clone(),
        })
    })
}

fn queues(template: &Template) -> impl Iterator<Item = Queue> {
    template.functions.iter().flat_map(|function| {
        function.queues.iter().map(|mapping| Queue {
            function: function.key.clone(),
            region: template.region.clone(),
            mapping: mapping.clone(),
        })
    })
}

impl Settings {
    /// Identifies the caller across versions.
    fn key(&self) -> String {
        match self {
            Self::Stream(stream) => format!("stream {} {}", stream.function, stream.mapping.table),
            Self::Queue(queue) => format!("queue {} {}", queue.function, queue.mapping.queue),
            Self::Clock(clock) => format!("clock {} {}", clock.function, clock.index),
        }
    }
}

impl Caller {
    /// Starts a caller, once the one that it replaces has ended: two mappings would deliver a record twice.
    async fn start(context: &Context, parts: &Parts, settings: Settings, before: Option<Self>) -> Self {
        let stop = context.intake.child_token();
        let task = match settings.clone() {
            Settings::Stream(stream) => {
                let mapping = stream.mapping(context, parts, stop.clone());
                match before {
                    None => {
                        mapping.begin().await;
                        context.tasks.spawn(mapping.run())
                    }
                    Some(before) => context.tasks.spawn(async move {
                        before.end().await;
                        mapping.begin().await;
                        mapping.run().await;
                    }),
                }
            }
            Settings::Queue(queue) => {
                let mapping = queue.mapping(context, parts, stop.clone());
                context.tasks.spawn(async move {
                    if let Some(before) = before {
                        before.end().await;
                    }
                    mapping.run().await;
                })
            }
            Settings::Clock(clock) => {
                let scheduled = clock.scheduled(context, &parts.functions, stop.clone());
                context.tasks.spawn(async move {
                    if let Some(before) = before {
                        before.end().await;
                    }
                    scheduled.run().await;
                })
            }
        };
        Self { settings, stop, task }
    }

    async fn end(self) {
        self.stop.cancel();
        let _ = self.task.await;
    }
}

impl Stream {
    fn mapping(self, context: &Context, parts: &Parts, stop: CancellationToken) -> stream::Mapping {
        let Context { options, logger, activity, store, .. } = context;
        stream::Mapping {
            function: self.function,
            function_name: self.name,
            settings: self.mapping,
            region: self.region,
            database: Arc::new(parts.database.clone()),
            functions: Arc::new(parts.functions.clone()),
            queues: Arc::new(parts.queues.clone()),
            positions: store.positions.clone(),
            clock: options.clock.clone(),
            logger: logger.clone(),
            observer: Arc::new(activity.clone()),
            stop,
            closing: context.intake.clone(),
        }
    }
}

impl Queue {
    fn mapping(self, context: &Context, parts: &Parts, stop: CancellationToken) -> Arc<mapping::Mapping> {
        Arc::new(mapping::Mapping {
            function: self.function,
            settings: self.mapping,
            region: self.region,
            queues: Arc::new(parts.queues.clone()),
            functions: Arc::new(parts.functions.clone()),
            logger: context.logger.clone(),
            tasks: context.tasks.clone(),
            stop,
        })
    }
}
