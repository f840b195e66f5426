//! The schedules of a service.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::context::Context;
use crate::aws::runtime::Functions;
use crate::aws::schedule::Scheduled;
use crate::project::template::{Schedule, Template};

/// A schedule of a function, and its place among those of the function.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Clock {
    /// The function's key.
    pub function: String,
    /// The deployed name.
    pub name: String,
    pub region: String,
    pub schedule: Schedule,
    pub index: usize,
}

impl Clock {
    pub(super) fn scheduled(self, context: &Context, functions: &Functions, stop: CancellationToken) -> Arc<Scheduled> {
        Arc::new(Scheduled {
            rule: format!("{}-rule-{}", self.name, self.index + 1),
            function: self.function,
            schedule: self.schedule,
            region: self.region,
            every: context.options.schedule_every,
            clock: context.options.clock.clone(),
            functions: Arc::new(functions.clone()),
            observer: Arc::new(context.activity.clone()),
            stop,
            closing: context.intake.clone(),
        })
    }
}

/// The template's schedules.
pub(super) fn clocks(template: &Template) -> Vec<Clock> {
    let all = template.functions.iter().flat_map(|function| {
        function.schedules.iter().cloned().enumerate().map(|(index, schedule)| Clock {
            function: function.key.clone(),
            name: function.name.clone(),
            region: template.region.clone(),
            schedule,
            index,
        })
    });
    all.collect()
}

/// The schedules of the functions, to run them besides.
pub(super) fn of(context: &Context, functions: &Functions, template: &Template) -> Vec<Arc<Scheduled>> {
    let stop = || context.intake.clone();
    clocks(template).into_iter().map(|clock| clock.scheduled(context, functions, stop())).collect()
}
