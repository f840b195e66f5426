//! `/_local/schedules`: the schedules of the functions. `POST` runs one now.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::activity::Activity;
use crate::aws::interface::page::message;
use crate::aws::schedule::Scheduled;

#[derive(Clone)]
pub(super) struct Schedules {
    pub activity: Activity,
    pub all: Arc<[Arc<Scheduled>]>,
}

pub(super) async fn list(State(schedules): State<Schedules>) -> Json<Vec<Value>> {
    let show = |scheduled: &Arc<Scheduled>| {
        let mut shown = json!({
            "id": scheduled.rule,
            "function": scheduled.function,
            "expression": scheduled.schedule.expression,
        });
        if let (Some(shown), Value::Object(changing)) =
            (shown.as_object_mut(), schedules.activity.schedule(&scheduled.rule))
        {
            shown.extend(changing);
        }
        shown
    };
    Json(schedules.all.iter().map(show).collect())
}

/// The run goes on after the answer, and is on the list when it has ended.
pub(super) async fn run(State(schedules): State<Schedules>, Path(id): Path<String>) -> Response {
    let Some(found) = schedules.all.iter().find(|scheduled| scheduled.rule == id).cloned() else {
        return message(StatusCode::NOT_FOUND, "there is no schedule of this name");
    };
    tokio::spawn(async move { found.run_once().await });
    StatusCode::ACCEPTED.into_response()
}
