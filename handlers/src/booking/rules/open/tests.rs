use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::booking::any::{civil, rules};
use crate::booking::{Date, Timestamp};

mod zones;

/// Open or not, minute by minute, by jiff's own arithmetic: the rule of windows in its own words.
fn open_minutes(rules: &Rules, between: Stretch) -> Vec<bool> {
    let zone = jiff::tz::TimeZone::get(&rules.time_zone).unwrap();
    let margin = 4 * DAY;
    let count = (between.to - between.from + 2 * margin) / MINUTE;
    let minutes: Vec<_> = (0..count).map(|minute| between.from - margin + minute * MINUTE).collect();
    let clocks: Vec<_> =
        minutes.iter().map(|at| zone.to_datetime(jiff::Timestamp::from_millisecond(*at).unwrap())).collect();
    let mut open = vec![false; minutes.len()];
    let (first, last) = (clocks[0].date().tomorrow().unwrap(), clocks[clocks.len() - 1].date().yesterday().unwrap());
    let mut date = first;
    while date < last {
        for (from, to) in civil::windows(rules, date) {
            let opens = clocks.iter().position(|clock| *clock >= from).unwrap();
            let again = clocks.iter().rposition(|clock| *clock == to);
            let closes = again.or(clocks.iter().position(|clock| *clock > to)).unwrap();
            open[opens..closes.max(opens)].fill(true);
        }
        date = date.tomorrow().unwrap();
    }
    let wanted = |at: i64| between.from <= at && at < between.to;
    minutes.into_iter().zip(open).filter(|(at, _)| wanted(*at)).map(|(_, open)| open).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn open_spans_are_disjoint_ordered_and_where_the_wall_clock_says(
        (rules, day) in rules(), start in 0..2 * 1440_i64, length in 1..4 * 1440_i64,
    ) {
        let timetable = Timetable::of(&rules).unwrap();
        let from = day + start * MINUTE;
        let between = Stretch { from, to: from + length * MINUTE };
        let spans = timetable.spans(between);
        prop_assert!(spans.iter().all(|span| span.from < span.to && span.within(between) == Some(*span)));
        prop_assert!(spans.windows(2).all(|pair| pair[0].to < pair[1].from), "{:?}", spans);
        let expected = open_minutes(&rules, between);
        for (minute, open) in (0..).zip(expected) {
            let at = from + minute * MINUTE;
            prop_assert_eq!(spans.iter().any(|span| span.from <= at && at < span.to), open, "minute {}", minute);
        }
    }

    /// As long as the wall clock says, less or plus what the zone leaps in it. Windows with an end in a leap have no such
    /// length; the minutes above are theirs.
    #[test]
    fn a_window_is_as_long_as_the_wall_clock_says_less_or_plus_the_leap((rules, day) in rules()) {
        let timetable = Timetable::of(&rules).unwrap();
        let zone = jiff::tz::TimeZone::get(&rules.time_zone).unwrap();
        let day = timetable.day(day);
        let openings = timetable.openings(Stretch { from: (day - 1) * DAY, to: (day + 5) * DAY });
        for date in day..day + 4 {
            let civil_date = jiff::civil::date(1970, 1, 1).checked_add(jiff::SignedDuration::from_hours(24 * date)).unwrap();
            prop_assert_eq!(civil_date.to_string(), Date::of_days(date).to_string());
            for (from, to) in civil::windows(&rules, civil_date) {
                let [opens, closes] = [from, to].map(|clock| zone.to_ambiguous_timestamp(clock).unambiguous());
                let (Ok(opens), Ok(closes)) = (opens, closes) else { continue };
                let leap = zone.to_offset(closes).seconds() - zone.to_offset(opens).seconds();
                let length = (to - from).to_duration(from).unwrap().as_secs() - i64::from(leap);
                let opening = openings.iter().find(|opening| opening.from == opens.as_millisecond());
                let opening = opening.copied().unwrap();
                // The next window may open before this one closes, where the clock goes back over its start.
                let cut = openings.iter().any(|next| next.from == opening.to && next.from < closes.as_millisecond());
                prop_assert!(cut || opening.to - opening.from == length * 1000, "{:?} on {}", opening, civil_date);
            }
        }
    }

    #[test]
    fn windows_are_disjoint_and_together_the_open_spans((rules, day) in rules(), length in 1..5 * 1440_i64) {
        let timetable = Timetable::of(&rules).unwrap();
        let between = Stretch { from: day, to: day + length * MINUTE };
        let openings = timetable.openings(between);
        prop_assert!(openings.windows(2).all(|pair| pair[0].to <= pair[1].from), "{:?}", openings);
        let total = |stretches: &[Stretch]| stretches.iter().map(|stretch| stretch.to - stretch.from).sum::<i64>();
        let parts: Vec<_> = openings.iter().filter_map(|opening| opening.within(between)).collect();
        prop_assert_eq!(total(&parts), total(&timetable.spans(between)));
    }
}

#[test]
fn an_exception_replaces_the_windows_that_open_on_its_date_and_no_other() {
    let rules: Rules = serde_json::from_value(json!({
        "open": { "thursday": [{ "from": "22:00", "to": "02:00" }], "friday": [{ "from": "10:00", "to": "12:00" }] },
        "exceptions": [{ "date": "2026-12-25", "open": [] }],
    }))
    .unwrap();
    let at = |text: &str| text.parse::<Timestamp>().unwrap().millis();
    // 2026-12-24 is a Thursday. Its window ends on the closed Friday.
    let between = Stretch { from: at("2026-12-24T00:00:00Z"), to: at("2026-12-26T00:00:00Z") };
    let spans = Timetable::of(&rules).unwrap().spans(between);
    assert_eq!(spans, [Stretch { from: at("2026-12-24T22:00:00Z"), to: at("2026-12-25T02:00:00Z") }]);
}
