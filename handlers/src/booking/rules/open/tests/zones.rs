//! Nights on which clocks change, with the right times in UTC.
//!
//! Worked out by hand from the rules of each zone in the IANA database's sources, which are named at each case. Those of New
//! York, Berlin, Lord Howe, Kathmandu, and Apia in 2027 were compared with Python's `zoneinfo`, a third implementation.

use serde_json::json;

use super::super::*;
use crate::booking::Timestamp;

/// The open spans of a resource with this window on this date, and closed on all others.
fn open(zone: &str, date: &str, from: &str, to: &str) -> Vec<(String, String)> {
    let rules: Rules = serde_json::from_value(json!({
        "time_zone": zone,
        "open": {},
        "exceptions": [{ "date": date, "open": [{ "from": from, "to": to }] }],
    }))
    .unwrap();
    let midnight = format!("{date}T00:00:00Z").parse::<Timestamp>().unwrap().millis();
    let spans = Timetable::of(&rules).unwrap().spans(Stretch { from: midnight - 2 * DAY, to: midnight + 3 * DAY });
    let times = spans.into_iter().map(|span| span.times().unwrap());
    times.map(|times| (times.start_time.to_string(), times.end_time.to_string())).collect()
}

#[track_caller]
fn check(zone: &str, cases: &[(&str, &str, &str, &str, &str, i64)]) {
    for (date, from, to, opens, closes, minutes) in cases {
        let span = (format!("{opens}Z"), format!("{closes}Z"));
        assert_eq!(open(zone, date, from, to).as_slice(), std::slice::from_ref(&span), "{zone} {date} {from}-{to}");
        // The second time that the case gives the length: so the two ends cannot be wrong together.
        let millis = |text: &str| text.parse::<Timestamp>().unwrap().millis();
        assert_eq!((millis(&span.1) - millis(&span.0)) / MINUTE, *minutes, "{zone} {date} {from}-{to}");
    }
}

#[test]
fn new_york_in_march_2027() {
    // EST is UTC-5, EDT UTC-4. The clock goes from 02:00 to 03:00 on the second Sunday of March, the 14th, at 07:00Z.
    check(
        "America/New_York",
        &[
            ("2027-03-12", "22:00", "02:00", "2027-03-13T03:00:00", "2027-03-13T07:00:00", 240),
            // 02:00 does not exist on the 14th: it closes when the clock leaps, at what would have been 02:00.
            ("2027-03-13", "22:00", "02:00", "2027-03-14T03:00:00", "2027-03-14T07:00:00", 240),
            ("2027-03-13", "22:00", "02:30", "2027-03-14T03:00:00", "2027-03-14T07:00:00", 240),
            ("2027-03-14", "22:00", "02:00", "2027-03-15T02:00:00", "2027-03-15T06:00:00", 240),
            ("2027-03-14", "00:00", "24:00", "2027-03-14T05:00:00", "2027-03-15T04:00:00", 23 * 60),
            ("2027-03-14", "02:30", "04:00", "2027-03-14T07:00:00", "2027-03-14T08:00:00", 60),
            ("2027-03-14", "09:00", "17:00", "2027-03-14T13:00:00", "2027-03-14T21:00:00", 480),
        ],
    );
    assert_eq!(open("America/New_York", "2027-03-14", "02:15", "02:45"), [], "all of it is leapt over");
}

#[test]
fn new_york_in_november_2027() {
    // The clock goes from 02:00 EDT back to 01:00 EST on the first Sunday of November, the 7th, at 06:00Z.
    check(
        "America/New_York",
        &[
            // 02:00 exists once: it is EST, for the clock never shows 02:00 EDT.
            ("2027-11-06", "22:00", "02:00", "2027-11-07T02:00:00", "2027-11-07T07:00:00", 300),
            // 01:00 and 01:30 exist twice: it opens at the first and closes at the second.
            ("2027-11-06", "22:00", "01:00", "2027-11-07T02:00:00", "2027-11-07T06:00:00", 240),
            ("2027-11-07", "01:00", "01:30", "2027-11-07T05:00:00", "2027-11-07T06:30:00", 90),
            ("2027-11-07", "22:00", "02:00", "2027-11-08T03:00:00", "2027-11-08T07:00:00", 240),
            ("2027-11-07", "00:00", "24:00", "2027-11-07T04:00:00", "2027-11-08T05:00:00", 25 * 60),
        ],
    );
}

#[test]
fn berlin_in_october_2026() {
    // CEST is UTC+2, CET UTC+1. The clock goes from 03:00 CEST back to 02:00 CET on the last Sunday of October, the
    // 25th, at 01:00Z.
    check(
        "Europe/Berlin",
        &[
            ("2026-10-23", "22:00", "02:00", "2026-10-23T20:00:00", "2026-10-24T00:00:00", 240),
            // 02:00 exists twice: as CEST at 00:00Z, and as CET at 01:00Z.
            ("2026-10-24", "22:00", "02:00", "2026-10-24T20:00:00", "2026-10-25T01:00:00", 300),
            ("2026-10-25", "02:00", "03:00", "2026-10-25T00:00:00", "2026-10-25T02:00:00", 120),
            ("2026-10-25", "22:00", "02:00", "2026-10-25T21:00:00", "2026-10-26T01:00:00", 240),
            ("2026-10-25", "00:00", "24:00", "2026-10-24T22:00:00", "2026-10-25T23:00:00", 25 * 60),
            ("2026-10-25", "09:00", "17:00", "2026-10-25T08:00:00", "2026-10-25T16:00:00", 480),
        ],
    );
}

#[test]
fn lord_howe_leaps_half_an_hour() {
    // Standard time is UTC+10:30, summer time UTC+11. It begins at 02:00 on the first Sunday of October (2026-10-04,
    // 15:30Z the day before) and ends at 02:00 on the first Sunday of April (2027-04-04, 15:00Z the day before).
    check(
        "Australia/Lord_Howe",
        &[
            // 02:00 does not exist: the clock goes to 02:30 then.
            ("2026-10-03", "22:00", "02:00", "2026-10-03T11:30:00", "2026-10-03T15:30:00", 240),
            ("2026-10-04", "00:00", "24:00", "2026-10-03T13:30:00", "2026-10-04T13:00:00", 23 * 60 + 30),
            ("2026-10-04", "02:10", "03:00", "2026-10-03T15:30:00", "2026-10-03T16:00:00", 30),
            // From 02:00 back to 01:30: 02:00 exists once, in standard time.
            ("2027-04-03", "22:00", "02:00", "2027-04-03T11:00:00", "2027-04-03T15:30:00", 270),
            ("2027-04-04", "01:30", "01:45", "2027-04-03T14:30:00", "2027-04-03T15:15:00", 45),
            ("2027-04-04", "00:00", "24:00", "2027-04-03T13:00:00", "2027-04-04T13:30:00", 24 * 60 + 30),
        ],
    );
}

#[test]
fn kathmandu_and_apia_never_change_now() {
    // Nepal is UTC+5:45. Samoa is UTC+13, without summer time since 2021.
    check(
        "Asia/Kathmandu",
        &[
            ("2027-03-13", "22:00", "02:00", "2027-03-13T16:15:00", "2027-03-13T20:15:00", 240),
            ("2027-03-14", "00:00", "24:00", "2027-03-13T18:15:00", "2027-03-14T18:15:00", 24 * 60),
        ],
    );
    check(
        "Pacific/Apia",
        &[
            ("2027-04-03", "22:00", "02:00", "2027-04-03T09:00:00", "2027-04-03T13:00:00", 240),
            ("2027-04-04", "00:00", "24:00", "2027-04-03T11:00:00", "2027-04-04T11:00:00", 24 * 60),
        ],
    );
}

#[test]
fn apia_once_leapt_over_a_whole_day() {
    // Samoa's clock went from the end of 2011-12-29 (UTC-10) to the start of 2011-12-31 (UTC+14), at 10:00Z on the 30th.
    check(
        "Pacific/Apia",
        &[
            ("2011-12-29", "22:00", "02:00", "2011-12-30T08:00:00", "2011-12-30T10:00:00", 120),
            ("2011-12-31", "00:00", "24:00", "2011-12-30T10:00:00", "2011-12-31T10:00:00", 24 * 60),
        ],
    );
    assert_eq!(open("Pacific/Apia", "2011-12-30", "09:00", "17:00"), []);
}

#[test]
fn havana_has_midnight_twice_and_beirut_none() {
    // Cuba (UTC-5, in summer UTC-4) goes from 01:00 back to 00:00 on the first Sunday of November: 2027-11-07, 05:00Z.
    // Lebanon (UTC+2, in summer UTC+3) goes from 00:00 to 01:00 on the last Sunday of March: 2027-03-28, 22:00Z.
    check(
        "America/Havana",
        &[
            ("2027-11-07", "00:00", "24:00", "2027-11-07T04:00:00", "2027-11-08T05:00:00", 25 * 60),
            ("2027-11-06", "20:00", "24:00", "2027-11-07T00:00:00", "2027-11-07T05:00:00", 300),
        ],
    );
    check(
        "Asia/Beirut",
        &[
            ("2027-03-28", "00:00", "24:00", "2027-03-27T22:00:00", "2027-03-28T21:00:00", 23 * 60),
            ("2027-03-27", "20:00", "24:00", "2027-03-27T18:00:00", "2027-03-27T22:00:00", 240),
        ],
    );
}

#[test]
fn the_grid_begins_anew_at_the_first_of_two_midnights() {
    // Newfoundland's clock (UTC-3:30, in summer UTC-2:30) went from 00:01 on 2010-11-07 back to 23:01 on the 6th, at
    // 02:31Z. So the 7th began at 02:30Z, and then it was the 6th again; the 8th began at 03:30Z.
    let rules: Rules = serde_json::from_value(json!({ "time_zone": "America/St_Johns" })).unwrap();
    let at = |text: &str| text.parse::<Timestamp>().unwrap().millis();
    let between = Stretch { from: at("2010-11-07T02:40:00Z"), to: at("2010-11-07T02:45:00Z") };
    let seventh = Stretch { from: at("2010-11-07T02:30:00Z"), to: at("2010-11-08T03:30:00Z") };
    assert_eq!(Timetable::of(&rules).unwrap().openings(between), [seventh]);
}

#[test]
fn windows_that_touch_over_midnight_are_one_span_with_two_grids() {
    let rules: Rules = serde_json::from_value(json!({
        "time_zone": "Europe/Berlin",
        "open": { "monday": [{ "from": "18:00", "to": "24:00" }], "tuesday": [{ "from": "00:00", "to": "03:00" }] },
    }))
    .unwrap();
    let at = |text: &str| text.parse::<Timestamp>().unwrap().millis();
    // 2026-11-23 is a Monday; UTC+1.
    let between = Stretch { from: at("2026-11-23T00:00:00Z"), to: at("2026-11-25T00:00:00Z") };
    let (opens, midnight, closes) =
        (at("2026-11-23T17:00:00Z"), at("2026-11-23T23:00:00Z"), at("2026-11-24T02:00:00Z"));
    let timetable = Timetable::of(&rules).unwrap();
    assert_eq!(timetable.spans(between), [Stretch { from: opens, to: closes }]);
    let openings = [Stretch { from: opens, to: midnight }, Stretch { from: midnight, to: closes }];
    assert_eq!(timetable.openings(between), openings);
}
