//! Laws of slots, against a search that is slow and obviously right.

use jiff::tz::AmbiguousTimestamp;
use proptest::prelude::*;

use super::super::*;
use super::time;
use crate::booking::any::{civil, claims, rules};
use crate::booking::{Claim, Rules, Wanted};

/// Whether a booking that starts at this minute could be made, and how many seats are left for it: one minute after the
/// other, straight from the rules.
fn bookable(
    rules: &Rules,
    open: &[(i64, i64)],
    claims: &[Claim],
    start: i64,
    length: i64,
    step: i64,
    now: i64,
) -> Option<i64> {
    let end = start + length;
    let owner = open.iter().filter(|(opens, closes)| *opens <= start && start < *closes).max()?;
    let is_open = |at: i64| open.iter().any(|(opens, closes)| *opens <= at && at < *closes);
    let kept = (start - owner.0) % step == 0
        && (start..end).step_by(60_000).all(is_open)
        && rules.min_minutes.is_none_or(|least| length >= least * MINUTE)
        && rules.max_minutes.is_none_or(|most| length <= most * MINUTE)
        && start > now
        && start - now >= rules.notice_minutes * MINUTE
        && rules.horizon_days.is_none_or(|days| start - now <= days * DAY);
    let taken = |at: i64| {
        let there = claims.iter().filter(|claim| claim.stretch.from <= at && at < claim.stretch.to);
        there.filter(|claim| claim.lapses_at.is_none_or(|lapses| now < lapses)).map(|claim| claim.seats).sum::<i64>()
    };
    let around = (start - rules.buffer_before_minutes * MINUTE)..(end + rules.buffer_after_minutes * MINUTE);
    kept.then(|| rules.capacity - around.step_by(60_000).map(taken).max().unwrap())
}

/// Every window of some days as jiff has it: when it opens, and when it closes.
fn windows(rules: &Rules, between: Stretch) -> Vec<(i64, i64)> {
    let zone = jiff::tz::TimeZone::get(&rules.time_zone).unwrap();
    let mut date = zone.to_datetime(jiff::Timestamp::from_millisecond(between.from - 3 * DAY).unwrap()).date();
    let mut windows = Vec::new();
    for _ in 0..(between.to - between.from) / DAY + 7 {
        for (from, to) in civil::windows(rules, date) {
            // Of a time in a gap, jiff's `earlier` is before the gap and its `later` after it, by as much as is missing.
            let gap = |at: &AmbiguousTimestamp| {
                let (before, after) = (at.earlier().unwrap(), at.later().unwrap());
                let gap = at.is_ambiguous() && zone.to_datetime(after) != at.datetime();
                gap.then(|| zone.following(before).next().unwrap().timestamp())
            };
            let [opens, closes] = [from, to].map(|clock| zone.to_ambiguous_timestamp(clock));
            let opens = gap(&opens).unwrap_or_else(|| opens.earlier().unwrap());
            let closes = gap(&closes).unwrap_or_else(|| closes.later().unwrap());
            windows.push((opens.as_millisecond(), closes.as_millisecond()));
        }
        date = date.tomorrow().unwrap();
    }
    windows
}

fn asked() -> impl Strategy<Value = (i64, i64, Option<i64>, i64, i64)> {
    let minutes = prop::option::of(prop::sample::select(vec![1, 10, 10, 30, 30, 60, 60, 95, 1440]));
    (0..1440_i64, 1..1440_i64, minutes, prop_oneof![3 => Just(1), 1 => Just(2_i64)], -900..400_i64)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_is_listed_can_be_booked_and_what_can_be_booked_is_listed(
        (rules, day, claims) in rules().prop_flat_map(|(rules, day)| (Just(rules), Just(day), claims(day, time(day)))),
        (from, length, minutes, seats, shift) in asked(),
    ) {
        // Holds lapse around `day`; now and then the clock is there, too.
        let now = if shift % 3 == 0 { day } else { day + shift * MINUTE + shift % 2 };
        let from = day + from * MINUTE;
        let query = SlotsQuery { from: time(from), to: time(from + length * MINUTE), minutes, seats: Some(seats) };
        let timetable = Timetable::of(&rules).unwrap();
        let occupancy = Occupancy::of(claims.clone(), rules.capacity, time(now));
        let Ok(search) = query.search(&timetable) else {
            let minutes = minutes.or(rules.min_minutes).or(rules.slot_minutes);
            let allowed = minutes.is_some_and(|minutes| {
                rules.min_minutes.is_none_or(|least| least <= minutes) && rules.max_minutes.is_none_or(|most| most >= minutes)
            });
            prop_assert!(!allowed || seats > rules.capacity);
            return Ok(());
        };
        let slots = slots(&timetable, &occupancy, &search, time(now));

        let minutes = minutes.or(rules.min_minutes).or(rules.slot_minutes).unwrap();
        let step = rules.slot_minutes.unwrap_or(minutes) * MINUTE;
        let open = windows(&rules, Stretch { from, to: from + (length + minutes) * MINUTE });
        let expected: Vec<_> = (0..length).filter_map(|minute| {
            let start = from + minute * MINUTE;
            let left = bookable(&rules, &open, &claims, start, minutes * MINUTE, step, now)?;
            (left >= seats).then_some((start, start + minutes * MINUTE, left))
        }).collect();
        let listed: Vec<_> = slots
            .iter()
            .map(|slot| (slot.start_time.millis(), slot.end_time.millis(), slot.seats_left))
            .collect();
        prop_assert_eq!(&listed, &expected);

        // By booking: each slot passes what a create asks, and leaves as many seats as it says.
        for slot in slots.iter().take(20) {
            let span = Span::new(slot.start_time, slot.end_time).unwrap();
            prop_assert_eq!(timetable.broken(&Wanted { span, seats, current: None }, time(now)), []);
            let booked = Claim::new(span, seats, None, &rules);
            prop_assert_eq!(occupancy.conflict(&booked), None);
            let all = Claim { seats: slot.seats_left, ..booked };
            prop_assert_eq!(occupancy.conflict(&all), None);
            let more = Claim { seats: slot.seats_left + 1, ..booked };
            prop_assert!(occupancy.conflict(&more).is_some());
        }
    }

    /// The check of a create, minute by minute, whether or not the span is on a grid of slots.
    #[test]
    fn a_booking_is_refused_by_the_rules_it_breaks_and_no_other(
        (rules, day) in rules(), (start, _, minutes, seats, shift) in asked(),
    ) {
        let now = day + shift * MINUTE;
        let minutes = minutes.unwrap_or(45);
        let start = day + start * MINUTE;
        if start <= now {
            return Ok(()); // Refused before the rules are asked.
        }
        let span = Span::new(time(start), time(start + minutes * MINUTE)).unwrap();
        let timetable = Timetable::of(&rules).unwrap();
        let faults = timetable.broken(&Wanted { span, seats, current: None }, time(now));
        let open = windows(&rules, span.into());
        let step = rules.slot_minutes.unwrap_or(1) * MINUTE;
        // From a window of the grid of minutes: one may begin at any minute where there are no slots.
        let left = bookable(&rules, &open, &[], start, minutes * MINUTE, step, now);
        prop_assert_eq!(faults.is_empty(), left.is_some_and(|left| left >= seats), "{:?}", faults);
        let mut places: Vec<_> = faults.iter().map(|fault| (fault.pointer.clone(), fault.detail.clone())).collect();
        places.sort();
        let count = places.len();
        places.dedup();
        prop_assert_eq!(places.len(), count, "no fault twice");
    }
}
