//! Clients: each step of the plan that asks becomes a request to a function, which may die in the middle.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use handlers::booking::{
    BookingId, Caller, IdempotencyKey, ListQuery, ResourceBookingsQuery, ResourceId, Status, UserId,
};
use tokio::time::{sleep, timeout};

use super::calls::call;
use super::functions::Deployed;
use super::history::Operation;
use super::model::{Answer, Request};
use super::plan::{Ask, Step};
use super::run::{Role, Run};
use super::told::CURSED;
use super::world::World;

/// Time limit of a function behind the API.
const LONGEST: Duration = Duration::from_secs(10);

/// Ids, versions and cursors that clients have read from answers.
#[derive(Debug, Default)]
pub struct Memory {
    pub made: BTreeMap<usize, BookingId>,
    /// Whether it is a hold that has lapsed, too.
    pub versions: BTreeMap<BookingId, (u64, bool)>,
    /// By resource.
    pub rules: BTreeMap<String, u64>,
    pub cursors: Vec<String>,
}

pub struct Clients {
    pub world: Arc<World>,
    pub deployed: Deployed,
    pub memory: Mutex<Memory>,
}

pub fn user(number: u8) -> UserId {
    UserId::parse(&format!("user-{number}")).unwrap()
}

pub fn resource(world: &World, number: u8) -> ResourceId {
    let cursed = world.curse.is_some() && number == 0;
    ResourceId::parse(&if cursed { CURSED.to_owned() } else { format!("room-{number}") }).unwrap()
}

impl Clients {
    /// Asks what the step says, follows a list through its pages, and repeats what stays unclear.
    pub async fn step(&self, step: &Step, ask: &Ask, bearer: Option<u8>) {
        let caller = match bearer {
            None => Caller::Unchecked,
            Some(number) => Caller::Bearer { subject: user(number).to_string(), admin: false },
        };
        let mut request = self.request(ask);
        let mut rng = fastrand::Rng::with_seed(step.seed);
        for round in 0..4 {
            let name = format!("{}.{round}", step.number);
            let run = Run::new(name, Role::Client, rng.u64(..), step.weather);
            let answer = Box::pin(self.ask(run, request.clone(), caller.clone())).await;
            if let (Answer::Created(booking, _), None) = (&answer, request.key()) {
                self.memory.lock().unwrap().made.insert(step.number, booking.booking_id);
            }
            let unclear = matches!(answer, Answer::Died | Answer::Throttled | Answer::Contended | Answer::Unavailable);
            match (&mut request, answer) {
                (
                    Request::List { query: ListQuery { cursor, .. }, .. }
                    | Request::Taking { query: ResourceBookingsQuery { cursor, .. }, .. },
                    Answer::Page(_, Some(next)),
                ) => {
                    self.memory.lock().unwrap().cursors.push(next.clone());
                    *cursor = Some(next);
                }
                _ if unclear && rng.bool() => sleep(Duration::from_millis(rng.u64(0..4000))).await,
                _ => return,
            }
        }
    }

    /// One request, with the answer that its client reads.
    pub async fn ask(&self, mut run: Run, request: Request, caller: Caller) -> Answer {
        let world = &self.world;
        run.lingers = !run.weather.is_calm() && run.draw(|rng| rng.u8(..8)) == 0;
        let deaths = if run.lingers { 50 } else { run.weather.deaths };
        let dies = run.draw(|rng| (rng.u8(..100) < deaths).then(|| rng.u64(0..400)));
        let (place, run) = {
            let mut history = world.history();
            let (place, asked) = (history.operations.len(), history.states.len() - 1);
            let expired = history.expired;
            run.operation = Some(place);
            let run = Arc::new(run);
            history.operations.push(Operation {
                request: request.clone(),
                caller: caller.clone(),
                run: Arc::clone(&run),
                asked,
                asked_at: world.now(),
                expired,
                commit: None,
                answer: None,
            });
            (place, run)
        };
        world.trace(|| format!("{} asks {request:?} as {caller:?}", run.name));
        let limit = dies.map_or(LONGEST, Duration::from_millis);
        let bookings = self.deployed.bookings();
        let work = Box::pin(Arc::clone(&run).within(call(&bookings, &request, &caller)));
        let answer = timeout(limit, work).await.unwrap_or(Answer::Died);
        world.trace(|| format!("{} is answered {answer:?}", run.name));
        if let Answer::Created(booking, _) | Answer::Booking(booking) = &answer {
            let known = (booking.version, booking.status == Status::Expired);
            self.memory.lock().unwrap().versions.insert(booking.booking_id, known);
        }
        if let Answer::Resource(resource) = &answer {
            self.memory.lock().unwrap().rules.insert(resource.resource_id.to_string(), resource.version);
        }
        let judged = world.history().answered(place, answer.clone(), world.clock.now());
        world.check(|| format!("{} {request:?}", run.name), judged);
        answer
    }
}

impl Request {
    fn key(&self) -> Option<&IdempotencyKey> {
        match self {
            Self::Create { key, .. } => key.as_ref(),
            _ => None,
        }
    }
}
