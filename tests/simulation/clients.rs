//! Clients: each step of the plan that asks becomes a request to a function, which may die in the middle.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use handlers::booking::{
    Booking, BookingError, BookingId, BookingPatch, BusyQuery, Caller, IdempotencyKey, ListQuery, NewBooking,
    ResourceId, Status, UserId,
};
use handlers::lambda::IfMatch;
use handlers::store::Bookings;
use tokio::time::{sleep, timeout};

use super::clock::timestamp;
use super::functions::Deployed;
use super::history::Operation;
use super::model::{Answer, Request};
use super::plan::{Ask, BadCursor, Match, Patch, Step, Target};
use super::run::{Role, Run};
use super::told::CURSED;
use super::world::World;

/// Time limit of a function behind the API.
const LONGEST: Duration = Duration::from_secs(10);

/// Ids, versions and cursors that clients have read from answers.
#[derive(Debug, Default)]
pub struct Memory {
    made: BTreeMap<usize, BookingId>,
    versions: BTreeMap<BookingId, u64>,
    cursors: Vec<String>,
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

fn key(number: u8) -> IdempotencyKey {
    IdempotencyKey::parse(&format!("key-{number}")).unwrap()
}

impl Clients {
    fn target(&self, target: Target) -> BookingId {
        match target {
            Target::MadeBy(step) => self.memory.lock().unwrap().made.get(&step).copied(),
            Target::OfKey(of, number) => Some(key(number).booking_id(&user(of))),
            Target::Unknown => None,
        }
        .unwrap_or_else(|| BookingId::parse("67e55044-10b1-426f-9247-bb680e5fe0c8").unwrap())
    }

    fn if_match(&self, matches: Match, id: BookingId) -> Option<String> {
        let known = self.memory.lock().unwrap().versions.get(&id).copied().unwrap_or(1);
        match matches {
            Match::None => None,
            Match::Any => Some("*".to_owned()),
            Match::Known => Some(format!("\"{known}\"")),
            Match::Old => Some(format!("\"{}\"", known.saturating_sub(1).max(1))),
            Match::Odd => Some(format!("\"0{known}\"")),
        }
    }

    fn request(&self, ask: &Ask) -> Request {
        match ask {
            Ask::Create { user: of, resource: number, start, end, lead, key: with } => Request::Create {
                new: NewBooking {
                    user_id: user(*of),
                    resource_id: resource(&self.world, *number),
                    start_time: timestamp(*start),
                    end_time: timestamp(*end),
                    reminder_lead_seconds: *lead,
                },
                key: with.map(key),
            },
            Ask::Update { of, patch: Patch { resource: to, times, end, lead }, matches } => {
                let id = self.target(*of);
                let patch = BookingPatch {
                    resource_id: to.map(|number| resource(&self.world, number)),
                    start_time: times.map(|(start, _)| timestamp(start)),
                    end_time: times.map(|(_, end)| end).or(*end).map(timestamp),
                    reminder_lead_seconds: *lead,
                };
                Request::Update { id, patch, if_match: self.if_match(*matches, id) }
            }
            Ask::Cancel { of, matches } => {
                let id = self.target(*of);
                Request::Cancel { id, if_match: self.if_match(*matches, id) }
            }
            Ask::Delete { of, matches } => {
                let id = self.target(*of);
                Request::Delete { id, if_match: self.if_match(*matches, id) }
            }
            Ask::Get { of } => Request::Get { id: self.target(*of) },
            Ask::List { user: of, from, to, status, limit, cursor } => {
                let other = self.memory.lock().unwrap().cursors.last().cloned();
                let query = ListQuery {
                    from: from.map(timestamp),
                    to: to.map(timestamp),
                    status: status.map(|active| if active { Status::Active } else { Status::Cancelled }),
                    limit: *limit,
                    cursor: cursor.map(|cursor| match (cursor, other) {
                        (BadCursor::OfAnotherList, Some(other)) => other,
                        (BadCursor::Short, _) => "0".to_owned(),
                        // 80 bytes, and a letter of two over each place at which a cursor is divided.
                        (BadCursor::Letters, _) => format!("0{}0", "ä".repeat(39)),
                        _ => "0000000000000000".repeat(5),
                    }),
                };
                Request::List { user: user(*of), query }
            }
            Ask::Busy { resource: number, from, to } => Request::Busy {
                resource: resource(&self.world, *number),
                query: BusyQuery { from: timestamp(*from), to: timestamp(*to) },
            },
        }
    }

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
            let answer = self.ask(run, request.clone(), caller.clone()).await;
            if let (Answer::Created(booking, _), None) = (&answer, request.key()) {
                self.memory.lock().unwrap().made.insert(step.number, booking.booking_id);
            }
            let unclear = matches!(answer, Answer::Died | Answer::Throttled | Answer::Contended | Answer::Unavailable);
            match (&mut request, answer) {
                (Request::List { query, .. }, Answer::Page(_, Some(next))) => {
                    self.memory.lock().unwrap().cursors.push(next.clone());
                    query.cursor = Some(next);
                }
                _ if unclear && rng.bool() => sleep(Duration::from_millis(rng.u64(0..4000))).await,
                _ => return,
            }
        }
    }

    /// One request, with the answer that its client reads.
    pub async fn ask(&self, mut run: Run, request: Request, caller: Caller) -> Answer {
        let world = &self.world;
        let dies = run.draw(|rng| (rng.u8(..100) < run.weather.deaths).then(|| rng.u64(0..400)));
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
        let work = Arc::clone(&run).within(call(&bookings, &request, &caller));
        let answer = timeout(limit, work).await.unwrap_or(Answer::Died);
        world.trace(|| format!("{} is answered {answer:?}", run.name));
        if let Answer::Created(booking, _) | Answer::Booking(booking) = &answer {
            self.memory.lock().unwrap().versions.insert(booking.booking_id, booking.version);
        }
        let judged = world.history().answered(place, answer.clone(), world.clock.now());
        world.check(|| format!("{} {request:?}", run.name), judged);
        answer
    }
}

async fn call(bookings: &Bookings, request: &Request, caller: &Caller) -> Answer {
    let tag = |text: &Option<String>| text.as_deref().map(|text| IfMatch::parse(text).unwrap());
    let booking = |done: Result<Booking, BookingError>| done.map(Answer::Booking);
    let answer = match request {
        Request::Create { new, key } => {
            let made = bookings.create(new.clone(), key.clone(), caller).await;
            made.map(|made| Answer::Created(made.value, made.replayed))
        }
        Request::Update { id, patch, if_match } => {
            booking(bookings.update(*id, patch.clone(), tag(if_match), caller).await)
        }
        Request::Cancel { id, if_match } => booking(bookings.cancel(*id, tag(if_match), caller).await),
        Request::Delete { id, if_match } => bookings.delete(*id, tag(if_match), caller).await.map(|()| Answer::Done),
        Request::Get { id } => booking(bookings.get(*id, caller).await),
        Request::List { user, query } => {
            let page = bookings.list(user, query, caller).await;
            page.map(|page| Answer::Page(page.items, page.next.map(|next| next.as_str().to_owned())))
        }
        Request::Busy { resource, query } => bookings.busy(resource, query).await.map(Answer::Busy),
    };
    answer.unwrap_or_else(refusal)
}

fn refusal(error: BookingError) -> Answer {
    match error {
        BookingError::NotFound => Answer::NotFound,
        BookingError::Forbidden => Answer::Forbidden,
        BookingError::TimeTaken { busy } => Answer::TimeTaken(busy),
        BookingError::Cancelled => Answer::Cancelled,
        BookingError::VersionChanged { version } => Answer::VersionChanged(version),
        BookingError::Invalid(_) => Answer::Invalid,
        BookingError::KeyReused => Answer::KeyReused,
        BookingError::Deleted => Answer::Deleted,
        BookingError::InvalidCursor => Answer::InvalidCursor,
        BookingError::DayFull => Answer::DayFull,
        BookingError::Throttled(_) => Answer::Throttled,
        BookingError::Contended => Answer::Contended,
        BookingError::Unavailable(_) => Answer::Unavailable,
        BookingError::Internal(cause) => Answer::Internal(handlers::lambda::causes(&cause)),
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
