//! Listing a user's bookings, by start.

use aws_sdk_dynamodb::types::AttributeValue;

use super::Bookings;
use super::cursor::{Place, list_of};
use super::errors::{classify, foreign};
use super::item::{BOOKING, Item, Stored, key, partition, value};
use super::page::fitting;
use crate::booking::{
    Booking, BookingError, BookingId, Caller, Fault, Faults, ListQuery, Page, Status, Timestamp, UserId,
};

impl Bookings {
    /// One page of the user's bookings by `start_time`, read with one query. It has at most `limit` bookings.
    ///
    /// With a status filter, a page can have fewer bookings, even none, and still have a next page. Without one, only
    /// the last page has no next page.
    ///
    /// # Errors
    /// [`BookingError::Forbidden`], [`BookingError::Invalid`], [`BookingError::InvalidCursor`], or an error of the
    /// store.
    pub async fn list(&self, user: &UserId, query: &ListQuery, caller: &Caller) -> Result<Page<Booking>, BookingError> {
        if !caller.is(user) {
            return Err(BookingError::Forbidden);
        }
        let Some((first, last)) = times(query)? else { return Ok(Page { items: Vec::new(), next: None }) };
        let size = query.page_size();
        let mut request = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("user_id_index")
            // One more than a page holds, to know whether a full page is the last one.
            .limit(i32::try_from(size + 1).unwrap_or(i32::MAX))
            .key_condition_expression("#user = :user AND #start BETWEEN :first AND :last")
            .expression_attribute_names("#user", "user_id")
            .expression_attribute_names("#start", "start_time")
            .expression_attribute_values(":user", AttributeValue::S(user.to_string()))
            .expression_attribute_values(":first", AttributeValue::S(first))
            .expression_attribute_values(":last", AttributeValue::S(last));
        let now = self.surroundings.now();
        if let Some(status) = query.status {
            // A hold stays held in its item after it has lapsed.
            let (stored, filter) = match status {
                Status::Held => (Status::Held, "#status = :status AND #expires > :now"),
                Status::Expired => (Status::Held, "#status = :status AND #expires <= :now"),
                status => (status, "#status = :status"),
            };
            request = request
                .filter_expression(filter)
                .expression_attribute_names("#status", "status")
                .expression_attribute_values(":status", value(&stored)?);
            if stored == Status::Held {
                request = request
                    .expression_attribute_names("#expires", "expires_at")
                    .expression_attribute_values(":now", AttributeValue::S(now.sortable()));
            }
        }
        if let Some(cursor) = &query.cursor {
            let place = Place::from_cursor(cursor, &list_of(user, query))?;
            let mut start = key(partition(place.booking_id), BOOKING);
            start.insert("user_id".to_owned(), AttributeValue::S(user.to_string()));
            start.insert("start_time".to_owned(), AttributeValue::S(place.start_time.sortable()));
            request = request.set_exclusive_start_key(Some(start));
        }
        let answer = request.send().await.map_err(classify)?;
        let items = answer.items.unwrap_or_default().into_iter();
        let mut items: Vec<Booking> =
            items.map(|item| Stored::from_item(item).map(|stored| stored.booking.at(now))).collect::<Result<_, _>>()?;
        let size = fitting(items.iter().take(size));
        let next = if items.len() > size {
            items.truncate(size);
            items.last().map(|last| Place { start_time: last.span.start(), booking_id: last.booking_id })
        } else {
            answer.last_evaluated_key.map(|key| place(&key)).transpose()?
        };
        Ok(Page { items, next: next.map(|place| place.to_cursor(&list_of(user, query))) })
    }
}

/// The place of a key in `user_id_index`.
fn place(key: &Item) -> Result<Place, BookingError> {
    let text = |name: &str| key.get(name).and_then(|value| value.as_s().ok());
    let read = || {
        let booking_id = BookingId::parse(text("pk")?.strip_prefix("BOOKING#")?)?;
        Some(Place { start_time: text("start_time")?.parse().ok()?, booking_id })
    };
    read().ok_or_else(|| foreign("a key of user_id_index"))
}

/// The first and the last `start_time` of the list, both inclusive. `None` if no time can match.
fn times(query: &ListQuery) -> Result<Option<(String, String)>, BookingError> {
    if let (Some(from), Some(to)) = (query.from, query.to)
        && from >= to
    {
        return Err(BookingError::Invalid(Faults::from(Fault::new("to", "must be after `from`"))));
    }
    // Years have four digits, so these sort before and after every time.
    let first = query.from.map_or_else(|| "0".to_owned(), Timestamp::sortable);
    let last = match query.to {
        None => Some("9999-12-31T23:59:59.999Z".to_owned()),
        // `to` is exclusive, and times are in whole milliseconds.
        Some(to) => Timestamp::from_millis(to.millis() - 1).map(Timestamp::sortable),
    };
    Ok(last.map(|last| (first, last)))
}
