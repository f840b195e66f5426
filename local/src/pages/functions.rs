//! `GET /_local/functions`: the functions with their processes.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::activity::Activity;
use crate::project::template::{Function, Receiver, Route, Rule};

#[derive(Clone)]
pub(super) struct Functions {
    activity: Activity,
    all: Arc<[Known]>,
}

/// The template's part of a function.
struct Known {
    key: String,
    shown: Value,
    executable: PathBuf,
}

impl Functions {
    pub(super) fn new(activity: Activity, binaries: &[(Function, PathBuf)], rules: &[Rule]) -> Self {
        let known = |(function, executable): &(Function, PathBuf)| Known {
            key: function.key.clone(),
            shown: json!({
                "key": function.key,
                "name": function.name,
                "handler": function.handler,
                "callers": callers(function, rules),
            }),
            executable: executable.clone(),
        };
        Self { activity, all: binaries.iter().map(known).collect() }
    }
}

pub(super) async fn list(State(functions): State<Functions>) -> Json<Vec<Value>> {
    let show = |known: &Known| {
        let mut shown = known.shown.clone();
        if let (Some(shown), Value::Object(changing)) = (shown.as_object_mut(), functions.activity.function(&known.key))
        {
            shown.extend(changing);
            shown.insert("built".to_owned(), built(known).into());
        }
        shown
    };
    Json(functions.all.iter().map(show).collect())
}

/// The events that invoke a function: `GET /things`, `stream of things`, `queue jobs`, `events of bus shop`,
/// `rate(1 minute)`.
fn callers(function: &Function, rules: &[Rule]) -> Vec<String> {
    let target = Receiver::Function(function.key.clone());
    let rules = rules.iter().filter(|rule| rule.targets.iter().any(|to| to.receiver == target));
    let buses: BTreeSet<&str> = rules.map(|rule| rule.bus.as_str()).collect();
    let routes = function.routes.iter().map(Route::key);
    let streams = function.streams.iter().map(|mapping| format!("stream of {}", mapping.table));
    let queues = function.queues.iter().map(|mapping| format!("queue {}", mapping.queue));
    let buses = buses.into_iter().map(|bus| format!("events of bus {bus}"));
    let schedules = function.schedules.iter().map(|schedule| schedule.expression.clone());
    routes.chain(streams).chain(queues).chain(buses).chain(schedules).collect()
}

/// When the executable was built. `None` while it is being replaced.
fn built(known: &Known) -> Option<String> {
    let modified = std::fs::metadata(&known.executable).and_then(|metadata| metadata.modified()).ok()?;
    Some(DateTime::<Utc>::from(modified).to_rfc3339_opts(SecondsFormat::Millis, true))
}
