//! Random rules and claims for property tests, in zones and near times at which clocks change.

pub(crate) mod civil;

use garde::Validate;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

use super::stretch::{DAY, MINUTE, Stretch};
use super::{Claim, Date, Rules, Timestamp};

/// Zones that leap at night, at midnight, by half an hour, by two hours, during Ramadan, once for good, or never.
const ZONES: [&str; 18] = [
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/Havana",
    "America/Santiago",
    "America/St_Johns",
    "America/Nuuk",
    "America/Asuncion",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Antarctica/Troll",
    "Asia/Almaty",
    "Asia/Beirut",
    "Asia/Gaza",
    "Pacific/Chatham",
];

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// A zone, and midnight (UTC) of a day of 2024 to 2030: mostly the one before a change of the zone's clock.
pub(crate) fn place() -> impl Strategy<Value = (&'static str, i64)> {
    (select(&ZONES[..]), any::<Index>(), 0_i64..3, 0..2557_i64).prop_map(|(name, index, before, any_day)| {
        let zone = jiff::tz::TimeZone::get(name).unwrap();
        let years = "2024-01-01T00:00:00Z".parse().unwrap().."2031-01-01T00:00:00Z".parse().unwrap();
        let changes = zone.following(years.start).take_while(|change| change.timestamp() < years.end);
        let changes: Vec<_> = changes.map(|change| change.timestamp().as_millisecond()).collect();
        let day = match changes.as_slice() {
            [] => years.start.as_millisecond() + any_day * DAY,
            changes => index.get(changes).div_euclid(DAY) * DAY - before * DAY,
        };
        (name, day)
    })
}

fn clock(minutes: i64) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Windows between neighbouring points of a ring of `days`, by the day on which they open.
fn windows(points: &[(i64, bool)], days: i64) -> Vec<Vec<Value>> {
    let mut points = points.to_vec();
    points.sort_unstable();
    points.dedup_by_key(|(at, _)| *at);
    let mut windows = vec![Vec::new(); usize::try_from(days).unwrap()];
    for pair in points.windows(2) {
        let [(from, open), (to, _)] = pair else { continue };
        let day = from / 1440;
        let to = to - day * 1440;
        let to = if to == 1440 { "24:00".to_owned() } else { clock(to % 1440) };
        let of_day = &mut windows[usize::try_from(day).unwrap()];
        if *open && pair[1].0 - from <= 1440 && to != clock(from % 1440) && of_day.len() < 8 {
            of_day.push(json!({ "from": clock(from % 1440), "to": to }));
        }
    }
    windows
}

fn points(days: i64, most: usize) -> impl Strategy<Value = Vec<(i64, bool)>> {
    let at = prop_oneof![
        1 => (0..=days).prop_map(|day| day * 1440),
        3 => (0..days * 96).prop_map(|quarter| quarter * 15),
        // The night, in which clocks change.
        3 => (0..days, 0_i64..26).prop_map(move |(day, quarter)| (day * 1440 + quarter * 15).min(days * 1440)),
        1 => 0..days * 1440,
    ];
    prop::collection::vec((at, prop::bool::weighted(0.8)), 0..most)
}

fn week() -> impl Strategy<Value = Value> {
    points(7, 30).prop_flat_map(|points| (Just(points), any::<bool>())).prop_map(|(points, reverse)| {
        let days = windows(&points, 7).into_iter().zip(WEEKDAYS);
        let mut week = Map::new();
        for (mut windows, day) in days {
            if reverse {
                windows.reverse();
            }
            if !windows.is_empty() {
                week.insert(day.to_owned(), windows.into());
            }
        }
        week.into()
    })
}

fn exceptions(day: i64) -> impl Strategy<Value = Vec<Value>> {
    let one = (-2_i64..6, points(1, 6)).prop_map(move |(after, points)| {
        let date = Date::of_days(day / DAY + after).to_string();
        json!({ "date": date, "open": windows(&points, 1)[0] })
    });
    prop::collection::vec(one, 0..4)
}

fn limits() -> impl Strategy<Value = Value> {
    let maybe = |minutes: Vec<i64>| prop::option::of(select(minutes));
    let minutes = (maybe(vec![5, 15, 25, 30, 60, 90, 1440]), maybe(vec![1, 15, 60]), maybe(vec![60, 120, 1500, 1500]));
    let buffers = (select(vec![0, 0, 0, 5, 5, 30, 30, 1440]), select(vec![0, 0, 10, 45]));
    let ahead = (select(vec![0, 0, 1, 90, 90, 1440]), maybe(vec![1, 2, 730]));
    (minutes, buffers, ahead, 1_i64..4).prop_map(|((slot, min, max), (before, after), (notice, horizon), capacity)| {
        json!({
            "slot_minutes": slot, "min_minutes": min, "max_minutes": max, "capacity": capacity,
            "buffer_before_minutes": before, "buffer_after_minutes": after,
            "notice_minutes": notice, "horizon_days": horizon,
        })
    })
}

/// Valid rules, and a day (midnight, UTC) near which they have something to decide.
pub(crate) fn rules() -> impl Strategy<Value = (Rules, i64)> {
    place().prop_flat_map(|(zone, day)| {
        (prop::option::weighted(0.7, week()), exceptions(day), limits()).prop_map(move |(open, exceptions, limits)| {
            let mut rules: Rules = serde_json::from_value(limits).unwrap();
            zone.clone_into(&mut rules.time_zone);
            rules.open = serde_json::from_value(open.into()).unwrap();
            for exception in exceptions {
                let before = rules.clone();
                rules.exceptions.0.push(serde_json::from_value(exception).unwrap());
                if rules.validate().is_err() {
                    rules = before;
                }
            }
            rules.validate().unwrap();
            (rules, day)
        })
    })
}

/// Claims and holds at whole minutes of some days. Holds lapse within two milliseconds of `now`.
pub(crate) fn claims(day: i64, now: Timestamp) -> impl Strategy<Value = Vec<Claim>> {
    let at = (0..5 * 288_i64).prop_map(move |five| day - DAY + five * 5 * MINUTE);
    let length = prop_oneof![1..30_i64, 30..2000_i64].prop_map(|minutes| minutes * MINUTE);
    let lapses = prop::option::of((-2..=2_i64).prop_map(move |millis| now.millis() + millis));
    let claim = (at, length, 1_i64..3, lapses).prop_map(|(from, length, seats, lapses_at)| Claim {
        stretch: Stretch { from, to: from + length },
        seats,
        lapses_at,
    });
    prop::collection::vec(claim, 0..10)
}
