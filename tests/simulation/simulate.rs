//! One history: the plan's steps, then calm, then the questions whether all is as it should be.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::config::{Credentials, Region, SharedCredentialsProvider};
use handlers::booking::{Booking, Caller, NewBooking, Span, Status};
use handlers::events::{Bus, DeadLetters};
use handlers::lambda::aws::{NoUserAgent, defaults};
use handlers::lambda::trace::Subsegments;
use handlers::store::Bookings;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::clients::{Clients, resource, user};
use super::clock::{HOUR, MINUTE, timestamp};
use super::functions::{Functions, expire};
use super::model::{Answer, Request, holders, standing};
use super::network::Network;
use super::plan::{Action, Plan, Weather};
use super::run::{Inside, Role, Run};
use super::table::TABLE;
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
    let client = aws_sdk_dynamodb::config::Builder::from(&config)
        .interceptor(NoUserAgent)
        .interceptor(Subsegments::default())
        .build();
    let inside = Arc::new(Inside(Arc::clone(&world.clock)));
    let client = aws_sdk_dynamodb::Client::from_conf(client);
    Functions {
        world: Arc::clone(world),
        bookings: Bookings::new(client, TABLE, plan.timer_shards)
            .sweeping_at_least(plan.swept_shards)
            .within(Arc::clone(&inside) as _),
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
        bookings: functions.bookings.clone(),
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
    let history = world.history();
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
        Action::SweeperAway { lasts } => {
            functions.catch_up();
            world.sweeper_away.store(now + lasts, Ordering::Relaxed);
        }
        Action::BusDown { lasts } => world.bus_down.store(now + lasts, Ordering::Relaxed),
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
        Action::BadRecord => {
            let sequence = format!("bad-{}", step.number);
            world.history().told.bad.insert(sequence.clone(), false);
            let record = serde_json::json!({
                "eventName": "INSERT",
                "dynamodb": {
                    "Keys": { "pk": { "S": "BOOKING#1" }, "sk": { "S": "BOOKING" } },
                    "NewImage": { "pk": { "S": "BOOKING#1" } }, "SequenceNumber": sequence,
                },
            });
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

/// Without faults: everything comes to rest, and nothing is in the way.
async fn aftermath(world: &Arc<World>, clients: &Arc<Clients>) {
    // Until the last request that is held back has arrived.
    sleep(Duration::from_secs(160)).await;
    world.trace(|| "calm".to_owned());
    world.calm.store(true, Ordering::Relaxed);
    world.bus_down.store(0, Ordering::Relaxed);
    world.stream_held.store(0, Ordering::Relaxed);
    world.sweeper_away.store(0, Ordering::Relaxed);
    rest(world).await;
    let (bookings, slots) = (active(world), free(world));
    let calm = |name: String, seed: u64| Run::new(name, Role::Client, seed, Weather::default());
    for (number, (request, expected)) in slots.into_iter().enumerate() {
        let answer = clients.ask(calm(format!("free {number}"), number as u64), request, Caller::Unchecked).await;
        if matches!(answer, Answer::Created(..)) != expected {
            world.history().fail(format!("a free time cannot be booked: {answer:?}"));
        }
    }
    for (number, booking) in bookings.iter().enumerate() {
        let request = Request::Cancel { id: booking.booking_id, if_match: None };
        let answer = clients.ask(calm(format!("end {number}"), number as u64), request, Caller::Unchecked).await;
        if !matches!(answer, Answer::Booking(_)) {
            world.history().fail(format!("a booking cannot be cancelled: {answer:?}"));
        }
    }
    rest(world).await;
}

/// Waits until the sweeper and the publisher have done their work, then compares everything.
async fn rest(world: &World) {
    sleep(Duration::from_mins(5)).await;
    expire(world, 0);
    for _ in 0..1000 {
        sleep(Duration::from_secs(5)).await;
        if world.shards.iter().all(|shard| shard.records.lock().unwrap().is_empty()) {
            break;
        }
    }
    let now = world.now();
    let compared = world.history().compare(&world.table.all_items(), now);
    world.check(|| "at rest".to_owned(), compared);
    let untold = world.history().untold();
    world.check(|| "at rest".to_owned(), untold.map_or(Ok(()), Err));
    let due = world
        .history()
        .timers
        .iter()
        .find(|(_, timer)| timer.fired.is_none() && timer.due * 1000 < now - 3 * MINUTE)
        .map(|(id, _)| format!("the timer of {id} does not fire"));
    world.check(|| "at rest".to_owned(), due.map_or(Ok(()), Err));
}

fn active(world: &World) -> Vec<Booking> {
    let history = world.history();
    let bookings = standing(history.state()).map(|stands| stands.booking.clone());
    bookings.filter(|booking| booking.status == Status::Active).take(8).collect()
}

/// Requests for hours to come, and whether they are free.
fn free(world: &World) -> Vec<(Request, bool)> {
    let history = world.history();
    let begin = world.now() / HOUR * HOUR + HOUR;
    let hours = (0..6_u8).map(|number| {
        let (start, end) = (begin + HOUR * i64::from(number / 2), begin + HOUR * i64::from(number / 2) + HOUR);
        let resource_id = resource(world, number % 2);
        let span = Span::new(timestamp(start), timestamp(end)).unwrap();
        let expected = holders(history.state(), &resource_id, span, None).next().is_none();
        let new = NewBooking {
            user_id: user(9),
            resource_id,
            start_time: timestamp(start),
            end_time: timestamp(end),
            reminder_lead_seconds: Some(900),
        };
        (Request::Create { new, key: None }, expected)
    });
    hours.collect()
}
