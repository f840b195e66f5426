//! Starts a service.

use std::time::SystemTime;

use tokio::task::JoinSet;

use super::Service;
use super::context::Context;
use super::keep::Keep;
use super::parts::{self, Parts};
use super::ports::Ports;
use super::running::Running;
use super::version::Version;
use super::watch::Watch;
use crate::base::error::StartError;
use crate::base::options::{Binaries, Data, Options};
use crate::project::build::Build;

impl Service {
    /// Reads the template, builds the functions, and starts all parts.
    ///
    /// # Errors
    ///
    /// One sentence about the cause. Nothing keeps running then.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        refuse_contradictions(&options)?;
        let opened = Ports::open(&options)?;
        let began = SystemTime::now();
        let (context, template) = Context::open(options, opened.addresses)?;
        // Checks come before the build, which takes longest.
        let build = Build::find(&context.options, &template).await?;
        let database = parts::open_database(&context, &template).await?;
        let watches = context.options.watch;
        let mut watch = watches.then(|| Watch::begin(&context, build.sources().cloned(), began)).flatten();
        let mut keep = (watches && matches!(context.options.binaries, Binaries::Cargo { .. })).then(Keep::default);
        let began = SystemTime::now();
        let output = build.run(&context.options, &template).await?;
        if let Some(watch) = &mut watch {
            watch.built(&context, &output, began);
        }
        let version = Version::of(template, output, keep.as_mut())?;
        let parts = Parts::new(&context, database);
        let endpoints = context.announce()?;

        if let Some(keep) = &mut keep {
            keep.serves(version.executables());
        }
        let running = Running::begin(context, parts, version).await?;
        let Running { context, parts, api, lambda, .. } = &*running;
        parts.serve_aws(context, opened.aws);
        parts.serve_database(context, opened.dynamodb);
        let mut frontends = JoinSet::new();
        frontends.spawn(api.clone().serve(opened.api, context.intake.clone()));
        frontends.spawn(lambda.clone().serve(opened.lambda, context.intake.clone()));
        if let Some(watch) = watch {
            context.tasks.spawn(watch.run(running.clone(), keep));
        }
        context.tasks.close();
        Ok(Self { frontends, endpoints, running })
    }
}

fn refuse_contradictions(options: &Options) -> Result<(), StartError> {
    if options.clock.is_some() && (options.data != Data::Memory || options.dynamodb_endpoint.is_some()) {
        let reason = "a clock of one's own goes with the database in memory only";
        return Err(StartError::Options(reason.to_owned()));
    }
    Ok(())
}
