//! HTTP client of another DynamoDB-compatible server, such as DynamoDB Local.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Uri};
use bytes::Bytes;
use chrono::Utc;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::time::timeout;

use crate::aws::interface::database::{DatabaseError, Operation};

const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct Remote {
    client: Client<HttpConnector, Full<Bytes>>,
    endpoint: Uri,
    region: String,
}

impl Remote {
    /// An error is a phrase about the endpoint.
    pub(crate) fn new(endpoint: &str, region: &str) -> Result<Self, String> {
        let uri: Uri = endpoint.parse().map_err(|error| format!("is not a URL ({error})"))?;
        match uri.scheme_str() {
            Some("http") if uri.host().is_some() => {}
            Some("https") => return Err("is https; a server on this machine is asked over http".to_owned()),
            _ => return Err("is not a URL such as http://127.0.0.1:8001".to_owned()),
        }
        let client = Client::builder(TokioExecutor::new()).build_http();
        Ok(Self { client, endpoint: uri, region: region.to_owned() })
    }

    /// The region of its tables: servers such as DynamoDB Local keep those of each region apart.
    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    pub(super) fn endpoint(&self) -> &Uri {
        &self.endpoint
    }

    pub(crate) async fn call(&self, operation: Operation, body: &Value) -> Result<Value, DatabaseError> {
        let lost =
            |reason: String| DatabaseError::new("Unreachable", format!("{} does not answer: {reason}", self.endpoint));
        let now = Utc::now();
        // DynamoDB Local and its like parse the signature without checking it.
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=local/{}/{}/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature={:0>64}",
            now.format("%Y%m%d"),
            self.region,
            0
        );
        let request = Request::post(self.endpoint.clone())
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", operation.target())
            .header("x-amz-date", now.format("%Y%m%dT%H%M%SZ").to_string())
            .header("authorization", authorization)
            .body(Full::from(body.to_string()))
            .map_err(|error| lost(error.to_string()))?;
        let exchange = async {
            let response = self.client.request(request).await.map_err(|error| lost(cause(&error)))?;
            let status = response.status();
            let body = Body::new(response.into_body()).collect().await.map_err(|error| lost(error.to_string()))?;
            let value: Value = serde_json::from_slice(&body.to_bytes()).unwrap_or_default();
            if status.is_success() {
                return Ok(value);
            }
            let text = |name: &str| value.get(name).and_then(Value::as_str);
            let message = text("message").or_else(|| text("Message")).unwrap_or_default();
            Err(DatabaseError::new(text("__type").unwrap_or(status.as_str()), message))
        };
        timeout(PATIENCE, exchange).await.unwrap_or_else(|_| Err(lost("it takes too long".to_owned())))
    }
}

/// The root cause of an error, which is the most specific.
fn cause(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::Remote;

    #[test]
    fn only_a_plain_url_will_do() {
        assert!(Remote::new("http://127.0.0.1:8001", "r").is_ok());
        for bad in ["127.0.0.1:8001", "https://x", "ftp://x", "", "http://"] {
            assert!(Remote::new(bad, "r").is_err(), "{bad}");
        }
    }
}
