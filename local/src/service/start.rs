//! Starts a service.

use tokio::task::JoinSet;

use super::context::Context;
use super::parts::Parts;
use super::ports::Ports;
use super::{Service, callers, parts};
use crate::base::error::StartError;
use crate::base::options::{Data, Options};
use crate::project::binaries;
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
        let context = Context::open(options, opened.addresses)?;
        // Checks come before the build, which takes longest.
        let build = Build::find(&context.options, &context.template).await?;
        let database = parts::open_database(&context).await?;
        let executables = build.run(&context.options, &context.template).await?;
        let binaries = binaries::pair(&context.template.functions, executables)?;
        let parts = Parts::new(&context, database, &binaries)?;
        let endpoints = context.announce()?;

        for notice in &context.template.notices {
            context.logger.say("local", notice);
        }
        parts.serve_aws(&context, opened.aws);
        parts.serve_database(&context, opened.dynamodb);
        callers::follow_streams(&context, &parts).await;
        callers::follow_schedules(&context, &parts);
        let pages = parts.pages(&context, &binaries);
        let mut frontends = JoinSet::new();
        frontends.spawn(parts.gateway(&context).serve(pages, opened.api, context.intake.clone()));
        frontends.spawn(parts.lambda(&context).serve(opened.lambda));
        context.tasks.close();
        let Parts { bus, functions, .. } = parts;
        Ok(Self { bus, functions, binaries, frontends, endpoints, context })
    }
}

fn refuse_contradictions(options: &Options) -> Result<(), StartError> {
    if options.clock.is_some() && (options.data != Data::Memory || options.dynamodb_endpoint.is_some()) {
        let reason = "a clock of one's own goes with the database in memory only";
        return Err(StartError::Options(reason.to_owned()));
    }
    Ok(())
}
