use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::booking::any::claims;
use crate::booking::stretch::MINUTE;

/// Midnight of a day.
const START: i64 = 1_800_057_600_000;

fn now() -> Timestamp {
    Timestamp::from_millis(START).unwrap()
}

fn claim(from: i64, to: i64, seats: i64) -> Claim {
    Claim { stretch: minutes(from, to), seats, lapses_at: None }
}

fn minutes(from: i64, to: i64) -> Stretch {
    Stretch { from: START + from * MINUTE, to: START + to * MINUTE }
}

/// The seats that are taken at a time: one claim after the other.
fn taken(claims: &[Claim], at: i64, now: Timestamp) -> i64 {
    let there = claims.iter().filter(|claim| claim.stretch.from <= at && at < claim.stretch.to);
    there.filter(|claim| claim.lapses_at.is_none_or(|lapses| lapses > now.millis())).map(|claim| claim.seats).sum()
}

#[test]
fn a_hold_counts_until_the_millisecond_at_which_it_lapses() {
    let hold = Claim { lapses_at: Some(START), ..claim(0, 60, 1) };
    let at = |millis| Timestamp::from_millis(START + millis).unwrap();
    assert!(hold.counts(at(-1)) && !hold.counts(at(0)));
    assert!(Occupancy::of([hold], 1, at(-1)).conflict(&claim(30, 90, 1)).is_some());
    assert!(Occupancy::of([hold], 1, at(0)).conflict(&claim(30, 90, 1)).is_none());
}

#[test]
fn a_lapsed_hold_gives_way_to_what_is_booked_over_it() {
    let hold = Claim { lapses_at: Some(START), ..claim(0, 60, 1) };
    let before = Timestamp::from_millis(START - 1).unwrap();
    assert!(hold.gives_way_to(&claim(59, 90, 1), now()));
    assert!(!hold.gives_way_to(&claim(60, 90, 1), now()), "beside it");
    assert!(!hold.gives_way_to(&claim(59, 90, 1), before), "not lapsed");
    assert!(!claim(0, 60, 1).gives_way_to(&claim(59, 90, 1), now()), "a booking");
}

#[test]
fn between_two_bookings_there_is_room_for_both_of_their_buffers() {
    let rules = |before, after| -> Rules {
        serde_json::from_value(json!({ "buffer_before_minutes": before, "buffer_after_minutes": after })).unwrap()
    };
    let booked = |from: i64, to: i64, rules: &Rules| {
        let [start, end] = [from, to].map(|minute| Timestamp::from_millis(START + minute * MINUTE).unwrap());
        Claim::new(Span::new(start, end).unwrap(), 1, None, rules)
    };
    // The earlier one was booked with 10 minutes after it. Since then the rules have changed.
    let occupancy = Occupancy::of([booked(60, 120, &rules(0, 10))], 1, now());
    let later = rules(20, 0);
    assert!(occupancy.conflict(&booked(149, 160, &later)).is_some(), "10 after and 20 before are 30");
    assert!(occupancy.conflict(&booked(150, 160, &later)).is_none());
    assert!(
        occupancy.conflict(&booked(30, 60, &later)).is_none(),
        "nothing after it, and nothing before the booked one"
    );
    let taken = occupancy.conflict(&booked(100, 160, &later)).unwrap();
    assert_eq!(taken, Conflict { stretch: minutes(60, 130), seats_left: 0 }, "told with its buffers");
}

#[test]
fn a_conflict_is_the_first_span_with_too_few_seats() {
    let class = [claim(60, 120, 2), claim(120, 180, 3), claim(240, 300, 1)];
    let occupancy = Occupancy::of(class, 3, now());
    assert_eq!(occupancy.conflict(&claim(0, 120, 1)), None);
    let one = occupancy.conflict(&claim(0, 400, 1)).unwrap();
    assert_eq!(one, Conflict { stretch: minutes(120, 180), seats_left: 0 });
    let two = occupancy.conflict(&claim(90, 100, 2)).unwrap();
    assert_eq!(two, Conflict { stretch: minutes(60, 180), seats_left: 0 });
    let three = occupancy.conflict(&claim(200, 400, 3)).unwrap();
    assert_eq!(three, Conflict { stretch: minutes(240, 300), seats_left: 2 });
    let too_many = occupancy.conflict(&claim(400, 500, 4)).unwrap();
    assert_eq!(too_many, Conflict { stretch: minutes(400, 500), seats_left: 3 });
}

#[test]
fn busy_spans_that_touch_are_one() {
    let claims = [claim(120, 180, 1), claim(60, 120, 1), claim(200, 210, 1)];
    let times = |stretch: Stretch| stretch.times().unwrap();
    let occupancy = Occupancy::of(claims, 1, now());
    assert_eq!(occupancy.busy(minutes(0, 300)), [times(minutes(60, 180)), times(minutes(200, 210))]);
    assert_eq!(occupancy.busy(minutes(170, 200)), [times(minutes(60, 180))]);
    assert_eq!(Occupancy::of(claims, 2, now()).busy(minutes(0, 300)), []);
}

#[test]
fn days_around_a_span_are_those_of_the_longest_buffers() {
    let days: Vec<_> = days_around(minutes(0, 1440)).map(|day| day.to_string()).collect();
    assert_eq!(days, ["2027-01-15", "2027-01-16", "2027-01-17"]);
    let rules: Rules =
        serde_json::from_value(json!({ "buffer_before_minutes": 1440, "buffer_after_minutes": 1440 })).unwrap();
    let [start, end] = [START, START + 31 * DAY].map(|millis| Timestamp::from_millis(millis).unwrap());
    let longest = Claim::new(Span::new(start, end).unwrap(), 1, None, &rules);
    assert_eq!(longest.stretch.days().count(), 33);
    assert!(longest.stretch.days().all(|day| days_around(minutes(0, 31 * 1440)).any(|around| around == day)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn seats_fit_where_no_minute_has_too_many(
        claims in claims(START, now()), from in -1440..3 * 1440_i64, length in 1..600_i64, capacity in 1..5_i64,
    ) {
        let occupancy = Occupancy::of(claims.clone(), capacity, now());
        let stretch = minutes(from, from + length);
        let each = (0..length).map(|minute| capacity - taken(&claims, stretch.from + minute * MINUTE, now()));
        prop_assert_eq!(occupancy.seats_left(stretch), each.min().unwrap());
        for seats in 1..=capacity + 1 {
            let wanted = Claim { stretch, seats, lapses_at: None };
            let conflict = occupancy.conflict(&wanted);
            let left = |at: i64| capacity - taken(&claims, at, now());
            let short: Vec<_> = (0..length).map(|minute| stretch.from + minute * MINUTE).filter(|at| left(*at) < seats).collect();
            prop_assert_eq!(conflict.is_some(), !short.is_empty());
            let Some(Conflict { stretch: busy, seats_left }) = conflict else { continue };
            prop_assert!(busy.overlaps(stretch));
            prop_assert!(busy.from <= short[0] && short[0] < busy.to, "the first in the way");
            let inside: Vec<_> = (busy.from..busy.to).step_by(60_000).map(left).collect();
            prop_assert!(inside.iter().all(|left| *left < seats));
            prop_assert_eq!(Some(seats_left), inside.iter().min().map(|left| *left.max(&0)));
            if seats <= capacity {
                prop_assert!(left(busy.from - 1) >= seats && left(busy.to) >= seats, "all of it");
            }
        }
    }

    #[test]
    fn busy_is_where_no_seat_is_left(claims in claims(START, now()), capacity in 1..4_i64) {
        let between = minutes(-720, 2 * 1440);
        let busy = Occupancy::of(claims.clone(), capacity, now()).busy(between);
        let spans: Vec<_> = busy.iter().map(|span| (span.start_time.millis(), span.end_time.millis())).collect();
        prop_assert!(spans.iter().all(|(from, to)| from < to));
        prop_assert!(spans.windows(2).all(|pair| pair[0].1 < pair[1].0), "disjoint, by start, and none touch");
        for at in (between.from..between.to).step_by(60_000) {
            let listed = spans.iter().any(|(from, to)| *from <= at && at < *to);
            prop_assert_eq!(listed, taken(&claims, at, now()) >= capacity);
        }
    }

    /// Bookings and holds that are taken one after the other, while time goes on and holds lapse.
    #[test]
    fn occupancy_never_exceeds_the_capacity(
        wishes in prop::collection::vec((0..300_i64, 1..90_i64, 1..4_i64, prop::option::of(1..30_i64)), 1..40),
        capacity in 1..5_i64,
    ) {
        let mut taken_claims: Vec<Claim> = Vec::new();
        for (passed, (from, length, seats, hold)) in (0..).zip(wishes) {
            let now = Timestamp::from_millis(START + passed).unwrap();
            let wanted =
                Claim { lapses_at: hold.map(|millis| now.millis() + millis), ..claim(from, from + length, seats) };
            if Occupancy::of(taken_claims.iter().copied(), capacity, now).conflict(&wanted).is_none() {
                taken_claims.push(wanted);
            }
            for minute in 0..400 {
                prop_assert!(taken(&taken_claims, START + minute * MINUTE, now) <= capacity);
            }
        }
    }

    #[test]
    fn a_moving_window_says_the_same_as_each_by_itself(
        claims in claims(START, now()), steps in prop::collection::vec((0..200_i64, 1..400_i64), 1..40),
    ) {
        let occupancy = Occupancy::of(claims, 3, now());
        let mut in_order = occupancy.in_order();
        let mut last = minutes(-1440, -1440);
        for (forward, length) in steps {
            let from = last.from + forward * MINUTE;
            let stretch = Stretch { from, to: (from + length * MINUTE).max(last.to) };
            prop_assert_eq!(in_order.seats_left(stretch), occupancy.seats_left(stretch));
            last = stretch;
        }
    }
}
