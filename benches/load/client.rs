//! HTTP client of the service.

use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, Utc};
use reqwest::{Client, Method};
use serde_json::Value;

use crate::Failure;

/// The time that API Gateway waits for a response.
const LONGEST: Duration = Duration::from_secs(30);

/// A client that keeps connections open.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    client: Client,
    url: String,
}

/// A response and its duration.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) took: Duration,
}

impl Api {
    pub(crate) fn new(url: String) -> Self {
        Self { client: Client::new(), url }
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, Failure> {
        let mut request = self.client.request(method, format!("{}{path}", self.url)).timeout(LONGEST);
        if let Some(body) = body {
            request = request.json(body);
        }
        let sent = Instant::now();
        let response = request.send().await?;
        let status = response.status().as_u16();
        let bytes = response.bytes().await?;
        let took = sent.elapsed();
        Ok(Answer { status, body: serde_json::from_slice(&bytes).unwrap_or_default(), took })
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer, Failure> {
        self.send(Method::GET, path, None).await
    }
}

/// Formats a time for the API.
pub(crate) fn time(seconds: i64) -> String {
    DateTime::<Utc>::from_timestamp(seconds, 0).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Secs, true)
}
