//! A request's body, within the gateway's limit.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, header},
};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use tokio::time::timeout;

/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>
const LIMIT: usize = 10 * 1024 * 1024;
/// How long what is over the limit is read and thrown away, so that a client which is still sending sees the answer.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) enum Unread {
    TooLarge,
    Broken,
}

pub(super) async fn read(mut body: Body, headers: &HeaderMap) -> Result<Bytes, Unread> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > LIMIT as u64) {
        // A client that asks first has not begun to send.
        if !headers.contains_key(header::EXPECT) {
            discard(body).await;
        }
        return Err(Unread::TooLarge);
    }
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() else { continue };
        if read.len() + data.len() > LIMIT {
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
