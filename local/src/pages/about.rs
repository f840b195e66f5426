//! `GET /_local/about`: the service that runs.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::Setup;

pub(super) async fn about(State(about): State<Value>) -> Json<Value> {
    Json(about)
}

pub(super) fn of(setup: &Setup<'_>) -> Value {
    let Setup { template, api, auth, .. } = setup;
    let mounted = template.pages.iter().map(|page| json!({ "title": page.title, "href": format!("{}/", page.path) }));
    json!({
        "service": template.service,
        "stage": template.stage,
        "region": template.region,
        "api": api,
        "pages": mounted.collect::<Vec<_>>(),
        "auth": auth,
    })
}
