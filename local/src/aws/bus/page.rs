//! `GET /_local/events`: the events of the buses, newest first.

use axum::Json;
use axum::extract::{Query, State};
use axum::routing::get;
use serde::Deserialize;

use super::{Bus, Event};
use crate::aws::interface::page::Page;

pub(crate) fn page(bus: Bus) -> Page {
    Page { path: "/_local/events".into(), handler: get(list).with_state(bus), yields: false }
}

/// Filters of the list.
#[derive(Debug, Deserialize)]
struct Narrow {
    source: Option<String>,
    #[serde(rename = "detail-type")]
    detail_type: Option<String>,
    limit: Option<usize>,
}

async fn list(State(bus): State<Bus>, Query(narrow): Query<Narrow>) -> Json<Vec<Event>> {
    let wanted = |event: &Event| {
        narrow.source.as_ref().is_none_or(|source| *source == event.source)
            && narrow.detail_type.as_ref().is_none_or(|kind| *kind == event.detail_type)
    };
    let events = bus.events().into_iter().rev().filter(wanted);
    Json(events.take(narrow.limit.unwrap_or(usize::MAX)).collect())
}
