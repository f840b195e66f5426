//! Listing the bookings of a resource.

use std::collections::BTreeMap;

use super::Bookings;
use super::cursor::{Place, list_of_resource};
use super::days::{Days, partition, sort_key};
use super::item::{BOOKING, key, partition as booking_partition};
use super::page::fitting;
use super::tombstone::Entry;
use crate::booking::{
    AdministratorError, Booking, BookingError, Caller, Page, ResourceBookingsQuery, ResourceId, Stretch, Timestamp,
};

impl Bookings {
    /// One page of the bookings and holds that take the resource's time between two times, by the start of their claims.
    /// Two round trips: the claims on its days, then their bookings.
    ///
    /// # Errors
    /// [`AdministratorError::NotAdministrator`], [`BookingError::Invalid`], [`BookingError::InvalidCursor`], or an error of
    /// the store.
    pub async fn list_of_resource(
        &self,
        resource: &ResourceId,
        query: &ResourceBookingsQuery,
        caller: &Caller,
    ) -> Result<Page<Booking>, AdministratorError> {
        if !caller.administers() {
            return Err(AdministratorError::NotAdministrator);
        }
        let span = query.span()?;
        let list = list_of_resource(resource, span);
        let after = query.cursor.as_ref().map(|cursor| Place::from_cursor(cursor, &list)).transpose()?;
        let keys = span.days().map(|day| key(partition(resource), sort_key(day))).collect();
        let days = Days::of(resource, self.batch_get(keys).await?)?;
        let now = self.surroundings.now();
        let claims = days
            .claims(None)
            .into_iter()
            .filter(|(_, claim)| claim.counts(now) && claim.stretch.overlaps(Stretch::from(span)));
        let places = claims.filter_map(|(booking_id, claim)| {
            Some(Place { start_time: Timestamp::from_millis(claim.stretch.from)?, booking_id })
        });
        let mut places: Vec<_> = places.filter(|place| after.is_none_or(|after| *place > after)).collect();
        places.sort_unstable();
        let all = places.len();
        places.truncate(query.page_size());
        let mut bookings = self.bookings_at(&places).await?;
        if let Some(left) = bookings.keys().nth(fitting(bookings.values())).copied() {
            places.retain(|place| *place < left);
        }
        let next = places.last().filter(|_| places.len() < all).map(|last| last.to_cursor(&list));
        let items = places.iter().filter_map(|place| bookings.remove(place)).map(|booking| booking.at(now));
        let listed = |booking: &Booking| {
            booking.status.takes_time() && booking.resource_id == *resource && booking.span.overlaps(span)
        };
        Ok(Page { items: items.filter(listed).collect(), next })
    }

    /// The bookings at these places, of those that still exist.
    async fn bookings_at(&self, places: &[Place]) -> Result<BTreeMap<Place, Booking>, BookingError> {
        let keys = places.iter().map(|place| key(booking_partition(place.booking_id), BOOKING)).collect();
        let by_id: BTreeMap<_, _> = places.iter().map(|place| (place.booking_id, *place)).collect();
        let mut bookings = BTreeMap::new();
        for item in self.batch_get(keys).await? {
            if let Some(stored) = Entry::from_item(item)?.into_booking()
                && let Some(place) = by_id.get(&stored.booking.booking_id)
            {
                bookings.insert(*place, stored.booking);
            }
        }
        Ok(bookings)
    }
}
