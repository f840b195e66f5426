//! Writes to days: claims, releases, and confirmations.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;

use super::claim::{StoredClaim, names, short_name};
use super::{DayItem, Days, ReadDay, first_version, partition, sort_key, ttl};
use crate::booking::{BookingError, BookingId, Claim, Day, ResourceId, Stretch, Timestamp};
use crate::store::commit::{Write, put_new, update};
use crate::store::item::{Stored, key, write};
use crate::surroundings::Surroundings;

/// Days that TTL may delete any moment are not written; this margin covers clock skew.
const MARGIN_SECONDS: i64 = 10 * 60;
/// Maximum of lapsed claims that one write removes. An expression has at most 4 KB
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-expression-parameters>).
const REMOVED: usize = 100;

/// A claim to write.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct NewClaim {
    /// The booking.
    pub(in crate::store) id: BookingId,
    /// Its claim.
    pub(in crate::store) claim: Claim,
    /// Whether it may be in the plain form, which every version of this code can read: the resource has one seat.
    pub(in crate::store) plain: bool,
    pub(in crate::store) now: Timestamp,
}

fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// An update of a day that is claimed on the version that was read, and removes claims.
struct Change {
    builder: UpdateBuilder,
    sets: Vec<&'static str>,
    removes: Vec<String>,
}

impl Change {
    fn of(resource: &ResourceId, day: Day, read: &ReadDay) -> Self {
        let builder = update(key(partition(resource), sort_key(day)))
            .condition_expression("#version = :version")
            .expression_attribute_names("#busy", "busy")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":version", AttributeValue::N(read.version.to_string()));
        Self { builder, sets: vec!["#version = #version + :one"], removes: Vec::new() }
    }

    fn remove(mut self, name: &str) -> Self {
        let alias = format!("#r{}", self.removes.len());
        self.builder = self.builder.expression_attribute_names(&alias, name);
        self.removes.push(format!("#busy.{alias}"));
        self
    }

    fn write(self) -> Write {
        let mut expression = format!("SET {}", self.sets.join(", "));
        if !self.removes.is_empty() {
            expression = format!("{expression} REMOVE {}", self.removes.join(", "));
        }
        Write::Update(self.builder.update_expression(expression))
    }
}

impl ReadDay {
    /// The names of the lapsed claims to remove for `new`: those in its way first.
    fn lapsed(&self, new: &NewClaim) -> Vec<&str> {
        let others = self.claims.iter().filter(|(_, (id, claim))| *id != new.id && !claim.counts(new.now));
        let mut lapsed: Vec<_> = others.map(|(name, (_, claim))| (name.as_str(), claim)).collect();
        lapsed.sort_by_key(|(_, claim)| !claim.gives_way_to(&new.claim, new.now));
        lapsed.into_iter().map(|(name, _)| name).collect()
    }

    /// How many lapsed claims of others are in the way of `new`.
    fn in_the_way(&self, new: &NewClaim) -> usize {
        let others = self.claims.values().filter(|(id, _)| *id != new.id);
        others.filter(|(_, claim)| claim.gives_way_to(&new.claim, new.now)).count()
    }
}

impl Days {
    /// The conditional writes that claim the days of `new`, on the versions that were read. They remove claims that have
    /// lapsed, and the booking's claim in its other form.
    pub(in crate::store) fn claim(
        &self,
        new: &NewClaim,
        chance: &dyn Surroundings,
    ) -> Result<Vec<Write>, BookingError> {
        new.claim.stretch.days().map(|day| self.claim_day(day, new, chance)).collect()
    }

    fn claim_day(&self, day: Day, new: &NewClaim, chance: &dyn Surroundings) -> Result<Write, BookingError> {
        let stored = StoredClaim::of(&new.claim, day, new.plain);
        let [plain, short] = names(new.id);
        let (name, other) = if stored.is_plain() { (plain, short) } else { (short, plain) };
        let Some(read) = self.read.get(&day) else {
            let item = DayItem {
                pk: partition(&self.resource),
                sk: sort_key(day),
                version: first_version(chance),
                busy: BTreeMap::from([(name, stored)]),
                ttl: ttl(day),
            };
            return Ok(Write::Put(put_new(write(&item)?)));
        };
        let mut update = Change::of(&self.resource, day, read);
        update.sets.push("#busy.#id = :claim");
        update.builder = update.builder.expression_attribute_names("#id", name);
        update.builder = update.builder.expression_attribute_values(":claim", stored.value());
        let other = read.claims.get_key_value(&other).map(|(name, _)| name.as_str());
        let removed = other.into_iter().chain(read.lapsed(new).into_iter().take(REMOVED));
        Ok(removed.fold(update, Change::remove).write())
    }

    /// Writes that remove lapsed claims alone, if more are in the way of `new` than one claim can remove.
    pub(in crate::store) fn clearance(&self, new: &NewClaim) -> Vec<Write> {
        let days = new.claim.stretch.days().filter_map(|day| Some((day, self.read.get(&day)?)));
        let full = days.filter(|(_, read)| read.in_the_way(new) > REMOVED);
        full.map(|(day, read)| {
            let removed = read.lapsed(new).into_iter().take(REMOVED);
            removed.fold(Change::of(&self.resource, day, read), Change::remove).write()
        })
        .collect()
    }

    /// Whether the claim of a hold is still there, on those of its days that were read: whoever has booked over it has
    /// removed it.
    pub(in crate::store) fn keeps(&self, id: BookingId, stretch: Stretch) -> bool {
        let mut days = stretch.days().filter_map(|day| self.read.get(&day));
        days.all(|read| read.claims.values().any(|(holder, _)| *holder == id))
    }
}

/// The days that the booking claims, without those that TTL may have deleted by now.
pub(in crate::store) fn claimed_days(stored: &Stored, now: Timestamp) -> Vec<Day> {
    stored.claimed.days().filter(|day| ttl(*day) > now.seconds() + MARGIN_SECONDS).collect()
}

/// The write that releases the booking's claim on `day`, in whichever form it is.
pub(in crate::store) fn release(stored: &Stored, day: Day) -> Write {
    let [plain, short] = names(stored.booking.booking_id);
    Write::Update(
        update(key(partition(&stored.booking.resource_id), sort_key(day)))
            .update_expression("REMOVE #busy.#plain, #busy.#short")
            .condition_expression("attribute_exists(#busy)")
            .expression_attribute_names("#busy", "busy")
            .expression_attribute_names("#plain", plain)
            .expression_attribute_names("#short", short),
    )
}

/// The write that releases a hold's claim on `day`, if nobody has removed it.
pub(in crate::store) fn release_hold(stored: &Stored, day: Day) -> Write {
    Write::Update(
        update(key(partition(&stored.booking.resource_id), sort_key(day)))
            .update_expression("REMOVE #busy.#id")
            .condition_expression("attribute_exists(#busy.#id)")
            .expression_attribute_names("#busy", "busy")
            .expression_attribute_names("#id", short_name(stored.booking.booking_id)),
    )
}

/// The write that makes a hold's claim on `day` one that does not lapse, if nobody has removed it.
pub(in crate::store) fn confirm(stored: &Stored, day: Day) -> Write {
    let Stored { booking, claimed, .. } = stored;
    let claim = Claim { stretch: *claimed, seats: booking.seats, lapses_at: None };
    Write::Update(
        update(key(partition(&booking.resource_id), sort_key(day)))
            .update_expression("SET #busy.#id = :claim, #version = #version + :one")
            .condition_expression("attribute_exists(#busy.#id)")
            .expression_attribute_names("#busy", "busy")
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#id", short_name(booking.booking_id))
            .expression_attribute_values(":claim", StoredClaim::of(&claim, day, false).value())
            .expression_attribute_values(":one", number(1)),
    )
}
