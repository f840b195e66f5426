//! `GET /_local/build`: the last build.

use std::time::Duration;

use axum::Json;
use axum::extract::State as Given;
use chrono::SecondsFormat;
use serde_json::{Value, json};

use crate::base::builds::{Build, Builds, State};

pub(super) async fn build(Given(builds): Given<Builds>) -> Json<Value> {
    Json(show(&builds.watch().borrow()))
}

pub(super) fn show(build: &Build) -> Value {
    let (state, took, message, functions): (_, Option<Duration>, Option<&str>, &[String]) = match &build.state {
        State::Running => ("running", None, None, &[]),
        State::Served { took, functions } => ("served", Some(*took), None, functions),
        State::Failed { took, message } => ("failed", Some(*took), Some(message), &[]),
    };
    json!({
        "number": build.number,
        "began": build.began.to_rfc3339_opts(SecondsFormat::Millis, true),
        "state": state,
        "milliseconds": took.map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
        "message": message,
        "functions": functions,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_is_shown_as_it_runs_is_served_or_failed() {
        let shown = |state| {
            let began = "2026-11-22T08:00:00.25Z".parse().unwrap();
            show(&Build { number: 7, began, state })
        };
        let took = Duration::from_millis(1500);
        assert_eq!(
            shown(State::Served { took, functions: vec!["a".into()] }),
            json!({
                "number": 7, "began": "2026-11-22T08:00:00.250Z", "state": "served", "milliseconds": 1500,
                "message": null, "functions": ["a"],
            })
        );
        let running = shown(State::Running);
        assert_eq!((&running["state"], &running["milliseconds"]), (&json!("running"), &Value::Null));
        let failed = shown(State::Failed { took, message: "error[E0308]".into() });
        assert_eq!((&failed["state"], &failed["message"]), (&json!("failed"), &json!("error[E0308]")));
    }
}
