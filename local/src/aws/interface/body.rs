//! Reading the body of a request, up to a limit.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use tokio::time::timeout;

/// How long an oversized body is read and discarded, so that a client which is still sending receives the response.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why there is no body.
pub(crate) enum Unread {
    TooLarge,
    /// The client disconnected before the end.
    Incomplete,
}

/// Reads a body of at most `limit` bytes.
pub(crate) async fn read(mut body: Body, headers: &HeaderMap, limit: usize) -> Result<Bytes, Unread> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        // A client with `Expect: 100-continue` has not sent the body yet.
        if !headers.contains_key(header::EXPECT) {
            discard(body).await;
        }
        return Err(Unread::TooLarge);
    }
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Unread::Incomplete)?.into_data() else { continue };
        if read.len() + data.len() > limit {
            drop(read);
            discard(body).await;
            return Err(Unread::TooLarge);
        }
        read.extend_from_slice(&data);
    }
    Ok(read.freeze())
}

async fn discard(mut body: Body) {
    let _ = timeout(PATIENCE, async { while let Some(Ok(_)) = body.frame().await {} }).await;
}
