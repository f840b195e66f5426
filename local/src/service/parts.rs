//! The parts of a start: ports, the database with its tables, the binaries, and what calls functions besides requests.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    aws::{
        database::{self, Database, Remote},
        queue::Queues,
        runtime::Functions,
        schedule::Scheduled,
        stream::Mapping,
    },
    base::{
        error::StartError,
        listen::Listeners,
        log::Logger,
        options::{Binaries, Log, Options},
    },
    project::{binaries, cargo, template::Template},
    service::data::Store,
};

/// The database, with its tables made.
pub(super) struct Backing {
    pub(super) database: Database,
    pub(super) dynamodb_url: String,
    /// Where the engine in this process is to be served.
    pub(super) listeners: Option<Listeners>,
}

impl Backing {
    pub(super) async fn start(options: &Options, template: &Template, store: &Store) -> Result<Self, StartError> {
        let started = if let Some(endpoint) = &options.dynamodb_endpoint {
            let remote = Remote::new(endpoint, &template.region)
                .map_err(|reason| StartError::Options(format!("--dynamodb-endpoint {endpoint} {reason}")))?;
            Self { database: Database::Remote(Box::new(remote)), dynamodb_url: endpoint.clone(), listeners: None }
        } else {
            let listeners = Listeners::open("the database", "--dynamodb-port", options.host, options.dynamodb_port)?;
            let database = Database::Embedded(store.database(options.clock.clone())?);
            Self { database, dynamodb_url: listeners.url(), listeners: Some(listeners) }
        };
        database::prepare(&started.database, &template.tables).await?;
        Ok(started)
    }
}

/// What has to be built, if anything.
pub(crate) enum Building {
    Nothing,
    Package(cargo::Package),
}

impl Building {
    /// Looks for the package, and whether it has a binary for every function and none too many.
    pub(crate) async fn of(options: &Options, template: &Template) -> Result<Self, StartError> {
        match &options.binaries {
            Binaries::Built(_) => Ok(Self::Nothing),
            Binaries::Cargo { .. } => {
                let package = cargo::find(directory(template), &template.functions).await?;
                binaries::check(&template.functions, &package.binaries)?;
                Ok(Self::Package(package))
            }
        }
    }

    pub(crate) async fn build(
        &self,
        options: &Options,
        template: &Template,
    ) -> Result<BTreeMap<String, PathBuf>, StartError> {
        match (self, &options.binaries) {
            (Self::Package(package), Binaries::Cargo { release }) => {
                let progress = matches!(options.log, Log::Terminal { .. });
                cargo::build(directory(template), package, *release, progress).await
            }
            (_, Binaries::Built(executables)) => Ok(executables.clone()),
            (Self::Nothing, Binaries::Cargo { .. }) => Ok(BTreeMap::new()),
        }
    }
}

fn directory(template: &Template) -> &Path {
    template.path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// What calls functions besides requests.
pub(super) struct Callers<'a> {
    pub(super) options: &'a Options,
    pub(super) template: &'a Template,
    pub(super) functions: &'a Functions,
    pub(super) queues: &'a Queues,
    pub(super) stop: &'a CancellationToken,
    pub(super) tasks: &'a TaskTracker,
}

impl Callers<'_> {
    /// Starts the event source mappings, each settled where it begins before anybody can write.
    pub(super) async fn follow_streams(&self, database: &Database, store: &Store, logger: &Logger) {
        for function in &self.template.functions {
            for settings in &function.streams {
                let mapping = Mapping {
                    function: function.key.clone(),
                    function_name: function.name.clone(),
                    settings: settings.clone(),
                    region: self.template.region.clone(),
                    database: database.clone(),
                    functions: self.functions.clone(),
                    queues: self.queues.clone(),
                    positions: store.positions.clone(),
                    clock: self.options.clock.clone(),
                    logger: logger.clone(),
                    stop: self.stop.clone(),
                };
                mapping.begin().await;
                self.tasks.spawn(mapping.run());
            }
        }
    }

    pub(super) fn follow_schedules(&self) {
        for function in &self.template.functions {
            for (index, schedule) in function.schedules.iter().enumerate() {
                let scheduled = Scheduled {
                    function: function.key.clone(),
                    schedule: schedule.clone(),
                    rule: format!("{}-rule-{}", function.name, index + 1),
                    region: self.template.region.clone(),
                    every: self.options.schedule_every,
                    clock: self.options.clock.clone(),
                    functions: self.functions.clone(),
                    stop: self.stop.clone(),
                };
                self.tasks.spawn(scheduled.run());
            }
        }
    }
}
