//! `GET /_local/events`: what reached the bus, newest first.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
};
use serde::Deserialize;

use super::Gateway;
use crate::aws::bus::Event;

/// Narrows the list.
#[derive(Debug, Deserialize)]
pub(super) struct Narrow {
    source: Option<String>,
    #[serde(rename = "detail-type")]
    detail_type: Option<String>,
    limit: Option<usize>,
}

pub(super) async fn list(State(gateway): State<Arc<Gateway>>, Query(narrow): Query<Narrow>) -> Json<Vec<Event>> {
    let wanted = |event: &Event| {
        narrow.source.as_ref().is_none_or(|source| *source == event.source)
            && narrow.detail_type.as_ref().is_none_or(|kind| *kind == event.detail_type)
    };
    let events = gateway.bus.events().into_iter().rev().filter(wanted);
    Json(events.take(narrow.limit.unwrap_or(usize::MAX)).collect())
}
