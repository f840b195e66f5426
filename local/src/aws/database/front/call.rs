//! A call of DynamoDB: its operation, its caller, its body.

use axum::body::Body;
use axum::http::HeaderMap;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::stream::{iter, once};
use http_body_util::BodyExt;
use hyper::body::Frame;
use serde_json::Value;

use super::writes;
use crate::aws::interface::trace;

const TARGET: &str = "DynamoDB_20120810.";
/// DynamoDB's limit of a request. A larger one is passed on without being read.
const MOST: usize = 16 * 1024 * 1024;

pub(super) struct Call {
    pub operation: String,
    /// The segment of the invocation that calls.
    pub segment: Option<String>,
}

impl Call {
    /// `None` for a request that is no call of DynamoDB, such as one of its streams.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let operation = text("x-amz-target")?.strip_prefix(TARGET)?.to_owned();
        let segment = text("x-amzn-trace-id").and_then(trace::parent).map(ToOwned::to_owned);
        Some(Self { operation, segment })
    }
}

/// Reads the body of a call. One that is too large or incomplete is returned as it came.
pub(super) async fn read(mut body: Body) -> Result<Bytes, Body> {
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let data = match frame.map(Frame::into_data) {
            Ok(Ok(data)) => data,
            Ok(Err(_trailers)) => continue,
            Err(error) => return Err(Body::from_stream(iter([Ok(read.freeze()), Err(error)]))),
        };
        read.extend_from_slice(&data);
        if read.len() > MOST {
            let first = once(async { Ok(read.freeze()) });
            return Err(Body::from_stream(first.chain(body.into_data_stream())));
        }
    }
    Ok(read.freeze())
}

/// The read and write units in the answer, where the client asked for them:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ConsumedCapacity.html>.
pub(super) fn consumed(operation: &str, asked: &Value, answer: &[u8]) -> Option<(f64, f64)> {
    matches!(asked["ReturnConsumedCapacity"].as_str(), Some("TOTAL" | "INDEXES")).then_some(())?;
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let consumed = &answer["ConsumedCapacity"];
    let tables = consumed.as_array().map_or(std::slice::from_ref(consumed), Vec::as_slice);
    let (mut read, mut write) = (0.0, 0.0);
    for table in tables {
        let units = |name: &str| table[name].as_f64();
        match (units("ReadCapacityUnits"), units("WriteCapacityUnits")) {
            (None, None) if writes::is_write(operation) => write += units("CapacityUnits")?,
            (None, None) => read += units("CapacityUnits")?,
            (reads, writes) => {
                read += reads.unwrap_or_default();
                write += writes.unwrap_or_default();
            }
        }
    }
    Some((read, write))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn units_are_read_off_the_answer_only_where_the_client_asked() {
        let answer = json!({ "ConsumedCapacity": { "TableName": "t", "CapacityUnits": 2.5 } }).to_string();
        let asked = json!({ "ReturnConsumedCapacity": "TOTAL" });
        assert_eq!(consumed("GetItem", &asked, answer.as_bytes()), Some((2.5, 0.0)));
        assert_eq!(consumed("PutItem", &asked, answer.as_bytes()), Some((0.0, 2.5)));
        for asked in [json!({}), json!({ "ReturnConsumedCapacity": "NONE" })] {
            assert_eq!(consumed("GetItem", &asked, answer.as_bytes()), None);
        }
        let tables = json!({ "ConsumedCapacity": [
            { "CapacityUnits": 4.0, "WriteCapacityUnits": 4.0 }, { "CapacityUnits": 3.0, "ReadCapacityUnits": 1.0, "WriteCapacityUnits": 2.0 },
        ] });
        assert_eq!(consumed("TransactWriteItems", &asked, tables.to_string().as_bytes()), Some((1.0, 6.0)));
        assert_eq!(consumed("GetItem", &asked, b"{}"), None);
        assert_eq!(consumed("GetItem", &asked, b"not json"), None);
    }

    #[tokio::test]
    async fn a_body_that_is_too_large_is_passed_on_whole() {
        assert_eq!(read(Body::from("{}")).await.unwrap(), "{}");
        let large = Bytes::from(vec![b'x'; MOST + 1]);
        let parts = [large.slice(..MOST), large.slice(MOST..)].map(Ok::<_, std::io::Error>);
        let rest = read(Body::from_stream(iter(parts))).await.unwrap_err();
        assert_eq!(rest.collect().await.unwrap().to_bytes(), large);
    }
}
