//! Webhooks, end to end: what arrives of a booking, in which form, and how often it is tried.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::lapse::Lapse;
use crate::common::receiver::{Answering, Got, Receiver};
use crate::common::*;
use handlers::booking::Timestamp;
use local::Options;
use serde_json::{Value, json};

/// Another secret, which replaces [`SECRET`].
const NEXT: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

/// A service whose webhooks go to the receiver.
async fn sending_to(receiver: &Receiver) -> World {
    World::with(Options { params: webhook(&receiver.url()), ..options() }).await
}

/// A service whose webhooks go to the receiver and whose retries take no time.
async fn without_pauses(receiver: &Receiver) -> (World, Lapse) {
    let lapse = Lapse::start().await;
    let environment = BTreeMap::from([("AWS_ENDPOINT_URL_SQS".to_owned(), lapse.url.clone())]);
    let world = World::with(Options { params: webhook(&receiver.url()), environment, ..options() }).await;
    lapse.forward(world.service.sqs_url());
    (world, lapse)
}

/// A queue as `/_local/queues` shows it.
async fn queue(world: &World, name: &str) -> Value {
    let queues = world.get("/_local/queues").await.body;
    queues.as_array().unwrap().iter().find(|queue| queue["name"] == name).expect("the queue").clone()
}

fn kinds(got: &[Got]) -> Vec<&str> {
    let mut kinds: Vec<_> = got.iter().map(Got::kind).collect();
    kinds.sort_unstable();
    kinds
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_and_every_reminder_of_a_booking_arrives_signed() {
    let receiver = Receiver::start(Answering::Status(204)).await;
    let world = sending_to(&receiver).await;
    let wanted = with(hour("room", 600), json!({"hold_seconds": 60, "reminder_lead_seconds": HOUR}));
    let held = world.book(&wanted).await;
    assert_eq!(world.post(&format!("{}/confirm", path(&held)), &Value::Null).await.status, 200);
    world.reminded(&held).await;
    world.put(&path(&held), &json!({"metadata": {"note": "é \" \\ 0.10"}})).await;
    world.cancel(&held).await;
    world.delete(&path(&held)).await;

    let got = receiver.wait(6).await;
    let life = ["cancelled", "confirmed", "created", "deleted", "reminder_due", "rescheduled"];
    assert_eq!(kinds(&got), life.map(|kind| format!("booking.{kind}")));
    let events = world.events(&held).await;
    assert_eq!(events.len(), got.len());
    for webhook in &got {
        let event = events.iter().find(|event| event["detail"]["id"] == webhook.id()).expect("its event");
        assert_eq!(webhook.body["data"], event["detail"]);
        let members: Vec<_> = webhook.body.as_object().unwrap().keys().collect();
        assert_eq!(members.len(), 3, "{members:?}");
        let time: Timestamp = text(&webhook.body["timestamp"]).parse().expect("a time");
        let sent: i64 = webhook.header("webhook-timestamp").parse().expect("seconds");
        assert!(time.seconds() <= sent && sent <= Timestamp::now().seconds(), "{webhook:?}");
        assert_eq!(webhook.line(), "POST /hook HTTP/1.1");
        assert_eq!(webhook.header("content-type"), "application/json");
        assert!(webhook.header("user-agent").starts_with("bookings/"), "{webhook:?}");
        assert!(webhook.is_signed_by(SECRET) && !webhook.is_signed_by(NEXT), "{webhook:?}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_is_not_taken_is_tried_again_with_the_same_id_and_body() {
    let receiver = Receiver::start(Answering::Fails(3)).await;
    let (world, lapse) = without_pauses(&receiver).await;
    // The first pause is a real one, in which the queue shows it.
    lapse.real(true);
    world.book(&hour("room", DAY)).await;
    eventually("the message is hidden for five seconds", async || {
        let message = queue(&world, "bookings-dev-webhooks").await["messages"][0].clone();
        let visible: Timestamp = message["visible_at"].as_str()?.parse().ok()?;
        (message["receives"] == 1 && visible.seconds() - Timestamp::now().seconds() <= 5).then_some(())
    })
    .await;
    lapse.real(false);
    let emptied = async || (queue(&world, "bookings-dev-webhooks").await["messages"] == json!([])).then_some(());
    eventually("the webhook is taken", emptied).await;
    let got = receiver.got();
    assert_eq!((got.len(), lapse.hidden()), (4, vec![5, 300, 1800]));
    let ids: BTreeSet<_> = got.iter().map(|webhook| (webhook.id(), webhook.text.as_str())).collect();
    assert_eq!(ids.len(), 1, "{got:#?}");
    assert!(got.iter().all(|webhook| webhook.is_signed_by(SECRET)));
    assert_eq!(queue(&world, "bookings-dev-webhooks-dead-letters").await["messages"], json!([]));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_seventh_try_a_webhook_is_in_the_dead_letters() {
    let receiver = Receiver::start(Answering::Status(503)).await;
    let (world, lapse) = without_pauses(&receiver).await;
    let booking = world.book(&hour("room", DAY)).await;
    let dead = eventually("the event is given up", async || {
        let messages = queue(&world, "bookings-dev-webhooks-dead-letters").await["messages"].clone();
        messages.get(0).cloned()
    })
    .await;
    assert_eq!(receiver.got().len(), 7);
    assert_eq!(lapse.hidden(), [5, 300, 1800, 7200, 18_000, 36_000, 0]);
    assert_eq!(dead["body"]["detail"]["booking_id"], booking["booking_id"]);
    assert_eq!(dead["source"], "bookings-dev-webhooks");
    eventually("each try is counted", async || {
        let lines = world.service.log_lines();
        let count = |metric: &str| lines.iter().filter(|line| line.contains(&format!("\"{metric}\":1"))).count();
        ((count("WebhooksFailed"), count("WebhooksGivenUp"), count("WebhooksDelivered")) == (7, 1, 0)).then_some(())
    })
    .await;

    // As docs/webhooks.md replays it. It comes with the id that it had.
    receiver.answer(Answering::Status(200));
    let arn = "arn:aws:sqs:eu-central-1:000000000000:bookings-dev-webhooks-dead-letters";
    world.sqs("StartMessageMoveTask", &json!({ "SourceArn": arn })).await;
    let got = receiver.wait(8).await;
    assert_eq!(got[7].id(), got[0].id());
    eventually("it is delivered", async || {
        let names = ["bookings-dev-webhooks", "bookings-dev-webhooks-dead-letters"];
        let queues = [queue(&world, names[0]).await, queue(&world, names[1]).await];
        queues.iter().all(|queue| queue["messages"] == json!([])).then_some(())
    })
    .await;
    world.stop().await;
}

/// The steps of docs/webhooks.md: the receiver takes the old secret, then the new one, and never both.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_replaced_without_a_lost_webhook() {
    let receiver = Receiver::start(Answering::Status(200)).await;
    let before = webhook(&receiver.url());
    let both = BTreeMap::from([("webhookSecretNext".to_owned(), NEXT.to_owned())]).into_iter().chain(before.clone());
    let after = BTreeMap::from([("webhookSecret".to_owned(), NEXT.to_owned())]);
    let after = before.clone().into_iter().chain(after).collect();
    let steps = [(before, vec![SECRET]), (both.collect(), vec![SECRET, NEXT]), (after, vec![NEXT])];
    for (came, (params, taken)) in steps.into_iter().enumerate() {
        let world = World::with(Options { params, ..options() }).await;
        world.book(&hour("room", DAY)).await;
        let got = receiver.wait(came + 1).await;
        for secret in [SECRET, NEXT] {
            assert_eq!(got[came].is_signed_by(secret), taken.contains(&secret), "{secret}");
        }
        assert_eq!(got[came].header("webhook-signature").split(' ').count(), taken.len());
        if let [_, _] = taken[..] {
            let (first, _) = got[came].header("webhook-signature").split_once(' ').unwrap();
            let of_first = got[came].clone().with_signature(first);
            assert!(of_first.is_signed_by(NEXT), "the new one is first");
        }
        world.stop().await;
    }
}

/// Order is not promised; `data.after.version` gives it.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_burst_of_changes_each_arrives_and_versions_order_them() {
    let receiver = Receiver::start(Answering::Status(200)).await;
    let world = sending_to(&receiver).await;
    let booking = world.book(&hour("room", DAY)).await;
    for change in 1..20 {
        world.put(&path(&booking), &json!({"metadata": {"change": change.to_string()}})).await;
    }
    let mut got = receiver.wait(20).await;
    assert_eq!(got.iter().map(Got::id).collect::<BTreeSet<_>>().len(), 20, "each has its own id");
    got.sort_by_key(|webhook| webhook.body["data"]["after"]["version"].as_u64());
    for (place, webhook) in got.iter().enumerate() {
        let after = &webhook.body["data"]["after"];
        assert_eq!(after["version"], place + 1);
        assert_eq!(after["metadata"]["change"].as_str(), (place > 0).then(|| place.to_string()).as_deref());
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_secret_body_path_or_query_is_logged() {
    let receiver = Receiver::start(Answering::Status(200)).await;
    let url = format!("http://127.0.0.1:{}/t0ken-in-path?key=t0ken-in-query", receiver.port);
    let world = World::with(Options { params: webhook(&url), ..options() }).await;
    let body =
        with(hour("customer-4711", DAY), json!({"user_id": "customer-4711", "metadata": {"a": "customer-4711"}}));
    let booking = world.book(&body).await;
    receiver.wait(1).await;
    receiver.answer(Answering::Status(500));
    world.cancel(&booking).await;
    let logged = eventually("both tries are logged", async || {
        let lines = world.service.log_lines();
        let told = |metric: &str| lines.iter().any(|line| line.contains(&format!("\"{metric}\":1")));
        (told("WebhooksDelivered") && told("WebhooksFailed")).then_some(lines)
    })
    .await;
    let of_webhooks: Vec<_> = logged.iter().filter(|line| line.starts_with("deliverWebhooks ")).collect();
    assert!(of_webhooks.iter().any(|line| line.contains("not delivered")), "{of_webhooks:#?}");
    for secret in [SECRET, &SECRET[6..], "t0ken", "customer-4711", "v1,"] {
        let told: Vec<_> = logged.iter().filter(|line| line.contains(secret)).collect();
        assert!(told.is_empty(), "{told:#?}");
    }
    world.stop().await;
}

/// The function is that of the tests' receiver.
#[test]
fn the_documented_receiver_in_rust_is_the_one_that_tests_verify_with() {
    let page = std::fs::read_to_string(template().with_file_name("docs/webhooks.md")).unwrap();
    assert!(page.contains(&format!("```rust\n{}```\n", include_str!("common/verify.rs"))));
}
