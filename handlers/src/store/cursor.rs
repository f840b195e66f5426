//! Cursors of lists of bookings.

use std::str::FromStr;

use uuid::Uuid;

use crate::booking::{BookingError, BookingId, Cursor, ListQuery, ResourceId, Span, Timestamp, UserId};

/// The last booking of the previous page, as its place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) start_time: Timestamp,
    pub(super) booking_id: BookingId,
}

/// The UUIDv5 namespace of seals. Random, fixed for ever.
const SEALS: Uuid = Uuid::from_u128(0x8d7a_40f1_06cf_4b62_b3f4_2a9e_5a0d_7715);

impl Place {
    /// A checksum that binds the place to its list: a cursor that was altered, or that belongs to another list, is refused.
    /// It protects against mistakes only. It does not need to be secret: a cursor only says where to continue in a list that
    /// the caller may read anyway.
    fn seal(self, list: &str) -> Uuid {
        let name = format!("{list} {} {}", self.start_time.sortable(), self.booking_id);
        Uuid::new_v5(&SEALS, name.as_bytes())
    }

    /// Formats the cursor: time, booking and seal as hexadecimal digits.
    pub(super) fn to_cursor(self, list: &str) -> Cursor {
        let id = self.booking_id.to_string().replace('-', "");
        Cursor(format!("{:016x}{id}{}", self.start_time.millis(), self.seal(list).simple()))
    }

    /// Parses and checks a client's cursor.
    pub(super) fn from_cursor(cursor: &str, list: &str) -> Result<Self, BookingError> {
        let read = || {
            if !cursor.is_ascii() || cursor.len() != 80 {
                return None;
            }
            let start_time = Timestamp::from_millis(i64::from_str_radix(&cursor[..16], 16).ok()?)?;
            let booking_id = BookingId::parse(&Uuid::from_str(&cursor[16..48]).ok()?.to_string())?;
            Some(Self { start_time, booking_id })
        };
        let place = read().ok_or(BookingError::InvalidCursor)?;
        // Comparing the whole text ensures that a cursor has one spelling.
        if place.to_cursor(list).as_str() != cursor {
            return Err(BookingError::InvalidCursor);
        }
        Ok(place)
    }
}

/// The name of a user's list with these filters. A cursor fits lists of the same name only.
pub(super) fn list_of(user: &UserId, query: &ListQuery) -> String {
    let time = |time: Option<Timestamp>| time.map(Timestamp::sortable).unwrap_or_default();
    format!("{user} {} {} {:?}", time(query.from), time(query.to), query.status)
}

/// The name of the list of a resource's bookings between two times.
pub(super) fn list_of_resource(resource: &ResourceId, span: Span) -> String {
    format!("resource {resource} {} {}", span.start().sortable(), span.end().sortable())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn user(name: &str) -> UserId {
        UserId::parse(name).unwrap()
    }

    proptest! {
        #[test]
        fn a_cursor_round_trips(millis in 0_i64..4_000_000_000_000, flip in 0_usize..80, digit in "[0-9a-fA-F]") {
            let list = list_of(&user("alice"), &ListQuery::default());
            let place = Place { start_time: Timestamp::from_millis(millis).unwrap(), booking_id: BookingId::of(uuid::Uuid::new_v4()) };
            let cursor = place.to_cursor(&list);
            prop_assert_eq!(Place::from_cursor(cursor.as_str(), &list).unwrap(), place);
            let mut altered = cursor.as_str().to_owned();
            altered.replace_range(flip..=flip, &digit);
            if altered != cursor.as_str() {
                prop_assert!(Place::from_cursor(&altered, &list).is_err());
            }
        }

        #[test]
        fn any_text_is_a_cursor_or_refused(text in "\\PC{0,100}") {
            let _ = Place::from_cursor(&text, "alice");
        }
    }

    /// A client may turn the page after a deployment.
    #[test]
    fn a_cursor_is_the_same_in_all_releases() {
        let booking_id = BookingId::parse("67e55044-10b1-426f-9247-bb680e5fe0c8").unwrap();
        let place = Place { start_time: Timestamp::from_millis(1_763_805_600_000).unwrap(), booking_id };
        let cursor = |query: &ListQuery| place.to_cursor(&list_of(&user("alice"), query)).as_str().to_owned();
        assert_eq!(
            cursor(&ListQuery::default()),
            "0000019aab01990067e5504410b1426f9247bb680e5fe0c81bc16bf7c2745d20b43708aa43f06ee4"
        );
        let status = Some(crate::booking::Status::Active);
        let filtered = ListQuery { status, from: Some(place.start_time), ..ListQuery::default() };
        assert_eq!(
            cursor(&filtered),
            "0000019aab01990067e5504410b1426f9247bb680e5fe0c8e91ea1150f5952bba223df2d62d2aa58"
        );
    }

    #[test]
    fn a_cursor_belongs_to_its_list() {
        let place = Place { start_time: Timestamp::now(), booking_id: BookingId::of(uuid::Uuid::new_v4()) };
        let cursor = place.to_cursor(&list_of(&user("alice"), &ListQuery::default()));
        assert!(Place::from_cursor(cursor.as_str(), &list_of(&user("bob"), &ListQuery::default())).is_err());
        let other = ListQuery { from: Some(Timestamp::now()), ..ListQuery::default() };
        assert!(Place::from_cursor(cursor.as_str(), &list_of(&user("alice"), &other)).is_err());
    }
}
