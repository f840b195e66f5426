//! The functions of a template, for tests that compare a service's code with it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::base::error::TemplateError;
use crate::project::template::{Given, Receiver, Route, Template};

/// A function of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its key in the template.
    pub name: String,
    /// The binary that serves it.
    pub handler: String,
    /// Its callers: a route such as `GET /health`, `stream`, `queue`, `schedule`, or `event` for a rule of a bus.
    pub triggers: Vec<String>,
    /// Whether the answer to a batch may name the items that failed: `ReportBatchItemFailures` of every stream and every queue
    /// that calls it. `false` where there is none.
    pub reports_failures: bool,
    /// Its environment variables.
    pub environment: BTreeMap<String, String>,
}

/// The functions of the template at `path`. Without a `stage` it is the template's own.
///
/// # Errors
///
/// The template cannot be read.
pub fn functions(path: &Path, stage: Option<&str>) -> Result<Vec<Function>, TemplateError> {
    functions_with(path, stage, &BTreeMap::new())
}

/// The functions of the template at `path` with these parameters, as `--param` gives them.
///
/// # Errors
///
/// The template cannot be read.
pub fn functions_with(
    path: &Path,
    stage: Option<&str>,
    params: &BTreeMap<String, String>,
) -> Result<Vec<Function>, TemplateError> {
    let given = Given { stage: stage.map(ToOwned::to_owned), params: params.clone(), ..Given::default() };
    let Template { functions, rules, .. } = Template::load(path, given)?;
    let functions = functions.into_iter().map(|function| {
        let target = Receiver::Function(function.key.clone());
        let events = rules.iter().filter(|rule| rule.targets.iter().any(|to| to.receiver == target));
        let routes = function.routes.iter().map(Route::key);
        let streams = function.streams.iter().map(|_| "stream".to_owned());
        let queues = function.queues.iter().map(|_| "queue".to_owned());
        let events = events.map(|_| "event".to_owned());
        let schedules = function.schedules.iter().map(|_| "schedule".to_owned());
        let reports: Vec<bool> = function
            .streams
            .iter()
            .map(|mapping| mapping.report_failures)
            .chain(function.queues.iter().map(|mapping| mapping.report_failures))
            .collect();
        Function {
            triggers: routes.chain(streams).chain(queues).chain(events).chain(schedules).collect(),
            reports_failures: !reports.is_empty() && reports.into_iter().all(|reports| reports),
            name: function.key,
            handler: function.handler,
            environment: function.environment,
        }
    });
    Ok(functions.collect())
}
