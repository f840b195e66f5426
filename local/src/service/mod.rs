//! A whole service, started and stopped: what the command runs, and what tests run on free ports.

mod data;
mod endpoints;
mod invoke;
mod parts;
mod tokens;

use std::{fmt, path::Path, sync::Arc, time::Duration};

use tokio::{task::JoinHandle, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub(crate) use self::parts::Building;
use self::parts::{Backing, Callers};
use crate::{
    aws::{
        self,
        bus::{Bus, Event},
        database::Database,
        gateway::Gateway,
        issuer::{self, Issuer},
        queue::Queues,
        runtime::{Functions, Scale, Surroundings},
    },
    base::{
        error::StartError,
        listen::Listeners,
        log::Logger,
        options::{Data, Options},
    },
    cli::{
        hints::Hints,
        screen::{Addresses, Screen},
        token_options,
    },
    project::{
        binaries,
        openapi::Api,
        template::{Given, Template},
    },
    service::{data::Store, endpoints::Endpoints},
};

/// How long requests that have begun may take when the service is stopped.
const GRACE: Duration = Duration::from_secs(2);

/// A running service. Dropping it stops everything without waiting; [`Service::stop`] waits.
pub struct Service {
    url: String,
    dynamodb_url: String,
    /// EventBridge's and SQS's.
    aws_url: String,
    screen: Screen,
    bus: Bus,
    functions: Functions,
    logger: Logger,
    /// Ends what brings work in.
    intake: CancellationToken,
    /// Ends what functions may still need.
    backing: CancellationToken,
    gateway: JoinHandle<()>,
    tasks: TaskTracker,
    issuer: Option<Arc<Issuer>>,
    /// Stands before `store`, to be gone before the data may be another's.
    endpoints: Option<Endpoints>,
    store: Store,
}

impl Service {
    /// Reads the template, builds what is to be built, and starts all of it.
    ///
    /// # Errors
    ///
    /// One sentence for whatever stands in the way; nothing keeps running then.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        refuse_contradictions(&options)?;
        // What can fail at once fails before anything is built. The port is part of the issuer's name.
        // One that runs in the same folder has the same port, and another port alone would not do.
        let gateway_listeners = Listeners::open("the API", "--port", options.host, options.port)
            .map_err(|error| Store::refusal(&options.data).unwrap_or(error))?;
        let url = gateway_listeners.url();
        let issuer = options.auth.then(|| format!("{url}{}", issuer::PATH));
        // So is this one of the queues' URLs.
        let aws_listeners = Listeners::open("the AWS endpoint", "--port", options.host, 0)?;
        let aws_url = aws_listeners.url();
        let (stage, params, sqs) = (options.stage.clone(), options.params.clone(), Some(aws_url.clone()));
        let template = Template::load(&options.template, Given { stage, params, issuer: issuer.clone(), sqs })?;
        issuer::refuse_unguarded(&template, issuer.as_deref())?;
        let store = Store::open(&options.data)?;
        let issuer = issuer.map(|url| Issuer::open(url, store.directory(), &template).map(Arc::new)).transpose()?;
        let building = Building::of(&options, &template).await?;
        let started = Backing::start(&options, &template, &store).await?;
        let executables = building.build(&options, &template).await?;
        let pairs = binaries::pair(&template.functions, executables)?;

        let logger = Logger::new(options.log, template.functions.iter().map(|function| function.key.as_str()));
        let (intake, backing, tasks) = (CancellationToken::new(), CancellationToken::new(), TaskTracker::new());
        let place = (aws_url.as_str(), template.region.as_str());
        let queues = Queues::open(&template.queues, store.directory(), place, logger.clone(), intake.clone())?;
        let bus = Bus::new(&template, queues.clone(), logger.clone());
        let parts = [("api", &*url), ("dynamodb", &started.dynamodb_url), ("eventbridge", &aws_url), ("sqs", &aws_url)];
        let announce = |path: &Path| Endpoints::write(path, &parts, store.owns(path.parent()));
        let endpoints = options.endpoints.as_deref().map(announce).transpose()?;
        if endpoints.as_ref().is_some_and(Option::is_none) {
            logger.say(
                "local",
                "another `cargo local` runs in this folder; `serverless invoke local` works beside that one",
            );
        }
        for socket in aws_listeners.into_sockets() {
            let (router, stop) = (aws::router(bus.clone(), queues.clone()), backing.clone());
            tasks.spawn(async move {
                let _ = axum::serve(socket, router).with_graceful_shutdown(stop.cancelled_owned()).await;
            });
        }
        let Backing { database, dynamodb_url, listeners } = started;
        if let (Database::Embedded(engine), Some(listeners)) = (&database, listeners) {
            for socket in listeners.into_sockets() {
                tasks.spawn(engine.clone().serve(socket, backing.clone()));
            }
            if let Some(every) = options.ttl_every {
                tasks.spawn(engine.clone().expire(every, logger.clone(), backing.clone()));
            }
        }

        let surroundings = Surroundings {
            region: template.region.clone(),
            dynamodb: dynamodb_url.clone(),
            eventbridge: aws_url.clone(),
            sqs: aws_url.clone(),
            extra: options.environment.clone(),
        };
        let scale = Scale { max_processes: options.max_processes, idle_after: options.idle_after };
        let api = Api::new(&template, &pairs);
        let hints = Hints::new(&pairs, &url, token_options(options.host, gateway_listeners.port()));
        let functions = Functions::new(pairs, &surroundings, scale, &logger);
        for notice in &template.notices {
            logger.say("local", notice);
        }
        let callers = Callers {
            options: &options,
            template: &template,
            functions: &functions,
            queues: &queues,
            stop: &intake,
            tasks: &tasks,
        };
        callers.follow_streams(&database, &store, &logger).await;
        callers.follow_schedules();
        let place = (options.host, gateway_listeners.port());
        let (kept, log) = ((bus.clone(), queues.clone()), logger.clone());
        let gateway = Gateway::new(&template, api, functions.clone(), kept, log, place, issuer.clone());
        let gateway = tokio::spawn(gateway.serve(gateway_listeners, intake.clone()));
        let addresses = Addresses { api: &url, dynamodb: &dynamodb_url, sqs: &aws_url };
        let screen = Screen::new(&template, &addresses, &options, hints);
        tasks.close();
        Ok(Self {
            url,
            dynamodb_url,
            aws_url,
            screen,
            bus,
            functions,
            logger,
            intake,
            backing,
            gateway,
            tasks,
            issuer,
            endpoints: endpoints.flatten(),
            store,
        })
    }

    /// The HTTP API: `http://127.0.0.1:3000`.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// The database, for any AWS SDK: `http://127.0.0.1:8000`.
    #[must_use]
    pub fn dynamodb_url(&self) -> String {
        self.dynamodb_url.clone()
    }

    /// The event bus, as the functions find it in `AWS_ENDPOINT_URL_EVENTBRIDGE`.
    #[must_use]
    pub fn eventbridge_url(&self) -> String {
        self.aws_url.clone()
    }

    /// SQS, as the functions find it in `AWS_ENDPOINT_URL_SQS`, and for any AWS SDK: a queue's URL is one of its.
    #[must_use]
    pub fn sqs_url(&self) -> String {
        self.aws_url.clone()
    }

    /// The last thousand events that reached the bus, in the order they came.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.bus.events().into()
    }

    /// Every line so far, each with its source in front, when the log is [`Log::Captured`](crate::Log::Captured).
    #[must_use]
    pub fn log_lines(&self) -> Vec<String> {
        self.logger.captured()
    }

    /// Ends the processes a function has now, in the middle of whatever they are at: a crash, at a time of the test's
    /// choosing.
    pub fn kill(&self, function: &str) {
        self.functions.kill(function);
    }

    /// What the command shows at the start: what is where, what calls what, and requests to try.
    pub async fn screen(&self) -> String {
        self.screen.text().await
    }

    /// Lets requests that have begun finish for a moment, stops every process, and waits for all of it. What was
    /// committed stays; a batch that a function had not dealt with is delivered again at the next start.
    pub async fn stop(mut self) {
        self.endpoints = None;
        self.intake.cancel();
        let _ = timeout(GRACE, &mut self.gateway).await;
        self.functions.stop().await;
        self.backing.cancel();
        let _ = timeout(GRACE, self.tasks.wait()).await;
        let _ = &self.store;
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("url", &self.url)
            .field("dynamodb_url", &self.dynamodb_url)
            .finish_non_exhaustive()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.intake.cancel();
        self.backing.cancel();
        self.functions.abandon();
        self.gateway.abort();
    }
}

fn refuse_contradictions(options: &Options) -> Result<(), StartError> {
    if options.clock.is_some() && (options.data != Data::Memory || options.dynamodb_endpoint.is_some()) {
        let reason = "a clock of one's own goes with the database in memory only";
        return Err(StartError::Options(reason.to_owned()));
    }
    Ok(())
}
