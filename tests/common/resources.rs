//! Resources with rules: setting them, asking for slots, holding, and times that do not depend on the time of day.

use std::sync::LazyLock;

use handlers::booking::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, DAY, World, path, send, text};

impl World {
    /// Sets the rules of a resource, which must succeed.
    pub async fn rules(&self, resource: &str, rules: &Value) -> Value {
        let answer = self.put(&format!("/resources/{resource}"), rules).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    /// Asks for the slots that start between two times. `more` is added to the query.
    pub async fn slots(&self, resource: &str, from: &str, to: &str, more: &str) -> Answer {
        self.get(&format!("/resources/{resource}/slots?from={from}&to={to}{more}")).await
    }

    /// The starts of the slots between two times.
    pub async fn starts(&self, resource: &str, from: &str, to: &str, more: &str) -> Vec<String> {
        let answer = self.slots(resource, from, to, more).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let slots = answer.body.as_array().expect("slots").iter();
        slots.map(|slot| text(&slot["start_time"]).to_owned()).collect()
    }

    /// The busy times between two times.
    pub async fn busy(&self, resource: &str, from: &str, to: &str) -> Value {
        let answer = self.get(&format!("/resources/{resource}/busy?from={from}&to={to}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    /// Confirms a hold, with a `POST` without a body.
    pub async fn confirm(&self, booking: &Value) -> Answer {
        send(self.request(Method::POST, &format!("{}/confirm", path(booking)))).await
    }

    /// The tokens of a booking's timers, by what is due: `reminder`, `reminder-3600`, `hold`.
    pub async fn timers(&self, booking: &Value) -> Vec<(String, String)> {
        let id = text(&booking["booking_id"]);
        let items = self.items().await;
        let timers = items.iter().filter(|item| text(&item["pk"]["S"]).starts_with("TIMER#"));
        let of_booking = timers.filter_map(|item| {
            let kind = text(&item["sk"]["S"]).split_once(&format!("#{id}#"))?.1;
            Some((kind.to_owned(), text(&item["token"]["N"]).to_owned()))
        });
        let mut timers: Vec<_> = of_booking.collect();
        timers.sort();
        timers
    }

    /// The types of the booking's events on the bus, oldest first.
    pub async fn told(&self, booking: &Value) -> Vec<String> {
        self.events(booking).await.iter().map(|event| text(&event["detail-type"]).to_owned()).collect()
    }
}

/// One day of a test, also if midnight passes while it runs.
static TODAY: LazyLock<i64> = LazyLock::new(|| Timestamp::now().seconds() / DAY);

/// A time of day (UTC) on the date that is so many days ahead: `at(3, "10:00")`.
pub fn at(days: i64, clock: &str) -> String {
    let midnight = Timestamp::from_millis((*TODAY + days) * DAY * 1000).expect("a time").to_string();
    format!("{}T{clock}:00Z", &midnight[..10])
}

/// The body of a create for alice.
pub fn span(resource: &str, start: &str, end: &str) -> Value {
    json!({ "user_id": "alice", "resource_id": resource, "start_time": start, "end_time": end })
}

/// Rules by which a resource is open on every weekday in these windows.
pub fn daily(windows: &[(&str, &str)]) -> Value {
    let windows: Vec<_> = windows.iter().map(|(from, to)| json!({ "from": from, "to": to })).collect();
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let open: serde_json::Map<_, _> = days.into_iter().map(|day| (day.to_owned(), json!(windows))).collect();
    json!({ "open": open })
}
