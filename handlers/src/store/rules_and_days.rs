//! The rules of a resource and the claims on its days, read in one round trip. They decide whether a booking fits.

use super::Bookings;
use super::attempts::Attempts;
use super::commit::{Commit, Write};
use super::days::{Days, partition, sort_key};
use super::item::{Item, key};
use super::rules::{RULES, rules_key, rules_of};
use crate::booking::{
    BookingError, BusyQuery, BusySpan, Day, Occupancy, ResourceId, Rules, Slot, SlotsError, SlotsQuery, Span, Stretch,
    Timetable, days_around, slots,
};
use lambda::Cause;

/// Rules and days of a resource, as they were read.
#[derive(Debug)]
pub(super) struct RulesAndDays {
    pub(super) rules: Rules,
    pub(super) days: Days,
}

impl Bookings {
    /// Reads what decides about bookings of the resource in `span`.
    ///
    /// # Errors
    /// [`BookingError::NoSuchResource`] if only resources with rules can be booked and this one has none, or an error of
    /// the store.
    pub(super) async fn rules_and_days(&self, resource: &ResourceId, span: Span) -> Result<RulesAndDays, BookingError> {
        let (rules, days) = self.read_rules_and_days(resource, days_around(Stretch::from(span))).await?;
        let rules = self.in_force(rules)?;
        Ok(RulesAndDays { rules, days })
    }

    /// Removes lapsed claims, if nobody else does at this moment.
    ///
    /// # Errors
    /// [`BookingError::Contended`] when the attempts are used up, or an error of the store.
    pub(super) async fn clear(&self, clearance: Vec<Write>, attempts: &mut Attempts) -> Result<(), BookingError> {
        match self.commit(clearance).await? {
            Commit::Done => Ok(()),
            Commit::Refused(_) | Commit::Again => attempts.pause(&*self.surroundings).await,
        }
    }

    /// The rules that hold for a resource: the defaults where none are set, if that may be booked.
    fn in_force(&self, rules: Option<Rules>) -> Result<Rules, BookingError> {
        match rules {
            None if self.known_only => Err(BookingError::NoSuchResource),
            rules => Ok(rules.unwrap_or_default()),
        }
    }

    async fn read_rules_and_days(
        &self,
        resource: &ResourceId,
        days: impl Iterator<Item = Day>,
    ) -> Result<(Option<Rules>, Days), BookingError> {
        let keys = days.map(|day| key(partition(resource), sort_key(day)));
        let items = self.batch_get(keys.chain([rules_key(resource)]).collect()).await?;
        let is_rules = |item: &Item| item.get("sk").is_some_and(|sk| sk.as_s().is_ok_and(|sk| sk == RULES));
        let (rules, days): (Vec<_>, Vec<_>) = items.into_iter().partition(is_rules);
        let rules = rules.into_iter().next().map(rules_of).transpose()?.flatten();
        Ok((rules, Days::of(resource, days)?))
    }

    /// The spans in which a resource has no seat left, by start, without data of the bookings. One round trip.
    ///
    /// # Errors
    /// [`BookingError::Invalid`], or an error of the store.
    pub async fn busy(&self, resource: &ResourceId, query: &BusyQuery) -> Result<Vec<BusySpan>, BookingError> {
        let span = query.span()?;
        let (rules, days) = self.read_rules_and_days(resource, span.days()).await?;
        let capacity = rules.unwrap_or_default().capacity;
        let occupancy = Occupancy::of(days.claims(None).into_values(), capacity, self.surroundings.now());
        Ok(occupancy.busy(span.into()))
    }

    /// The spans of a resource that can be booked, by start. One round trip.
    ///
    /// # Errors
    /// [`BookingError::Invalid`], [`SlotsError::NoSuchResource`], or an error of the store.
    pub async fn slots(&self, resource: &ResourceId, query: &SlotsQuery) -> Result<Vec<Slot>, SlotsError> {
        let (rules, days) = self.read_rules_and_days(resource, query.days()?).await?;
        let rules = self.in_force(rules)?;
        let timetable = Timetable::of(&rules).map_err(|error| BookingError::Internal(Cause::new(error)))?;
        let search = query.search(&timetable).map_err(BookingError::Invalid)?;
        let now = self.surroundings.now();
        let occupancy = Occupancy::of(days.claims(None).into_values(), rules.capacity, now);
        Ok(slots(&timetable, &occupancy, &search, now))
    }
}
