use garde::Validate;
use proptest::prelude::*;

use crate::booking::{Booking, BookingError, BookingId, BookingPatch, Faults, NewBooking, ResourceId, Timestamp};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-22T08:00:00Z")
}

fn new(json: serde_json::Value) -> Result<NewBooking, String> {
    let new: NewBooking = serde_json::from_value(json).map_err(|error| error.to_string())?;
    new.validate().map_err(|report| report.to_string())?;
    Ok(new)
}

fn body() -> serde_json::Value {
    serde_json::json!({
        "user_id": "alice", "resource_id": "room-1",
        "start_time": "2026-11-22T10:00:00Z", "end_time": "2026-11-22T11:00:00Z",
    })
}

fn with(name: &str, value: impl Into<serde_json::Value>) -> serde_json::Value {
    let mut body = body();
    body[name] = value.into();
    body
}

fn booking() -> Booking {
    new(body()).unwrap().book(BookingId::of(uuid::Uuid::new_v4()), now()).unwrap()
}

#[test]
fn an_absent_lead_is_900_and_null_is_no_reminder() {
    assert_eq!(booking().reminder_lead_seconds, Some(900));
    assert_eq!(booking().ttl, Some(at("2026-11-22T09:45:00Z").seconds()));
    let none = new(with("reminder_lead_seconds", serde_json::Value::Null)).unwrap();
    let none = none.book(BookingId::of(uuid::Uuid::new_v4()), now()).unwrap();
    assert_eq!((none.reminder_lead_seconds, none.ttl), (None, None));
}

#[test]
fn a_lead_is_between_a_minute_and_thirty_days() {
    for lead in [60, 2_592_000] {
        assert!(new(with("reminder_lead_seconds", lead)).is_ok(), "{lead}");
    }
    for lead in [59, 0, -60, 2_592_001, i64::MAX] {
        assert!(new(with("reminder_lead_seconds", lead)).is_err(), "{lead}");
    }
    assert!(new(with("reminder_lead_seconds", 60.5)).is_err());
    assert!(new(with("reminder_lead_seconds", "60")).is_err());
}

#[test]
fn the_fingerprint_of_a_request_is_the_same_in_all_releases() {
    let fingerprint = |body| new(body).unwrap().fingerprint();
    assert_eq!(fingerprint(body()), "2e28bfc03e0e500185131058ba8017d7");
    assert_eq!(fingerprint(with("reminder_lead_seconds", serde_json::Value::Null)), "e664a814b80b5f13baac01961e6dae64");
}

#[test]
fn an_unknown_field_is_refused_by_name() {
    assert!(new(with("colour", "red")).unwrap_err().contains("colour"));
}

#[test]
fn a_booking_starts_in_the_future_and_ends_after_it_starts() {
    let refused = |body: serde_json::Value| match new(body).unwrap().book(BookingId::of(uuid::Uuid::new_v4()), now()) {
        Err(BookingError::Invalid(Faults(faults))) => faults.into_iter().map(|fault| fault.pointer).collect(),
        other => panic!("{other:?}"),
    };
    let pointers: Vec<String> = refused(with("start_time", "2026-11-22T08:00:00Z"));
    assert_eq!(pointers, ["/start_time"]);
    assert_eq!(refused(with("end_time", "2026-11-22T10:00:00Z")), ["/end_time"]);
    assert_eq!(refused(with("end_time", "2026-12-24T10:00:00Z")), ["/end_time"]);
    let mut both = with("start_time", "2020-01-01T00:00:00Z");
    both["end_time"] = "2019-01-01T00:00:00Z".into();
    assert_eq!(refused(both), ["/start_time", "/end_time"]);
}

#[test]
fn an_empty_patch_changes_nothing() {
    assert_eq!(BookingPatch::default().apply(&booking(), now()).unwrap(), None);
}

#[test]
fn a_patch_that_repeats_what_is_so_changes_nothing() {
    let same = BookingPatch { start_time: Some(booking().span.start()), ..BookingPatch::default() };
    assert_eq!(same.apply(&booking(), now()).unwrap(), None);
}

#[test]
fn an_absent_lead_follows_the_new_start() {
    let patch: BookingPatch = serde_json::from_value(serde_json::json!({
        "start_time": "2026-11-22T12:00:00Z", "end_time": "2026-11-22T13:00:00Z"
    }))
    .unwrap();
    let moved = patch.apply(&booking(), now()).unwrap().unwrap();
    assert_eq!(moved.reminder_lead_seconds, Some(900));
    assert_eq!(moved.ttl, Some(at("2026-11-22T11:45:00Z").seconds()));
    assert_eq!(moved.version, 2);
}

#[test]
fn a_null_lead_removes_the_reminder() {
    let patch: BookingPatch = serde_json::from_str(r#"{"reminder_lead_seconds":null}"#).unwrap();
    let changed = patch.apply(&booking(), now()).unwrap().unwrap();
    assert_eq!((changed.reminder_lead_seconds, changed.ttl), (None, None));
}

#[test]
fn null_is_no_value_for_a_field_that_needs_one() {
    for name in ["resource_id", "start_time", "end_time"] {
        assert!(serde_json::from_value::<BookingPatch>(serde_json::json!({ name: null })).is_err(), "{name}");
    }
}

#[test]
fn a_cancelled_booking_cannot_be_changed() {
    let cancelled = booking().cancelled(now());
    assert!(matches!(BookingPatch::default().apply(&cancelled, now()), Err(BookingError::Cancelled)));
}

#[test]
fn a_booking_that_has_started_can_be_made_longer_but_not_reminded_of() {
    let started = at("2026-11-22T10:30:00Z");
    let longer = BookingPatch { end_time: Some(at("2026-11-22T12:00:00Z")), ..BookingPatch::default() };
    let changed = longer.apply(&booking(), started).unwrap().unwrap();
    assert_eq!(changed.ttl, booking().ttl, "a due reminder is unchanged");
    let remind = BookingPatch { reminder_lead_seconds: Some(Some(60)), ..BookingPatch::default() };
    assert!(matches!(remind.apply(&booking(), started), Err(BookingError::Invalid(_))));
}

proptest! {
    /// Applying two patches in turn equals applying their union, in which the later one takes precedence.
    #[test]
    fn patches_compose(
        starts in proptest::array::uniform2(proptest::option::of(1_i64..600)),
        leads in proptest::array::uniform2(proptest::option::of(proptest::option::of(60_i64..10_000))),
        rooms in proptest::array::uniform2(proptest::option::of("[a-z]{1,8}")),
    ) {
        let base = booking();
        let minute = |minutes: i64| Timestamp::from_millis(now().millis() + minutes * 60_000).unwrap();
        let patch = |i: usize| BookingPatch {
            resource_id: rooms[i].as_deref().and_then(ResourceId::parse),
            start_time: starts[i].map(minute),
            end_time: Some(minute(1_000)),
            reminder_lead_seconds: leads[i],
            ..BookingPatch::default()
        };
        let (first, second) = (patch(0), patch(1));
        let union = BookingPatch {
            resource_id: second.resource_id.clone().or_else(|| first.resource_id.clone()),
            start_time: second.start_time.or(first.start_time),
            end_time: second.end_time,
            reminder_lead_seconds: second.reminder_lead_seconds.or(first.reminder_lead_seconds),
            ..BookingPatch::default()
        };
        let apply = |patch: &BookingPatch, booking: &Booking| {
            patch.apply(booking, now()).unwrap().unwrap_or_else(|| booking.clone())
        };
        let stepwise = apply(&second, &apply(&first, &base));
        let at_once = apply(&union, &base);
        prop_assert_eq!(Booking { version: 0, ..stepwise }, Booking { version: 0, ..at_once });
    }
}
