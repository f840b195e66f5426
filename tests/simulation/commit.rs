//! A transaction that was carried out: the model makes the same step.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use handlers::booking::{Booking, BookingId, Kind, ResourceId, Status, Timestamp};

use super::clock::timestamp;
use super::decide::{REMEMBERED, View, decide};
use super::history::{History, Operation, Timer};
use super::model::{Answer, Changed, Decision, Entry, Request, Set, SetRules, Stands, State, dues};
use super::seats::{Taken, overbooked};
use super::witness::Witness;

impl History {
    /// A transaction of `operation` was carried out.
    pub fn commit(&mut self, operation: usize, witness: &Witness, now: i64) -> Result<(), String> {
        let asked = &self.operations[operation];
        // Rules are set once more if the network carries out what it has answered with a conflict (docs/simulation.md, "What it
        // cannot see").
        let overtaken = asked.run.overtaken.load(Ordering::Relaxed);
        let again = overtaken && matches!(asked.request, Request::SetRules { .. });
        if asked.commit.is_some() && !again {
            return Err("it takes effect twice".into());
        }
        // A create that a tombstone has refused may be carried out once more by the network, after TTL has deleted the
        // tombstone (docs/simulation.md, "What it cannot see").
        let open = matches!(
            asked.answer,
            None | Some(Answer::Throttled | Answer::Contended | Answer::Unavailable | Answer::Died | Answer::Deleted)
        );
        if !open && !overtaken {
            return Err("it takes effect after its answer".into());
        }
        // A deletion without a tombstone says no time, and needs none.
        let (earliest, latest) = (asked.asked_at + asked.run.skew, now + asked.run.skew);
        let read = witness.now.map_or(latest, Timestamp::millis);
        if witness.now.is_some() && !(earliest..=latest).contains(&read) {
            return Err(format!("its time {read} is not between {earliest} and {latest}"));
        }
        let at = timestamp(read);
        let id = match (&asked.request, witness.id) {
            (Request::SetRules { resource, .. } | Request::RemoveRules { resource }, None) => {
                let resource = resource.clone();
                return self.commit_rules(operation, &resource, at);
            }
            (Request::Create { key: Some(key), new }, _) => key.booking_id(&new.user_id),
            (Request::Create { .. }, Some(id)) => id,
            (
                Request::Update { id, .. }
                | Request::Cancel { id, .. }
                | Request::Confirm { id, .. }
                | Request::Delete { id, .. },
                _,
            ) => *id,
            _ => return Err("a read writes".into()),
        };
        if Some(id) != witness.id {
            return Err(format!("it writes the booking {:?} instead of {id}", witness.id));
        }
        // A deletion that says no time may have been decided when it was asked, or later.
        let after = match (witness.now, self.decided(asked, witness, id, at)) {
            (None, Err(_)) => self.decided(asked, witness, id, timestamp(earliest))?,
            (_, after) => after?,
        };
        self.change(operation, witness, id, after, now, at)
    }

    /// The request's effect on its booking, by rules that were in force at some time since it was asked.
    fn decided(
        &self,
        asked: &Operation,
        witness: &Witness,
        id: BookingId,
        at: Timestamp,
    ) -> Result<Option<Changed>, String> {
        let state = self.state();
        let (mut found, mut refused, mut last): (Option<Changed>, _, _) = (None, None, None);
        for rules in self.states[asked.asked..].iter().rev() {
            if last.is_some_and(|last| Arc::ptr_eq(last, &rules.rules)) {
                continue;
            }
            last = Some(&rules.rules);
            match decide(View { rules, ..View::of(state) }, &asked.request, &asked.caller, id, at) {
                Decision::Change(None) => return Ok(None),
                Decision::Change(Some(changed)) if Some(changed.claimed) == witness.claimed => {
                    // Where several rules give the same claim, it may have gone by those with the most seats.
                    let most = found.as_ref().and_then(|found| found.capacity);
                    found = Some(Changed { capacity: changed.capacity.max(most), ..changed });
                }
                decision => refused = Some(decision),
            }
        }
        found.map(Some).ok_or_else(|| format!("the model refuses it: {refused:?}"))
    }

    fn commit_rules(&mut self, operation: usize, resource: &ResourceId, at: Timestamp) -> Result<(), String> {
        let asked = &self.operations[operation];
        let state = self.state();
        let decision = decide(View::of(state), &asked.request, &asked.caller, asked.request.id(), at);
        let Decision::Rules(set) = decision else { return Err(format!("the model refuses it: {decision:?}")) };
        self.set_rules(resource, set);
        let removed = self.state().set(resource).is_none_or(|set| set.rules.is_none());
        let answer = if removed { Answer::Done } else { Answer::Resource(self.state().resource(resource)) };
        self.operations[operation].commit = Some((self.states.len() - 1, answer));
        Ok(())
    }

    fn set_rules(&mut self, resource: &ResourceId, set: SetRules) {
        let mut next = State::clone(self.state());
        Arc::make_mut(&mut next.rules).insert(resource.to_string(), set);
        self.states.push(Arc::new(next));
        self.commits += 1;
    }

    fn change(
        &mut self,
        operation: usize,
        witness: &Witness,
        id: BookingId,
        after: Option<Changed>,
        now: i64,
        at: Timestamp,
    ) -> Result<(), String> {
        let state = Arc::clone(self.state());
        let before = state.stands(id).cloned();
        let request = self.operations[operation].request.clone();
        let mut next = State::clone(&state);
        let booking = after.as_ref().map(|changed| changed.booking.clone());
        let answer = match (&request, &booking) {
            (Request::Create { .. }, Some(booking)) => Answer::Created(booking.clone(), false),
            (_, Some(booking)) => Answer::Booking(booking.clone()),
            (_, None) => Answer::Done,
        };
        if let Some(changed) = after {
            if let Request::Create { key: None, .. } = &request
                && (!self.ids.insert(id) || id.is_of_key())
            {
                return Err("its id was drawn before".into());
            }
            self.set_timers(before.as_deref(), &changed.booking, &witness.timers, now)?;
            if changed.claims {
                give_way(&mut next, &changed, at);
            }
            let stands = stands(before.as_deref(), &request, changed, witness, self.states.len());
            next.bookings.insert(id, Entry::Stands(Arc::new(stands)));
            fits(&next, id, at)?;
        } else {
            self.left(id, before.as_deref(), &BTreeMap::new());
            if id.is_of_key() {
                next.bookings.insert(id, Entry::Gone);
            } else {
                next.bookings.remove(&id);
            }
        }
        self.told.expect(before.as_ref().map(|stands| &stands.booking), booking.as_ref());
        self.states.push(Arc::new(next));
        self.commits += 1;
        self.operations[operation].commit = Some((self.states.len() - 1, answer));
        Ok(())
    }

    fn set_timers(
        &mut self,
        before: Option<&Stands>,
        booking: &Booking,
        timers: &BTreeMap<Kind, Set>,
        now: i64,
    ) -> Result<(), String> {
        let id = booking.booking_id;
        let dues = dues(booking, before);
        let found: BTreeMap<_, _> = timers.iter().map(|(kind, (due, _))| (*kind, *due)).collect();
        if found != dues {
            return Err(format!("the timers of {id} are {found:?} instead of {dues:?}"));
        }
        self.left(id, before, timers);
        for (kind, (due, token)) in timers {
            if let Some((was, kept)) = before.and_then(|before| kept_timer(before, booking, *kind, *due)) {
                if kept != *token {
                    return Err(format!("a new token for the timer {was}, which is {kind} now"));
                }
                continue;
            }
            if self.tokens.insert(*token, *kind).is_some() {
                return Err(format!("the token {token} was used before"));
            }
            // It takes the place of one that is left there.
            self.timers.retain(|_, timer| (timer.id, timer.kind, timer.due) != (id, *kind, *due));
            let timer = Timer { id, kind: *kind, due: *due, set: now, fired: None, stale: false };
            self.timers.insert(*token, timer);
        }
        Ok(())
    }

    /// The booking has only `timers` now.
    fn left(&mut self, id: BookingId, before: Option<&Stands>, timers: &BTreeMap<Kind, Set>) {
        let had = |token: &u64| before.is_some_and(|before| before.timers.values().any(|(_, had)| had == token));
        let kept: Vec<_> = timers.values().filter(|(_, token)| had(token)).collect();
        self.timers.retain(|token, timer| {
            let has = |kinds: &BTreeMap<Kind, Set>, kind: Kind| kinds.get(&kind).is_some_and(|(_, of)| of == token);
            if timer.id != id || timers.values().any(|(_, of)| of == token) {
                return true;
            }
            // The change removes an item whose key has the kind that the timer has for the booking.
            let removed = before.is_some_and(|before| has(&before.timers, timer.kind))
                && (timer.kind == Kind::Hold || kept.iter().all(|(due, _)| *due != timer.due));
            timer.stale |= !removed;
            !removed && timer.fired.is_none()
        });
    }
}

/// The timer that the booking keeps as one of `kind`, due at `due`: its kind before, and its token.
fn kept_timer(before: &Stands, booking: &Booking, kind: Kind, due: i64) -> Option<(Kind, u64)> {
    let lead = match kind {
        Kind::Reminder => booking.reminder_lead_seconds,
        Kind::Further(lead) => Some(lead),
        Kind::Hold => None,
    };
    let same = before.timers.get(&kind).map(|set| (kind, *set));
    let kept = lead.and_then(|lead| before.kept(kind, lead, booking.span.start(), booking.updated_at));
    [kept, same].into_iter().flatten().find(|(_, (at, _))| *at == due).map(|(was, (_, token))| (was, token))
}

fn stands(before: Option<&Stands>, request: &Request, changed: Changed, witness: &Witness, number: usize) -> Stands {
    let made_by = match (request, before) {
        (_, Some(before)) => before.made_by.clone(),
        (Request::Create { new, .. }, None) => new.clone(),
        _ => unreachable!("only a create makes a booking"),
    };
    let kept = before.filter(|_| !changed.claims);
    let placed = changed.capacity.map(|capacity| (number, capacity)).or(before.map(|before| before.placed));
    Stands {
        booking: changed.booking,
        claimed: changed.claimed,
        timers: witness.timers.clone(),
        made_by,
        placed: placed.unwrap_or_default(),
        given_way: kept.map(|kept| kept.given_way.clone()).unwrap_or_default(),
        ended: before.is_some_and(|before| before.ended),
    }
}

/// A claim that is written removes those of the same days that have lapsed by the clock of its function.
fn give_way(state: &mut State, changed: &Changed, at: Timestamp) {
    let Changed { booking, claimed, .. } = changed;
    for entry in state.bookings.values_mut() {
        let Entry::Stands(other) = entry else { continue };
        let of = &other.booking;
        if of.status != Status::Held
            || of.booking_id == booking.booking_id
            || of.resource_id != booking.resource_id
            || other.counts(at)
        {
            continue;
        }
        let days: Vec<_> = other.days().filter(|day| claimed.days().any(|claimed| claimed == *day)).collect();
        if !days.is_empty() {
            Arc::make_mut(other).given_way.extend(days);
        }
    }
}

/// Active bookings alone never take more seats than there were when the last of them got its place, whatever the clocks
/// of the functions said about holds.
fn fits(state: &State, id: BookingId, at: Timestamp) -> Result<(), String> {
    let Some(stands) = state.stands(id) else { return Ok(()) };
    let booking = &stands.booking;
    if booking.status != Status::Active {
        return Ok(());
    }
    let active = state.of_resource(&booking.resource_id).filter(|other| {
        other.booking.status == Status::Active
            && other.claimed.overlaps(stands.claimed)
            && other.claimed.to > at.millis() - REMEMBERED
    });
    let taken: Vec<_> = active.map(|stands| Taken::of(stands)).collect();
    overbooked(&taken).map_or(Ok(()), |(piece, seats, capacity)| {
        Err(format!("{seats} seats of {capacity} are taken in {piece:?} of {}", booking.resource_id))
    })
}
