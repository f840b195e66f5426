use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::booking::any::place;
use crate::booking::stretch::{DAY, MINUTE};

/// The minutes of some days, with what the wall clock shows at each by jiff's own arithmetic.
fn minutes(zone: &TimeZone, day: i64) -> Vec<(i64, i64)> {
    let minutes = (-3 * 1440..4 * 1440).map(|minute| day + minute * MINUTE);
    let shown = minutes.map(|at| {
        let clock = zone.to_datetime(Timestamp::from_millisecond(at).unwrap());
        (at, Offset::UTC.to_timestamp(clock).unwrap().as_millisecond())
    });
    shown.collect()
}

#[test]
fn a_zone_is_known_by_its_iana_name_in_its_own_spelling() {
    for name in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Calcutta", "Etc/GMT+5", "Etc/UTC"] {
        assert!(known(name, &()).is_ok(), "{name}");
    }
    let unknown =
        ["", "Berlin", "Europe/Atlantis", "+02:00", "CET-1CEST", "Etc/Unknown", "../etc/localtime", "Europe/Berlin "];
    for name in unknown {
        assert!(known(name, &()).unwrap_err().message().contains("such as"), "{name}");
    }
    assert_eq!(known("europe/berlin", &()).unwrap_err().message(), "must be spelled Europe/Berlin");
    assert_eq!(known("utc", &()).unwrap_err().message(), "must be spelled UTC");
}

#[test]
fn the_ends_of_time_have_a_wall_clock() {
    let zone = Zone::named("Pacific/Apia").unwrap();
    for year in ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"] {
        let millis = year.parse::<crate::booking::Timestamp>().unwrap().millis();
        let wall = zone.wall(millis);
        assert!((wall - millis).abs() <= DAY, "{year}");
        assert!((zone.opens(wall) - millis).abs() <= DAY && (zone.closes(wall) - millis).abs() <= DAY, "{year}");
    }
    assert!(zone.opens(i64::from(i32::MAX) * 1_000_000) > 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Minute by minute: the rule of windows in its own words.
    #[test]
    fn a_window_opens_at_the_first_and_closes_at_the_second((name, day) in place(), offset in 0..5_i64) {
        let zone = Zone::named(name).unwrap();
        let minutes = minutes(&zone.0, day);
        let mut shown: HashMap<i64, (i64, i64)> = HashMap::new();
        for (at, wall) in &minutes {
            shown.entry(*wall).and_modify(|(_, last)| *last = *at).or_insert((*at, *at));
            prop_assert_eq!(zone.wall(*at), *wall);
        }
        for wall in (day - 2 * DAY + offset * MINUTE..day + 3 * DAY).step_by(5 * 60_000) {
            let after_the_gap = || minutes.iter().find(|(_, shown)| *shown > wall).map(|(at, _)| (*at, *at));
            let expected = shown.get(&wall).copied().or_else(after_the_gap);
            prop_assert_eq!(Some((zone.opens(wall), zone.closes(wall))), expected);
        }
    }
}
