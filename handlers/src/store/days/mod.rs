//! Claims on a resource's time, one item per day, which prevent that more is booked than there is.
//!
//! A booking claims every day (UTC) that its span touches, buffers included. A claim is a conditional write on the version
//! of the day that was read (optimistic locking): of two concurrent claims, one fails and reads again. Removing a claim
//! does not change the version: it cannot invalidate another's claim, only make a refusal unnecessary.
//!
//! The claim of a hold that has lapsed counts for nothing. Whoever claims a day of it removes it in the same write. Its
//! confirmation requires that it is still there, and changes the version: so functions whose clocks differ cannot both
//! have the time. A move of the hold requires it, too: once somebody has booked over it, no clock brings it back.

mod claim;
mod write;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use self::claim::{StoredClaim, holder};
use super::errors::foreign;
use super::item::{Item, read};
use crate::booking::{BookingError, BookingId, Claim, Day, ResourceId};
use crate::surroundings::Surroundings;

pub(super) use self::write::{NewClaim, claimed_days, confirm, release, release_hold};

/// How long a day is kept after its end, until TTL deletes it.
const KEPT_SECONDS: i64 = 31 * 24 * 60 * 60;

/// The item of a day: its claims by booking.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct DayItem {
    pk: String,
    sk: String,
    /// Counts the claims, starting from a random number. If TTL deletes a day and it is created again, it never reaches
    /// a version that was read from the earlier item.
    version: u64,
    busy: BTreeMap<String, StoredClaim>,
    ttl: i64,
}

/// `pk` of a resource's days and rules.
pub(super) fn partition(resource: &ResourceId) -> String {
    format!("RESOURCE#{resource}")
}

/// `sk` of a day.
pub(super) fn sort_key(day: Day) -> String {
    format!("DAY#{day}")
}

/// Below 2^52, so that it can grow for ever.
fn first_version(chance: &dyn Surroundings) -> u64 {
    1 + (chance.number() >> 10)
}

fn ttl(day: Day) -> i64 {
    day.end_seconds() + KEPT_SECONDS
}

/// A day as it was read.
#[derive(Debug)]
struct ReadDay {
    version: u64,
    /// By the names of the item.
    claims: BTreeMap<String, (BookingId, Claim)>,
}

/// The days of a resource, as they were read. A day that is missing had no item.
#[derive(Debug)]
pub(super) struct Days {
    resource: ResourceId,
    read: BTreeMap<Day, ReadDay>,
}

/// Reads the item of a day. One claim that cannot be read fails all of it: nobody may book over what a later release has
/// written.
fn read_day(item: Item) -> Result<(Day, ReadDay), BookingError> {
    let DayItem { sk, version, busy, .. } = read(item)?;
    let day = sk.strip_prefix("DAY#").and_then(Day::parse).ok_or_else(|| foreign("a day of no date"))?;
    let claims = busy.into_iter().map(|(name, stored)| {
        let claim = (holder(&name)?, stored.claim(day)?);
        Some((name, claim))
    });
    let claims = claims.collect::<Option<_>>().ok_or_else(|| foreign("a claim of an unknown form"))?;
    Ok((day, ReadDay { version, claims }))
}

impl Days {
    /// The days among a resource's items.
    pub(super) fn of(resource: &ResourceId, items: Vec<Item>) -> Result<Self, BookingError> {
        let read = items.into_iter().map(read_day).collect::<Result<_, _>>()?;
        Ok(Self { resource: resource.clone(), read })
    }

    /// The claims by booking, without `but`'s. Those that have lapsed are among them.
    pub(super) fn claims(&self, but: Option<BookingId>) -> BTreeMap<BookingId, Claim> {
        // A claim over midnight is in the item of each of its days.
        let claims = self.read.values().flat_map(|day| day.claims.values().copied());
        claims.filter(|(id, _)| but != Some(*id)).collect()
    }
}
