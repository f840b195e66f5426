//! Callers of functions besides requests: event source mappings and schedules.

use std::sync::Arc;

use super::context::Context;
use super::parts::Parts;
use crate::aws::schedule::Scheduled;
use crate::aws::stream::Mapping;

/// Starts the event source mappings. Each settles its position first, before any writer can reach the database.
pub(super) async fn follow_streams(context: &Context, parts: &Parts) {
    let Context { options, template, logger, intake, tasks, store, .. } = context;
    for function in &template.functions {
        for settings in &function.streams {
            let mapping = Mapping {
                function: function.key.clone(),
                function_name: function.name.clone(),
                settings: settings.clone(),
                region: template.region.clone(),
                database: Arc::new(parts.database.clone()),
                functions: Arc::new(parts.functions.clone()),
                queues: Arc::new(parts.queues.clone()),
                positions: store.positions.clone(),
                clock: options.clock.clone(),
                logger: logger.clone(),
                stop: intake.clone(),
            };
            mapping.begin().await;
            tasks.spawn(mapping.run());
        }
    }
}

/// Starts the schedules.
pub(super) fn follow_schedules(context: &Context, parts: &Parts) {
    let Context { options, template, intake, tasks, .. } = context;
    for function in &template.functions {
        for (index, schedule) in function.schedules.iter().enumerate() {
            let scheduled = Scheduled {
                function: function.key.clone(),
                schedule: schedule.clone(),
                rule: format!("{}-rule-{}", function.name, index + 1),
                region: template.region.clone(),
                every: options.schedule_every,
                clock: options.clock.clone(),
                functions: Arc::new(parts.functions.clone()),
                stop: intake.clone(),
            };
            tasks.spawn(scheduled.run());
        }
    }
}
