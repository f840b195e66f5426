//! The page `/_local/` and its JSON.

mod about;
mod again;
mod assets;
mod build;
mod files;
mod functions;
mod guard;
mod live;
mod plain;
mod requests;
mod schedules;
mod tables;

use std::path::PathBuf;
use std::sync::Arc;

use axum::routing::{get, post};
use tokio_util::sync::CancellationToken;

pub(crate) use self::{files::mounted, guard::guarded};
use crate::activity::Activity;
use crate::aws::interface::database::DynamoDb;
use crate::aws::interface::page::Page;
use crate::aws::schedule::Scheduled;
use crate::base::builds::Builds;
use crate::project::template::{Function, Template};

/// Sources of the pages.
pub(crate) struct Setup<'a> {
    pub activity: Activity,
    pub builds: Builds,
    pub template: &'a Template,
    /// The functions with their executables.
    pub binaries: &'a [(Function, PathBuf)],
    /// The URL of the API.
    pub api: String,
    /// Whether tokens are checked.
    pub auth: bool,
    pub schedules: Vec<Arc<Scheduled>>,
    pub database: Arc<dyn DynamoDb>,
    /// Ends the notices, which would otherwise keep the service from stopping.
    pub stop: CancellationToken,
}

/// The pages of one version of the service.
pub(crate) fn pages(setup: &Setup<'_>) -> Vec<Page> {
    let requests = requests::Requests { activity: setup.activity.clone(), api: setup.api.clone() };
    let functions = functions::Functions::new(setup.activity.clone(), setup.binaries, &setup.template.rules);
    let schedules =
        schedules::Schedules { activity: setup.activity.clone(), all: setup.schedules.iter().cloned().collect() };
    let tables = tables::Tables::new(setup.template, setup.database.clone());
    let live =
        live::Sources { activity: setup.activity.clone(), builds: setup.builds.clone(), stop: setup.stop.clone() };
    let pages = [
        ("/_local", get(assets::redirect)),
        ("/_local/", get(assets::index)),
        ("/_local/{*file}", get(assets::file)),
        ("/_local/about", get(about::about).with_state(about::of(setup))),
        ("/_local/build", get(build::build).with_state(setup.builds.clone())),
        ("/_local/functions", get(functions::list).with_state(functions)),
        ("/_local/live", get(live::live).with_state(live)),
        ("/_local/requests", get(requests::list).with_state(requests.clone())),
        ("/_local/requests/{id}", get(requests::one).with_state(requests.clone())),
        ("/_local/requests/{id}/again", post(again::again).with_state(requests)),
        ("/_local/schedules", get(schedules::list).with_state(schedules.clone())),
        ("/_local/schedules/{id}/run", post(schedules::run).with_state(schedules)),
        ("/_local/tables", get(tables::list).with_state(tables.clone())),
        ("/_local/tables/{name}/items", get(tables::items).with_state(tables)),
    ];
    pages.map(|(path, handler)| Page { path: path.into(), handler, yields: false }).into()
}
