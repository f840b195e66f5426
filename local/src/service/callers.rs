//! Callers of functions besides requests: event source mappings and schedules.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::context::Context;
use super::parts::Parts;
use crate::aws::schedule::Scheduled;
use crate::aws::stream::Mapping;
use crate::project::template::{Function, Schedule, StreamMapping, Template};

/// The callers that run.
#[derive(Default)]
pub(super) struct Callers(BTreeMap<String, Caller>);

struct Caller {
    settings: Settings,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// All that a caller depends on. One whose settings stay runs on.
#[derive(Clone, PartialEq)]
struct Settings {
    function: String,
    /// The deployed name.
    name: String,
    region: String,
    source: Source,
}

#[derive(Clone, PartialEq)]
enum Source {
    Stream(StreamMapping),
    /// A schedule, and its place among those of the function.
    Clock(Schedule, usize),
}

impl Callers {
    /// Runs the template's callers, and ends those that it does not have any more. A mapping settles its position before
    /// this returns, so before any writer can reach a new table.
    pub(super) async fn replace(&mut self, context: &Context, parts: &Parts, template: &Template) {
        let mut before = std::mem::take(&mut self.0);
        for settings in template.functions.iter().flat_map(|function| all(function, &template.region)) {
            let key = settings.key();
            let caller = match before.remove(&key) {
                Some(caller) if caller.settings == settings && !caller.task.is_finished() => caller,
                other => Caller::start(context, parts, settings, other).await,
            };
            self.0.insert(key, caller);
        }
        for caller in before.into_values() {
            caller.stop.cancel();
        }
    }
}

fn all(function: &Function, region: &str) -> Vec<Settings> {
    let streams = function.streams.iter().cloned().map(Source::Stream);
    let clocks = function.schedules.iter().cloned().enumerate().map(|(index, it)| Source::Clock(it, index));
    let (key, name) = (&function.key, &function.name);
    let settings = |source| Settings { function: key.clone(), name: name.clone(), region: region.to_owned(), source };
    streams.chain(clocks).map(settings).collect()
}

impl Settings {
    /// Identifies the caller across versions.
    fn key(&self) -> String {
        match &self.source {
            Source::Stream(mapping) => format!("stream {} {}", self.function, mapping.table),
            Source::Clock(_, index) => format!("clock {} {index}", self.function),
        }
    }
}

impl Caller {
    /// Starts a caller, once the one that it replaces has ended: two mappings would deliver a record twice.
    async fn start(context: &Context, parts: &Parts, settings: Settings, before: Option<Self>) -> Self {
        let stop = context.intake.child_token();
        let task = match settings.source.clone() {
            Source::Stream(mapping) => {
                let mapping = self::mapping(context, parts, &settings, mapping, stop.clone());
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
            Source::Clock(schedule, index) => {
                let scheduled = Arc::new(scheduled(context, parts, &settings, schedule, index, stop.clone()));
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

/// The template's schedules, to run them besides.
pub(super) fn schedules(context: &Context, parts: &Parts, template: &Template) -> Vec<Arc<Scheduled>> {
    let all = template.functions.iter().flat_map(|function| all(function, &template.region));
    let clocks = all.filter_map(|settings| match settings.source.clone() {
        Source::Clock(schedule, index) => {
            Some(Arc::new(scheduled(context, parts, &settings, schedule, index, context.intake.clone())))
        }
        Source::Stream(_) => None,
    });
    clocks.collect()
}

fn mapping(
    context: &Context,
    parts: &Parts,
    settings: &Settings,
    mapping: StreamMapping,
    stop: CancellationToken,
) -> Mapping {
    let Context { options, logger, store, .. } = context;
    Mapping {
        function: settings.function.clone(),
        function_name: settings.name.clone(),
        settings: mapping,
        region: settings.region.clone(),
        database: Arc::new(parts.database.clone()),
        functions: Arc::new(parts.functions.clone()),
        queues: Arc::new(parts.queues.clone()),
        positions: store.positions.clone(),
        clock: options.clock.clone(),
        logger: logger.clone(),
        observer: Arc::new(context.activity.clone()),
        stop,
    }
}

fn scheduled(
    context: &Context,
    parts: &Parts,
    settings: &Settings,
    schedule: Schedule,
    index: usize,
    stop: CancellationToken,
) -> Scheduled {
    Scheduled {
        function: settings.function.clone(),
        schedule,
        rule: format!("{}-rule-{}", settings.name, index + 1),
        region: settings.region.clone(),
        every: context.options.schedule_every,
        clock: context.options.clock.clone(),
        functions: Arc::new(parts.functions.clone()),
        observer: Arc::new(context.activity.clone()),
        stop,
    }
}
