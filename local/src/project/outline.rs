//! The functions of a template, for tests that compare a service's code with it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::base::error::TemplateError;
use crate::project::template::{Given, Route, Template};

/// A function of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its key in the template.
    pub name: String,
    /// The binary that serves it.
    pub handler: String,
    /// Its callers: a route such as `GET /health`, `stream` or `schedule`.
    pub triggers: Vec<String>,
    /// Its environment variables.
    pub environment: BTreeMap<String, String>,
}

/// The functions of the template at `path`. Without a `stage` it is the template's own.
///
/// # Errors
///
/// The template cannot be read.
pub fn functions(path: &Path, stage: Option<&str>) -> Result<Vec<Function>, TemplateError> {
    let given = Given { stage: stage.map(ToOwned::to_owned), ..Given::default() };
    let functions = Template::load(path, given)?.functions.into_iter().map(|function| {
        let routes = function.routes.iter().map(Route::key);
        let streams = function.streams.iter().map(|_| "stream".to_owned());
        let schedules = function.schedules.iter().map(|_| "schedule".to_owned());
        Function {
            triggers: routes.chain(streams).chain(schedules).collect(),
            name: function.key,
            handler: function.handler,
            environment: function.environment,
        }
    });
    Ok(functions.collect())
}
