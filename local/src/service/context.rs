//! Settings and state that stay while the service runs.

use std::path::Path;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::authorizers::refuse_unguarded;
use super::endpoints::Endpoints;
use super::ports::Addresses;
use super::store::Store;
use crate::activity::Activity;
use crate::aws::issuer::{self, Issuer};
use crate::aws::xray::{self, Daemon};
use crate::base::builds::Builds;
use crate::base::error::StartError;
use crate::base::log::Logger;
use crate::base::options::Options;
use crate::project::template::{Files, Given, Template};

pub(crate) struct Context {
    pub options: Options,
    pub addresses: Addresses,
    pub logger: Logger,
    pub activity: Activity,
    pub builds: Builds,
    /// The files that the template is made of.
    pub files: Files,
    /// The address of the X-Ray daemon. `None` where functions report to another one.
    pub xray: Option<String>,
    pub issuer: Option<Arc<Issuer>>,
    /// Stops requests, streams, schedules and long polling.
    pub intake: CancellationToken,
    /// Stops the services that functions use while they finish.
    pub backing: CancellationToken,
    pub tasks: TaskTracker,
    pub store: Store,
}

impl Context {
    /// Reads the template, opens the data, and makes all checks that need no build.
    pub(super) fn open(options: Options, addresses: Addresses) -> Result<(Self, Template), StartError> {
        let files = Files::default();
        let template = read(&options, &addresses, &files)?;
        let store = Store::open(&options.data)?;
        let issuer = issuer_url(&options, &addresses);
        let issuer = issuer.map(|url| Issuer::open(url, store.directory()).map(Arc::new)).transpose()?;
        let logger = Logger::new(options.log, template.functions.iter().map(|function| function.key.as_str()));
        let (intake, backing, tasks) = (CancellationToken::new(), CancellationToken::new(), TaskTracker::new());
        let (activity, builds) = (Activity::new(), Builds::new());
        tasks.spawn(activity.clone().run(intake.clone()));
        let daemon = (!options.environment.contains_key(xray::ADDRESS)).then(|| Daemon::open().ok()).flatten();
        let xray = daemon.as_ref().map(Daemon::address);
        if let Some(daemon) = daemon {
            tasks.spawn(daemon.run(Arc::new(activity.clone()), backing.clone()));
        }
        let context =
            Self { options, addresses, logger, activity, builds, files, xray, issuer, intake, backing, tasks, store };
        Ok((context, template))
    }

    /// Reads the template as it is now, and checks it.
    pub(super) fn template(&self) -> Result<Template, StartError> {
        read(&self.options, &self.addresses, &self.files)
    }

    /// Writes the endpoints file, if one is asked for: now, or when no other service has it.
    pub(super) fn announce(&self) -> Result<Option<Endpoints>, StartError> {
        let Some(path) = self.options.endpoints.as_deref() else { return Ok(None) };
        let Addresses { api, dynamodb, eventbridge, sqs, lambda, .. } = &self.addresses;
        let parts =
            [("api", api), ("dynamodb", dynamodb), ("eventbridge", eventbridge), ("sqs", sqs), ("lambda", lambda)];
        let parts = parts.map(|(name, url)| (name, url.as_str()));
        let endpoints = Endpoints::write(path, &parts, self.store.owns(path.parent().map(Path::new)))?;
        if !endpoints.is_written() {
            self.logger.say(
                "local",
                "another `cargo local` runs in this folder; `serverless invoke local` works beside that one",
            );
        }
        Ok(Some(endpoints))
    }
}

/// A service that does not start leaves no task behind.
impl Drop for Context {
    fn drop(&mut self) {
        self.intake.cancel();
        self.backing.cancel();
    }
}

fn read(options: &Options, addresses: &Addresses, files: &Files) -> Result<Template, StartError> {
    let issuer = issuer_url(options, addresses);
    let (stage, params, sqs) = (options.stage.clone(), options.params.clone(), Some(addresses.sqs.clone()));
    let given = Given { stage, params, issuer: issuer.clone(), sqs, files: files.clone() };
    let template = Template::load(&options.template, given)?;
    refuse_unguarded(&template, issuer.as_deref())?;
    Ok(template)
}

fn issuer_url(options: &Options, addresses: &Addresses) -> Option<String> {
    options.auth.then(|| format!("{}{}", addresses.api, issuer::PATH))
}
