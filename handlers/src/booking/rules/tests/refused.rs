//! Rules that are refused, by the pointers of their faults.

use serde_json::{Value, json};

use super::super::Date;
use super::{read, window};

#[track_caller]
fn pointers(body: &Value) -> Vec<String> {
    read(body).unwrap_err().into_iter().map(|(pointer, _)| pointer).collect()
}

fn on_monday(windows: &[Value]) -> Value {
    json!({ "open": { "monday": windows } })
}

#[test]
fn bad_rules_are_refused_by_their_pointers() {
    let nine: Vec<_> = (0..9).map(|hour| window(&format!("{hour:02}:00"), &format!("{hour:02}:30"))).collect();
    let dates = (1..=101).map(|day| Date::of_days(20_000 + day).to_string());
    let dates: Vec<_> = dates.map(|date| json!({ "date": date, "open": [] })).collect();
    let cases = [
        (json!({ "time_zone": "Europe/Atlantis" }), vec!["/time_zone"]),
        (json!({ "time_zone": "" }), vec!["/time_zone"]),
        (json!({ "colour": "red" }), vec!["/colour"]),
        (json!({ "open": { "funday": [] } }), vec!["/open/funday"]),
        (json!({ "open": { "monday": null } }), vec!["/open/monday"]),
        (json!({ "open": [] }), vec!["/open"]),
        (on_monday(&[json!({ "from": "09:00", "to": "17:00", "note": "x" })]), vec!["/open/monday/0/note"]),
        (on_monday(&[json!({ "from": "09:00" })]), vec!["/open/monday/0/to"]),
        (on_monday(&[window("9:00", "17:00")]), vec!["/open/monday/0/from"]),
        (on_monday(&[window("24:00", "25:00")]), vec!["/open/monday/0/from", "/open/monday/0/to"]),
        (on_monday(&[window("09:00", "09:00")]), vec!["/open/monday/0/to"]),
        (on_monday(&[window("00:00", "00:00")]), vec!["/open/monday/0/to"]),
        (on_monday(&nine), vec!["/open/monday"]),
        (json!({ "exceptions": [{ "date": "2026-02-29", "open": [] }] }), vec!["/exceptions/0/date"]),
        (json!({ "exceptions": [{ "date": "2026-12-24" }] }), vec!["/exceptions/0/open"]),
        (json!({ "exceptions": [{ "date": "2026-12-24", "open": nine }] }), vec!["/exceptions/0/open"]),
        (json!({ "exceptions": [{ "date": "2026-12-24", "open": [], "why": "" }] }), vec!["/exceptions/0/why"]),
        (
            json!({ "exceptions": [{ "date": "2026-12-24", "open": [] }, { "date": "2026-12-25", "open": [] },
                { "date": "2026-12-24", "open": [] }] }),
            vec!["/exceptions/2/date"],
        ),
        (json!({ "exceptions": dates }), vec!["/exceptions"]),
        (json!({ "min_minutes": 61, "max_minutes": 60 }), vec!["/max_minutes"]),
    ];
    for (body, expected) in cases {
        assert_eq!(pointers(&body), expected, "{body}");
    }
    assert!(read(&json!({ "exceptions": dates[..100] })).is_ok());
    assert!(read(&on_monday(&nine[..8])).is_ok());
}

#[test]
fn windows_that_overlap_are_refused_where_the_later_one_stands() {
    let day = |date: &str, windows: &[Value]| json!({ "date": date, "open": windows });
    let cases = [
        (on_monday(&[window("09:00", "12:00"), window("11:59", "13:00")]), vec!["/open/monday/1"]),
        (on_monday(&[window("11:00", "13:00"), window("09:00", "12:00")]), vec!["/open/monday/1"]),
        (on_monday(&[window("09:00", "17:00"), window("09:00", "17:00")]), vec!["/open/monday/1"]),
        (
            on_monday(&[window("00:00", "24:00"), window("01:00", "02:00"), window("03:00", "04:00")]),
            vec!["/open/monday/1", "/open/monday/2"],
        ),
        (on_monday(&[window("22:00", "02:00"), window("23:00", "23:30")]), vec!["/open/monday/1"]),
        (
            json!({ "open": { "monday": [window("22:00", "02:00")], "tuesday": [window("01:59", "03:00")] } }),
            vec!["/open/tuesday/0"],
        ),
        (
            json!({ "open": { "monday": [window("00:00", "01:00")], "sunday": [window("22:00", "00:01")] } }),
            vec!["/open/sunday/0"],
        ),
        // 2026-12-24 is a Thursday.
        (
            json!({ "open": { "wednesday": [window("22:00", "02:00")] },
                "exceptions": [day("2026-12-24", &[window("01:00", "03:00")])] }),
            vec!["/exceptions/0/open/0"],
        ),
        (
            json!({ "open": { "friday": [window("01:00", "03:00")] },
                "exceptions": [day("2026-12-24", &[window("22:00", "02:00")])] }),
            vec!["/exceptions/0/open/0"],
        ),
        (
            json!({ "exceptions": [day("2026-12-25", &[window("01:00", "03:00")]),
                day("2026-12-24", &[window("09:00", "10:00"), window("22:00", "02:00"), window("09:59", "11:00")])] }),
            vec!["/exceptions/0/open/0", "/exceptions/1/open/2"],
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(pointers(&body), expected, "{body}");
    }
    let fault = read(&on_monday(&[window("22:00", "02:00"), window("23:00", "23:30")])).unwrap_err();
    assert_eq!(fault[0].1, "overlaps monday's window from 22:00 to 02:00 on the next day");
}

#[test]
fn windows_that_touch_do_not_overlap() {
    let touching = json!({
        "open": {
            "monday": [window("00:00", "01:00"), window("01:00", "12:00"), window("22:00", "02:00")],
            "tuesday": [window("02:00", "24:00")],
            "wednesday": [window("00:00", "24:00")],
            "sunday": [window("22:00", "00:00")],
        },
        "exceptions": [
            // A Tuesday, after a Monday whose window runs to 02:00; the Wednesday after it begins at 00:00.
            { "date": "2026-12-22", "open": [window("02:00", "03:00"), window("23:00", "24:00")] },
            // The day after a date that has an exception is no longer its weekday's.
            { "date": "2026-12-26", "open": [window("22:00", "02:00")] },
            { "date": "2026-12-27", "open": [] },
        ],
    });
    assert!(read(&touching).is_ok(), "{:?}", read(&touching));
}

#[test]
fn every_fault_is_named_at_once() {
    let body = json!({
        "time_zone": "Mars/Olympus", "capacity": 0, "min_minutes": 90, "max_minutes": 60, "notice_minutes": -1,
        "open": { "monday": [window("09:00", "9:30"), window("10:00", "12:00"), window("11:00", "13:00")], "someday": [] },
        "exceptions": [{ "date": "2026-02-30", "open": [window("10:00", "10:00")] }, { "date": 7, "open": [] }],
        "slot_minutes": "30",
    });
    let mut found = pointers(&body);
    found.sort();
    let expected = [
        "/capacity",
        "/exceptions/0/date",
        "/exceptions/0/open/0/to",
        "/exceptions/1/date",
        "/max_minutes",
        "/notice_minutes",
        "/open/monday/0/to",
        "/open/monday/2",
        "/open/someday",
        "/slot_minutes",
        "/time_zone",
    ];
    assert_eq!(found, expected);
}

#[test]
fn faults_say_what_to_send_instead() {
    let details = |body: Value| read(&body).unwrap_err().into_iter().map(|(_, detail)| detail).collect::<Vec<_>>();
    assert_eq!(
        details(on_monday(&[window("24:00", "x")])),
        ["must be a time of day as HH:MM, from 00:00 to 23:59", "must be a time of day as HH:MM, from 00:00 to 24:00"]
    );
    let whole_day = ["must be another time than from; a whole day is 00:00 to 24:00"];
    assert_eq!(details(on_monday(&[window("09:00", "09:00")])), whole_day);
    assert_eq!(details(json!({ "min_minutes": 61, "max_minutes": 60 })), ["must be at least min_minutes, which is 61"]);
    assert_eq!(details(json!({ "time_zone": "europe/berlin" })), ["must be spelled Europe/Berlin"]);
    assert_eq!(
        details(json!({ "exceptions": [{ "date": "2026-02-29", "open": [] }] })),
        ["must be a date that exists, such as 2026-12-24"]
    );
}

#[test]
fn each_bound_holds_at_its_edge() {
    let bounds = [
        ("capacity", 1, 1000),
        ("slot_minutes", 1, 1440),
        ("min_minutes", 1, 44_640),
        ("max_minutes", 1, 44_640),
        ("buffer_before_minutes", 0, 1440),
        ("buffer_after_minutes", 0, 1440),
        ("notice_minutes", 0, 525_600),
        ("horizon_days", 1, 730),
    ];
    for (name, least, most) in bounds {
        for value in [least, most] {
            assert!(read(&json!({ name: value })).is_ok(), "{name} {value}");
        }
        for value in [json!(least - 1), json!(most + 1), json!("1"), json!(1.5), json!(i64::MIN)] {
            assert_eq!(pointers(&json!({ name: value })), [format!("/{name}")], "{name} {value}");
        }
    }
    for name in ["time_zone", "exceptions", "capacity", "buffer_before_minutes", "notice_minutes"] {
        assert_eq!(pointers(&json!({ name: null })), [format!("/{name}")]);
    }
}
