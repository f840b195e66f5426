//! How many bookings fit into a response.

use crate::booking::Booking;

/// The most bytes of JSON on a page. A response of a function has at most 6 MB
/// (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>), in which its body is a JSON string: each
/// quote and each backslash in the body takes two bytes there.
const LARGEST: usize = 2_500_000;

/// How many of these bookings, from the first on, one page can hold; at least one. Only metadata can make them that large.
pub(super) fn fitting<'b>(bookings: impl Iterator<Item = &'b Booking>) -> usize {
    let mut size = 0;
    let fit = bookings.take_while(|booking| {
        // Bookings are strings and numbers, so serializing them cannot fail.
        size += serde_json::to_vec(booking).map(|json| json.len()).unwrap_or_default();
        size <= LARGEST
    });
    fit.count().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::booking::{BookingId, NewBooking, Timestamp};

    #[test]
    fn a_page_of_the_largest_bookings_is_a_response_that_lambda_takes() {
        let now: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
        let members = |character: char| -> serde_json::Map<_, _> {
            (0..20).map(|n| (format!("{n:0>40}"), character.to_string().repeat(500).into())).collect()
        };
        for character in ['"', '\\', '\u{1}', '\u{1f600}', 'a'] {
            let new: NewBooking = serde_json::from_value(serde_json::json!({
                "user_id": "alice", "resource_id": "room-1", "metadata": members(character),
                "start_time": "2026-11-22T10:00:00Z", "end_time": "2026-11-22T11:00:00Z",
            }))
            .unwrap();
            let booking = new.book(BookingId::of(uuid::Uuid::new_v4()), now).unwrap();
            let page = vec![booking; 100];
            let fit = fitting(page.iter());
            assert!(fit > 30, "{character:?}: {fit}");
            let body = serde_json::to_string(&page[..fit]).unwrap();
            assert!(serde_json::to_string(&body).unwrap().len() < 6_000_000 - 10_000, "{character:?}");
        }
    }
}
