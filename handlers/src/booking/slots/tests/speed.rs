//! How long slots take.

use std::time::{Duration, Instant};

use serde_json::json;

use super::super::*;
use super::{at, query, rules_of, time};
use crate::booking::Claim;

#[test]
#[ignore = "measures time: cargo test -p handlers --lib booking::slots -- --ignored --nocapture"]
fn thirty_one_days_of_quarter_hours_with_three_hundred_claims_take_under_three_milliseconds() {
    let day = json!([{ "from": "08:00", "to": "12:00" }, { "from": "12:00", "to": "20:00" }, { "from": "20:00", "to": "08:00" }]);
    let week = json!({ "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day, "saturday": day, "sunday": day });
    let rules = rules_of(json!({
        "time_zone": "Europe/Berlin", "open": week, "slot_minutes": 15, "capacity": 2,
        "buffer_before_minutes": 5, "buffer_after_minutes": 10,
    }));
    let (from, now) = (at("2026-10-10T00:00:00Z"), at("2026-10-09T00:00:00Z"));
    let mut first = None;
    for (count, length) in [(300, 60), (300, 1440), (3000, 60), (30_000, 60)] {
        let claims: Vec<_> = (0..count)
            .map(|index| {
                let start = from.millis() + index * (31 * DAY / count) / MINUTE * MINUTE;
                Claim::new(Span::new(time(start), time(start + 45 * MINUTE)).unwrap(), 1, None, &rules)
            })
            .collect();
        let query = query("2026-10-10T00:00:00Z", "2026-11-10T00:00:00Z", Some(length), None);
        let mut best = Duration::MAX;
        let mut listed = 0;
        for _ in 0..20 {
            let began = Instant::now();
            let timetable = Timetable::of(&rules).unwrap();
            let occupancy = Occupancy::of(claims.iter().copied(), rules.capacity, now);
            listed = slots(&timetable, &occupancy, &query.search(&timetable).unwrap(), now).len();
            best = best.min(began.elapsed());
        }
        println!("{count} claims, {length} minutes: {listed} slots in {best:?}");
        assert!(count > 300 || best < Duration::from_millis(3), "{best:?}");
        // Not the slots times the claims.
        let growth = u32::try_from(count / 300).unwrap();
        assert!(best < *first.get_or_insert(best) * 3 * growth, "{best:?} is more than in proportion");
    }
}
