//! Further reminders: each is told once, and each change concerns only the reminders that it is about.

use std::collections::BTreeSet;

use crate::common::*;
use handlers::booking::Timestamp;
use serde_json::{Value, json};

fn leads(first: &Value, further: &[i64]) -> Value {
    json!({ "reminder_lead_seconds": first, "further_reminder_lead_seconds": further })
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_five_reminders_is_told_once_with_its_own_lead() {
    let world = World::start().await;
    // The booking starts in ten minutes, so that all of them are due at once.
    let body = with(hour("room", 600), leads(&json!(3600), &[7200, 2_592_000, 1800, 900]));
    let booking = world.book(&body).await;
    assert_eq!(booking["further_reminder_lead_seconds"], json!([7200, 2_592_000, 1800, 900]));
    let told = eventually("all five are told", async || {
        let told = world.reminders(&booking).await;
        (told.len() >= 5).then_some(told)
    })
    .await;
    // Later reminders have passed through the same stream. A second one of the first booking would be there, too.
    world.reminded(&world.book(&with(hour("hall", 600), leads(&json!(3600), &[]))).await).await;
    assert_eq!(world.reminders(&booking).await.len(), 5);
    let leads: BTreeSet<_> = told.iter().map(|event| event["detail"]["lead_seconds"].as_i64().unwrap()).collect();
    assert_eq!(leads, BTreeSet::from([900, 1800, 3600, 7200, 2_592_000]));
    let ids: BTreeSet<_> = told.iter().map(|event| text(&event["detail"]["id"]).to_owned()).collect();
    assert_eq!(ids.len(), 5, "a consumer would take one for a duplicate of another");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_one_lead_leaves_the_timers_of_the_others() {
    let world = World::start().await;
    let booking = world.book(&with(hour("room", 5 * DAY), leads(&json!(900), &[3600, 7200]))).await;
    let before = world.timers(&booking).await;
    let kinds = |timers: &[(String, String)]| timers.iter().map(|(kind, _)| kind.clone()).collect::<Vec<_>>();
    assert_eq!(kinds(&before), ["reminder", "reminder-3600", "reminder-7200"]);

    let change = json!({ "further_reminder_lead_seconds": [7200, 60] });
    let changed = world.put(&path(&booking), &change).await;
    assert_eq!(changed.body["further_reminder_lead_seconds"], json!([7200, 60]));
    let after = world.timers(&booking).await;
    assert_eq!(kinds(&after), ["reminder", "reminder-60", "reminder-7200"]);
    assert_eq!((&after[0], &after[2]), (&before[0], &before[2]), "a new token would tell a reminder twice");

    world.put(&path(&booking), &json!({ "reminder_lead_seconds": 600 })).await;
    let first = world.timers(&booking).await;
    assert_eq!(first[1..], after[1..]);
    assert_ne!(first[0].1, after[0].1);

    let later = json!({ "start_time": soon(6 * DAY), "end_time": soon(6 * DAY + HOUR) });
    assert_eq!(world.put(&path(&booking), &later).await.status, 200);
    let moved = world.timers(&booking).await;
    assert_eq!(kinds(&moved), kinds(&first));
    assert!(moved.iter().all(|timer| !first.contains(timer)), "all of them move with the start");

    let none = world.put(&path(&booking), &json!({ "reminder_lead_seconds": null })).await.body;
    assert_eq!(none["further_reminder_lead_seconds"], json!([]));
    assert_eq!((&none["reminder_lead_seconds"], &none["ttl"]), (&Value::Null, &Value::Null));
    assert!(world.timers(&booking).await.is_empty());
    world.stop().await;
}

/// A form that sends the leads in another order must not remind anybody twice.
#[tokio::test(flavor = "multi_thread")]
async fn leads_that_change_places_are_told_once() {
    let world = World::start().await;
    // Both of 7200 and 3600 are due at once; 60 is due later.
    let booking = world.book(&with(hour("room", 1800), leads(&json!(7200), &[3600, 60]))).await;
    let told = async || world.reminders(&booking).await;
    eventually("two are told", async || (told().await.len() == 2).then_some(())).await;
    let put = async |first: i64, further: &[i64]| {
        let answer = world.put(&path(&booking), &leads(&json!(first), further)).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        answer.body
    };
    assert_eq!(put(3600, &[60, 7200]).await["ttl"], booking["ttl"], "it was due then");
    assert_eq!(put(60, &[7200, 3600]).await["ttl"], json!(start(&booking) - 60));
    assert_eq!(put(7200, &[3600, 60]).await["ttl"], booking["ttl"]);
    assert_eq!(world.timers(&booking).await.len(), 1, "nothing that is told is set again");
    // Whatever was set anew would be due, and swept.
    world.sweep(now() + 5).await;
    world.reminded(&world.book(&with(hour("hall", 600), leads(&json!(3600), &[]))).await).await;
    assert_eq!(told().await.len(), 2);
    // The one that is still to come comes.
    world.sweep(start(&booking) - 59).await;
    let all = eventually("the third is told", async || Some(told().await).filter(|told| told.len() > 2)).await;
    let leads: Vec<_> = all.iter().map(|event| event["detail"]["lead_seconds"].as_i64().unwrap()).collect();
    assert_eq!((leads.len(), leads[2]), (3, 60));
    world.stop().await;
}

/// A record may be handed over again after the leads have changed places: its id stays, and its lead is right.
#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_that_is_told_again_after_an_exchange_has_its_first_id() {
    let world = World::start().await;
    let booking = world.book(&with(hour("room", 1800), leads(&json!(7200), &[3600]))).await;
    eventually("both are told", async || (world.reminders(&booking).await.len() == 2).then_some(())).await;
    let first = world.reminders(&booking).await;
    let item = world.item(&format!("BOOKING#{}", text(&booking["booking_id"])), "BOOKING").await.unwrap();
    let further = &item["timers"]["M"]["reminder-3600"]["M"]["token"]["N"];
    let removed = [("reminder", &item["reminder_generation"]["N"]), ("reminder-3600", further)];
    let removed = removed.map(|(kind, token)| removal(&booking, kind, text(token)));
    world.put(&path(&booking), &leads(&json!(3600), &[7200])).await;
    let answer = world.service.invoke("publishEvents", json!({ "Records": removed })).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    let told = world.reminders(&booking).await;
    assert_eq!(told.len(), 4);
    let known = |events: &[Value]| {
        let of = |event: &Value| {
            (text(&event["detail"]["id"]).to_owned(), event["detail"]["lead_seconds"].clone().to_string())
        };
        events.iter().map(of).collect::<BTreeSet<_>>()
    };
    assert_eq!(known(&told), known(&first));
    world.stop().await;
}

/// The record of the removal of a timer that was due when the booking was made.
fn removal(booking: &Value, kind: &str, token: &str) -> Value {
    let (id, due) = (text(&booking["booking_id"]), booking["ttl"].as_i64().unwrap());
    let keys = json!({ "pk": { "S": "TIMER#2035-05-14T10:00#0" }, "sk": { "S": format!("{due}#{id}#{kind}") } });
    json!({
        "eventName": "REMOVE",
        "dynamodb": {
            "Keys": keys, "OldImage": with(keys.clone(), json!({ "ttl": { "N": due.to_string() }, "token": { "N": token } })),
            "SequenceNumber": "100000000000000000001",
        },
    })
}

fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

fn start(booking: &Value) -> i64 {
    text(&booking["start_time"]).parse::<Timestamp>().unwrap().seconds()
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_and_deleting_remove_all_reminders() {
    let world = World::start().await;
    let cancelled = world.book(&with(hour("room", DAY), leads(&json!(900), &[60, 120, 180, 240]))).await;
    let deleted = world.book(&with(hour("hall", DAY), leads(&json!(900), &[60, 120, 180, 240]))).await;
    assert_eq!(world.timers(&cancelled).await.len(), 5);
    let answer = world.cancel(&cancelled).await.body;
    assert_eq!(answer["further_reminder_lead_seconds"], json!([]));
    assert_eq!(world.delete(&path(&deleted)).await.status, 204);
    for booking in [&cancelled, &deleted] {
        assert!(world.timers(booking).await.is_empty());
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leads_are_distinct_few_and_in_bounds() {
    let world = World::start().await;
    let booking = world.book(&with(hour("hall", 5 * DAY), leads(&json!(900), &[3600]))).await;
    let all = "/further_reminder_lead_seconds";
    let first = "/further_reminder_lead_seconds/0";
    for (lead, further, expected) in [
        (json!(900), vec![3600, 3600], all),
        (json!(900), vec![900], all),
        (json!(900), vec![60, 120, 180, 240, 300], all),
        (json!(900), vec![59], first),
        (json!(900), vec![2_592_001], first),
        (Value::Null, vec![3600], all),
    ] {
        let refused = world.post("/bookings", &with(hour("room", 5 * DAY), leads(&lead, &further))).await;
        assert_eq!(refused.pointers(), [expected], "{lead} {further:?}");
        let refused = world.put(&path(&booking), &leads(&lead, &further)).await;
        assert_eq!(refused.pointers(), [expected], "{lead} {further:?}");
    }
    let absent = with(hour("room", 5 * DAY), json!({ "further_reminder_lead_seconds": [900] }));
    assert_eq!(world.post("/bookings", &absent).await.pointers(), [all], "900 is the first one's default");
    // The further ones stay, so the first one that is sent is what is there twice.
    let twice = world.put(&path(&booking), &json!({ "reminder_lead_seconds": 3600 })).await;
    assert_eq!(twice.pointers(), ["/reminder_lead_seconds"]);
    assert_eq!(world.get(&path(&booking)).await.body, booking);
    world.stop().await;
}
