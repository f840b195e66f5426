//! Creates and serves the parts of a service.

use std::path::Path;
use std::sync::Arc;

use axum::Router;

use super::context::Context;
use super::ports::Addresses;
use super::version::Version;
use super::{docs, schedules};
use crate::aws::bus::{self, Bus};
use crate::aws::database::{self, Database, Remote};
use crate::aws::gateway::Gateway;
use crate::aws::interface::json::{self, JsonService};
use crate::aws::interface::observe::Observer;
use crate::aws::interface::page::Page;
use crate::aws::issuer::{self, Issuer};
use crate::aws::lambda::{Asynchronous, Lambda};
use crate::aws::queue::{self, Queues};
use crate::aws::runtime::{Functions, Scale, Surroundings};
use crate::base::error::StartError;
use crate::base::listen::Listeners;
use crate::pages;
use crate::project::openapi::Api;
use crate::project::template::Template;

/// The functions, and the services that they call.
pub(super) struct Parts {
    pub database: Database,
    /// The URL by which functions call it.
    dynamodb: String,
    pub queues: Queues,
    pub bus: Bus,
    pub functions: Functions,
    asynchronous: Asynchronous,
}

/// Opens the database and makes its tables.
pub(super) async fn open_database(context: &Context, template: &Template) -> Result<Database, StartError> {
    let Context { options, store, .. } = context;
    let database = match &options.dynamodb_endpoint {
        Some(endpoint) => {
            let remote = Remote::new(endpoint, &template.region)
                .map_err(|reason| StartError::Options(format!("--dynamodb-endpoint {endpoint} {reason}")))?;
            Database::Remote(Arc::new(remote))
        }
        None => Database::Embedded(store.database(options.clock.clone())?),
    };
    database::prepare(&database, &template.tables).await?;
    Ok(database)
}

impl Parts {
    /// The parts, without functions, queues and buses as long as no version has them.
    pub(super) fn new(context: &Context, database: Database) -> Self {
        let Context { options, addresses, logger, store, intake, .. } = context;
        let directory = store.directory().map(Path::to_owned);
        let observer: Arc<dyn Observer> = Arc::new(context.activity.clone());
        let (url, stop) = (addresses.sqs.clone(), intake.clone());
        let queues = Queues::new(directory, url, logger.clone(), observer.clone(), stop);
        let scale = Scale { max_processes: options.max_processes, idle_after: options.idle_after };
        // Functions call another server through a front, too, so that its records are joined to their requests.
        let dynamodb = match database::front_of_remote(&database, observer.clone()) {
            Some((front, listener, url)) => {
                context.tasks.spawn(front.serve(listener, context.backing.clone()));
                url
            }
            None => addresses.dynamodb.clone(),
        };
        let functions = Functions::new(scale, logger.clone(), observer.clone());
        let (tasks, stop) = (context.tasks.clone(), intake.clone());
        let asynchronous =
            Asynchronous::new(Arc::new(functions.clone()), Arc::new(queues.clone()), logger.clone(), tasks, stop);
        let bus = Bus::new(Arc::new(queues.clone()), Arc::new(asynchronous.clone()), logger.clone(), observer);
        Self { database, dynamodb, queues, bus, functions, asynchronous }
    }

    /// Has the tables, queues, buses and functions of the version. The result is the keys of the functions that differ.
    ///
    /// After an error all but new tables is as it was.
    pub(super) async fn replace(&self, context: &Context, version: &Version) -> Result<Vec<String>, StartError> {
        let Context { options, addresses, logger, issuer, .. } = context;
        let Version { template, binaries } = version;
        self.check_region(&template.region)?;
        database::prepare(&self.database, &template.tables).await?;
        self.queues.replace(&template.queues, &template.region)?;
        self.asynchronous.replace(template);
        self.bus.replace(template);
        logger.replace(template.functions.iter().map(|function| function.key.as_str()));
        if let Some(issuer) = issuer {
            issuer.replace(template);
        }
        let Addresses { eventbridge, sqs, lambda, .. } = addresses.clone();
        let dynamodb = self.dynamodb.clone();
        let (region, extra) = (template.region.clone(), options.environment.clone());
        let surroundings =
            Surroundings { region, dynamodb, eventbridge, sqs, lambda, xray: context.xray.clone(), extra };
        Ok(self.functions.replace(binaries, &surroundings))
    }

    /// Checks that the tables of another server are still the service's.
    fn check_region(&self, region: &str) -> Result<(), StartError> {
        match &self.database {
            Database::Remote(remote) if remote.region() != region => Err(StartError::Database(format!(
                "provider.region: {region} has other tables on the server of --dynamodb-endpoint than {}; start `cargo local` \
                 again to use them",
                remote.region()
            ))),
            _ => Ok(()),
        }
    }

    /// Serves EventBridge and SQS.
    pub(super) fn serve_aws(&self, context: &Context, listeners: Listeners) {
        let services: [Arc<dyn JsonService>; 2] = [Arc::new(self.bus.clone()), Arc::new(self.queues.clone())];
        let observer = Arc::new(context.activity.clone());
        serve(context, listeners, &json::router(services, observer));
    }

    /// Serves the database that runs in this process, and expires its items.
    pub(super) fn serve_database(&self, context: &Context, listeners: Option<Listeners>) {
        let (Database::Embedded(engine), Some(listeners)) = (&self.database, listeners) else { return };
        let Context { options, logger, backing, tasks, .. } = context;
        match database::front(&self.database, Arc::new(context.activity.clone())) {
            Some((front, behind)) => {
                for socket in listeners.into_sockets() {
                    tasks.spawn(front.clone().serve(socket, backing.clone()));
                }
                tasks.spawn(engine.clone().serve(behind, backing.clone()));
            }
            None => logger.say("database", "ERROR DynamoDB is not served: the system has no free port for it"),
        }
        if let Some(every) = options.ttl_every {
            tasks.spawn(engine.clone().expire(every, logger.clone(), backing.clone()));
        }
    }

    pub(super) fn lambda(&self, context: &Context, version: &Version) -> Lambda {
        let (functions, later) = (Arc::new(self.functions.clone()), Arc::new(self.asynchronous.clone()));
        Lambda::new(&version.template, functions, later, context.options.host)
    }

    pub(super) fn gateway(&self, context: &Context, version: &Version) -> Gateway {
        let Context { addresses, logger, issuer, .. } = context;
        let keys = issuer.as_deref().map(|issuer| Issuer::keys(issuer).clone());
        let functions = Arc::new(self.functions.version());
        let observer = Arc::new(context.activity.clone());
        Gateway::new(&version.template, functions, keys, logger.clone(), observer, addresses.port)
    }

    /// The pages beside the service's routes.
    pub(super) fn pages(&self, context: &Context, version: &Version) -> Vec<Page> {
        let issuer = issuer::pages(context.issuer.clone(), context.options.host);
        let docs = docs::pages(Api::new(&version.template, &version.binaries));
        let lists = queue::pages(&self.queues).into_iter().chain([bus::page(self.bus.clone())]);
        let local = pages::pages(&pages::Setup {
            activity: context.activity.clone(),
            builds: context.builds.clone(),
            template: &version.template,
            binaries: &version.binaries,
            api: context.addresses.api.clone(),
            auth: context.options.auth,
            schedules: schedules::of(context, &self.functions, &version.template),
            database: Arc::new(self.database.clone()),
            stop: context.intake.clone(),
        });
        let mounted = pages::mounted(&version.template.pages);
        let local = local.into_iter().chain(lists).chain(issuer).chain(mounted).map(pages::guarded);
        local.chain(docs).collect()
    }
}

/// Serves a router until the services that functions use are stopped.
fn serve(context: &Context, listeners: Listeners, router: &Router) {
    for socket in listeners.into_sockets() {
        let (router, stop) = (router.clone(), context.backing.clone());
        context.tasks.spawn(async move {
            let _ = axum::serve(socket, router).with_graceful_shutdown(stop.cancelled_owned()).await;
        });
    }
}
