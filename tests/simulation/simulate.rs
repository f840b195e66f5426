//! One history: the plan's steps, then calm, then the questions whether all is as it should be.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::config::{Credentials, Region, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::auth::AuthSchemeId;
use handlers::events::{Bus, DeadLetters};
use handlers::lambda::aws::{NoUserAgent, defaults};
use handlers::lambda::trace::Subsegments;
use handlers::store::Bookings;
use tokio::task::JoinSet;

use super::aftermath::aftermath;
use super::clients::Clients;
use super::clock::MINUTE;
use super::counts::Counts;
use super::functions::{Deployed, Functions, expire};
use super::network::Network;
use super::plan::{Action, Plan};
use super::run::Inside;
use super::table::TABLE;
use super::timers::watermark;
use super::told::bad_record;
use super::world::World;

/// Result of a history.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    pub failure: Option<String>,
    pub trace: String,
    pub operations: usize,
    pub commits: usize,
    pub events: usize,
    pub requests: i64,
}

pub fn simulate(plan: &Plan, traced: bool) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let _counted = metrics::set_default_local_recorder(&Counts);
    let simulated = catch_unwind(AssertUnwindSafe(|| runtime.block_on(history(plan, traced))));
    simulated.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Outcome { failure: Some(format!("a panic: {}", text.unwrap_or_default())), ..Outcome::default() }
    })
}

fn functions(world: &Arc<World>, plan: &Plan) -> Functions {
    // The SDK keeps the tokens of its retries by service and region, for the whole process.
    static REGION: AtomicU64 = AtomicU64::new(0);
    let region = format!("simulated-{}", REGION.fetch_add(1, Ordering::Relaxed));
    let config = defaults()
        .into_builder()
        .region(Region::new(region))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "simulated",
            "simulated",
            None,
            None,
            "simulated",
        )))
        .http_client(Network(Arc::clone(world)))
        .endpoint_url("http://simulated.invalid")
        .build();
    // A signature takes as long as a request of SQLite, and nobody reads it.
    let client = aws_sdk_dynamodb::config::Builder::from(&config)
        .allow_no_auth()
        .auth_scheme_preference([AuthSchemeId::from("noAuth")])
        .interceptor(NoUserAgent)
        .interceptor(Subsegments::default())
        .build();
    let inside = Arc::new(Inside(Arc::clone(&world.clock)));
    let client = aws_sdk_dynamodb::Client::from_conf(client);
    let (store, fewest) = (Arc::clone(&inside), plan.swept_shards);
    Functions {
        world: Arc::clone(world),
        deployed: Deployed::new(plan.timer_shards, fewest, move |timer_shards| {
            Bookings::new(client.clone(), TABLE, timer_shards).sweeping_at_least(fewest).within(Arc::clone(&store) as _)
        }),
        bus: Bus::new(config.clone(), "bus").within(inside),
        dead_letters: DeadLetters::new(config, "dead-letters"),
        swept: Arc::default(),
    }
}

async fn history(plan: &Plan, traced: bool) -> Outcome {
    let world = World::new(plan, traced);
    // The SDK's jitter. Seeded after the table is opened, which draws a name for its template.
    fastrand::seed(plan.seed);
    let functions = functions(&world, plan);
    let clients = Arc::new(Clients {
        world: Arc::clone(&world),
        deployed: functions.deployed.clone(),
        memory: std::sync::Mutex::default(),
    });
    let mut others = JoinSet::new();
    others.spawn(functions.clone().schedule(plan.clone()));
    for shard in 0..plan.stream_shards {
        others.spawn(functions.clone().source(shard, plan.clone()));
    }
    let mut asked = JoinSet::new();
    for step in &plan.steps {
        world.clock.sleep_until(super::clock::EPOCH + step.at).await;
        if world.failed() {
            break;
        }
        act(&world, &functions, &clients, step, &mut asked);
    }
    drained(&world, &mut asked).await;
    if !world.failed() {
        aftermath(&world, &clients).await;
    }
    if let Some(Err(panic)) = others.try_join_next() {
        world.history().fail(format!("a function panics: {panic}"));
    }
    let mut history = world.history();
    let pauses = history.pauses.iter().find_map(|(kind, pauses)| pauses.check().err().map(|failure| (*kind, failure)));
    if let Some((kind, failure)) = pauses {
        history.fail(format!("{kind:?}: {failure}"));
    }
    Outcome {
        failure: history.failure.clone(),
        trace: world.traced(),
        operations: history.operations.len(),
        commits: history.commits,
        events: history.told.events,
        requests: world.requests.load(Ordering::Relaxed),
    }
}

fn act(
    world: &Arc<World>,
    functions: &Functions,
    clients: &Arc<Clients>,
    step: &super::plan::Step,
    asked: &mut JoinSet<()>,
) {
    let now = world.now();
    if !matches!(step.action, Action::Ask { .. }) {
        world.trace(|| format!("{} {:?}", step.number, step.action));
    }
    match &step.action {
        Action::Ask { .. } => {
            let (clients, step) = (Arc::clone(clients), step.clone());
            asked.spawn(async move {
                if let Action::Ask { ask, bearer } = &step.action {
                    clients.step(&step, ask, *bearer).await;
                }
            });
        }
        Action::Ttl { behind } => expire(world, *behind),
        // The first sweep of a stage looks an hour back: it comes within that.
        Action::SweeperAway { .. } if watermark(&world.table).is_none() => {}
        Action::SweeperAway { lasts } => {
            functions.catch_up();
            world.sweeper_away.store(now + lasts, Ordering::Relaxed);
        }
        Action::BusDown { lasts, queue } => {
            world.bus_down.store(now + lasts, Ordering::Relaxed);
            // Not for all of the two hours in which a record can be parked, whatever came before: it would be lost.
            let queue_lasts = (*lasts).min(30 * MINUTE);
            world.queue_down.store(if *queue { now + queue_lasts } else { 0 }, Ordering::Relaxed);
        }
        Action::StreamHeld { lasts } => world.stream_held.store(now + lasts, Ordering::Relaxed),
        Action::SweepTwice => {
            functions.catch_up();
            for twin in 0..2 {
                let (this, step) = (functions.clone(), step.clone());
                let name = format!("sweep {}.{twin}", step.number);
                let seed = step.seed.wrapping_add(twin);
                asked.spawn(async move {
                    this.sweep(name, seed, step.weather).await;
                });
            }
        }
        Action::Deploy { timer_shards } => functions.deployed.deploy(*timer_shards),
        Action::BadRecord(kind) => {
            let record = bad_record(*kind, step.number, now);
            world.history().told.bad.insert(record.to_string(), false);
            world.hand_on("BOOKING#1", record);
        }
    }
}

async fn drained(world: &World, asked: &mut JoinSet<()>) {
    while let Some(done) = asked.join_next().await {
        if let Err(panic) = done {
            world.history().fail(format!("a function panics: {panic}"));
        }
    }
}
