//! The model: a list of bookings and of rules, and what each request makes of it. It knows nothing of items, conditions and
//! retries.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use handlers::booking::{
    Booking, BookingId, BookingPatch, BusyQuery, BusySpan, Day, Fault, IdempotencyKey, Kind, ListQuery, NewBooking,
    Resource, ResourceBookingsQuery, ResourceId, Rules, Slot, SlotsQuery, Status, Stretch, Timestamp, UserId,
};

/// A request, as a client sends it.
#[derive(Debug, Clone)]
pub enum Request {
    Create { new: NewBooking, key: Option<IdempotencyKey> },
    Update { id: BookingId, patch: BookingPatch, if_match: Option<String> },
    Cancel { id: BookingId, if_match: Option<String> },
    Confirm { id: BookingId, if_match: Option<String> },
    Delete { id: BookingId, if_match: Option<String> },
    Get { id: BookingId },
    List { user: UserId, query: ListQuery },
    Busy { resource: ResourceId, query: BusyQuery },
    Slots { resource: ResourceId, query: SlotsQuery },
    Taking { resource: ResourceId, query: ResourceBookingsQuery },
    Resource { resource: ResourceId },
    SetRules { resource: ResourceId, rules: Rules, if_match: Option<String> },
    RemoveRules { resource: ResourceId },
}

/// An answer, as a client reads it.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Booking(Booking),
    Created(Booking, /* replayed */ bool),
    Done,
    Page(Vec<Booking>, Option<String>),
    Busy(Vec<BusySpan>),
    Slots(Vec<Slot>),
    Resource(Resource),
    NotFound,
    Forbidden,
    Invalid,
    InvalidCursor,
    Cancelled,
    HoldExpired,
    OutsideRules(Vec<Fault>),
    VersionChanged(u64),
    TimeTaken(BusySpan, /* seats left */ i64),
    KeyReused,
    Deleted,
    /// A day of its span takes no further booking.
    DayFull,
    /// 429 or 503: the request may take effect later, or never.
    Throttled,
    Contended,
    Unavailable,
    /// 500.
    Internal(String),
    /// The function died.
    Died,
}

/// State of a booking's id.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    Stands(Arc<Stands>),
    /// It was deleted, and its key is used up.
    Gone,
}

/// A timer of a booking: when it is due, and its token. The service draws the token.
pub type Set = (i64, u64);

/// A booking that is there, whatever its status.
#[derive(Debug, Clone, PartialEq)]
pub struct Stands {
    /// A hold stays held here after it has lapsed.
    pub booking: Booking,
    /// Its claim on the resource, buffers included.
    pub claimed: Stretch,
    /// Its timers, also those whose time has come.
    pub timers: BTreeMap<Kind, Set>,
    pub made_by: NewBooking,
    /// The number of the state in which it got its place, and the seats that its resource had then.
    pub placed: (usize, i64),
    /// Days on which its claim has given way to another booking, by whose clock it had lapsed.
    pub given_way: BTreeSet<Day>,
    /// The end of the hold is told.
    pub ended: bool,
}

impl Stands {
    /// Whether it counts at `now`.
    pub fn counts(&self, now: Timestamp) -> bool {
        self.booking.clone().at(now).status.takes_time()
    }

    /// The timer that a reminder of this kind and lead keeps after a change at `now` that leaves the start at `start`, and its
    /// kind before. A timer of another kind is kept only if it may have fired.
    pub fn kept(&self, kind: Kind, lead: u32, start: Timestamp, now: Timestamp) -> Option<(Kind, Set)> {
        let of = |kind: &Kind| match kind {
            Kind::Reminder => self.booking.reminder_lead_seconds,
            Kind::Further(lead) => Some(*lead),
            Kind::Hold => None,
        };
        let (was, set) = self.timers.iter().find(|(kind, _)| of(kind) == Some(lead))?;
        let kept = self.booking.span.start() == start && (*was == kind || set.0 <= now.seconds() + 10);
        kept.then_some((*was, *set))
    }

    /// The days of its claims.
    pub fn days(&self) -> impl Iterator<Item = Day> {
        let takes = self.booking.status.takes_time();
        self.claimed.days().filter(move |day| takes && !self.given_way.contains(day))
    }
}

/// The rules that were last set for a resource, or `None` if they were removed.
#[derive(Debug, Clone, PartialEq)]
pub struct SetRules {
    pub version: u64,
    pub updated_at: Timestamp,
    pub rules: Option<Rules>,
}

#[derive(Debug, Clone, Default)]
pub struct State {
    pub bookings: BTreeMap<BookingId, Entry>,
    /// By the ids of the resources.
    pub rules: Arc<BTreeMap<String, SetRules>>,
}

static DEFAULT: LazyLock<Rules> = LazyLock::new(Rules::default);

impl State {
    pub fn rules(&self, resource: &ResourceId) -> &Rules {
        self.set(resource).and_then(|set| set.rules.as_ref()).unwrap_or(&DEFAULT)
    }

    pub fn set(&self, resource: &ResourceId) -> Option<&SetRules> {
        self.rules.get(resource.as_str())
    }

    pub fn resource(&self, id: &ResourceId) -> Resource {
        let (resource_id, rules) = (id.clone(), self.rules(id).clone());
        let set = self.set(id);
        let (version, updated_at) = set.map_or((0, None), |set| (set.version, Some(set.updated_at)));
        Resource { resource_id, rules, version, updated_at }
    }

    pub fn standing(&self) -> impl Iterator<Item = &Arc<Stands>> {
        self.bookings.values().filter_map(|entry| match entry {
            Entry::Stands(stands) => Some(stands),
            Entry::Gone => None,
        })
    }

    pub fn stands(&self, id: BookingId) -> Option<&Arc<Stands>> {
        match self.bookings.get(&id)? {
            Entry::Stands(stands) => Some(stands),
            Entry::Gone => None,
        }
    }

    /// The bookings and holds, also lapsed ones, that claim the resource.
    pub fn of_resource<'s>(&'s self, resource: &'s ResourceId) -> impl Iterator<Item = &'s Arc<Stands>> {
        self.standing()
            .filter(move |stands| stands.booking.status.takes_time() && stands.booking.resource_id == *resource)
    }
}

/// A booking as a request makes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    pub booking: Booking,
    pub claimed: Stretch,
    /// The seats of the resource, if it got its place by this request.
    pub capacity: Option<i64>,
    /// It books its place anew, over claims that have lapsed.
    pub claims: bool,
}

/// Effect of a request in a state.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// It changes the booking to this; `None` deletes it.
    Change(Option<Changed>),
    /// It sets these rules, or removes them.
    Rules(SetRules),
    Answer(Answer),
}

/// When each timer of the booking is due. `before` is the booking before the change.
pub fn dues(booking: &Booking, before: Option<&Stands>) -> BTreeMap<Kind, i64> {
    let start = booking.span.start();
    match (booking.status, booking.expires_at) {
        // Five seconds after its end, rounded up: by then no clock says that it stands.
        (Status::Held, Some(end)) => [(Kind::Hold, (end.millis() + 999).div_euclid(1000) + 5)].into(),
        (Status::Active, _) => {
            let further = booking.further_reminder_lead_seconds.iter().map(|lead| {
                let kind = Kind::Further(*lead);
                let kept = before.and_then(|before| before.kept(kind, *lead, start, booking.updated_at));
                (kind, kept.map_or_else(|| due(start, *lead, booking.updated_at), |(_, (due, _))| due))
            });
            booking.ttl.map(|due| (Kind::Reminder, due)).into_iter().chain(further).collect()
        }
        _ => BTreeMap::new(),
    }
}

pub fn due(start: Timestamp, lead: u32, now: Timestamp) -> i64 {
    (start.seconds() - i64::from(lead)).max(now.seconds())
}
