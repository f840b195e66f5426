//! The HTTP server in front of the database: passes calls on, and reports who writes which item and what each call costs.
//!
//! A client gets the answer that it would get without this server. The engine in this process is asked for the units that a
//! call consumes, also where the client does not ask (`capacity`); a request to another server stays as its client has
//! signed it.
//!
//! A function's SDK sends the trace header of its invocation with each call (recursion detection:
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html>). A stream record has no such header: it is found
//! by its key. So calls that write the same item pass one after another, and their order is that of the records. The engine
//! would write one after another anyway.

mod call;
mod capacity;
mod order;
mod schema;
mod tokens;
mod upstream;
mod writes;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use axum::serve::ListenerExt;
use bytes::Bytes;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use self::call::Call;
use self::order::Order;
use self::schema::Schemas;
use self::tokens::Tokens;
use self::upstream::Upstream;
use crate::aws::interface::clock::now;
use crate::aws::interface::database::DynamoDb;
use crate::aws::interface::observe::{Called, Change, Item, Observer, Writing};
use crate::base::listen::is_of_a_page;

/// Numbers the calls.
static CALLS: AtomicU64 = AtomicU64::new(0);

/// The server. Clones share it.
#[derive(Clone)]
pub(crate) struct Front(Arc<Inner>);

struct Inner {
    upstream: Upstream,
    schemas: Schemas,
    order: Order,
    tokens: Tokens,
    observer: Arc<dyn Observer>,
    /// Whether requests may be changed on their way.
    asks: bool,
}

impl Front {
    /// A server in front of the one at `uri`. `database` is asked for the keys of its tables.
    pub(crate) fn new(uri: Uri, database: Arc<dyn DynamoDb>, observer: Arc<dyn Observer>) -> Self {
        let asks = database.is_embedded();
        let (upstream, schemas) = (Upstream::new(uri), Schemas::new(database));
        let (order, tokens) = (Order::default(), Tokens::default());
        Self(Arc::new(Inner { upstream, schemas, order, tokens, observer, asks }))
    }

    /// Serves until `stop`, then finishes calls in flight.
    pub(crate) async fn serve(self, listener: TcpListener, stop: CancellationToken) {
        let app = Router::new().fallback(answer).with_state(self);
        let listener = listener.tap_io(|stream| {
            // Without it, a small write may wait for the acknowledgment of the one before.
            let _ = stream.set_nodelay(true);
        });
        let _ = axum::serve(listener, app).with_graceful_shutdown(stop.cancelled_owned()).await;
    }

    async fn pass(self, request: Request) -> Response {
        let Inner { upstream, schemas, order, tokens, .. } = &*self.0;
        let (head, body) = request.into_parts();
        let Some(call) = Call::of(&head.headers) else { return upstream.stream(head, body).await };
        let body = match call::read(body).await {
            Ok(body) => body,
            // Too large: the database refuses it in its own words.
            Err(body) => return upstream.stream(head, body).await,
        };
        let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
        let mut items = writes::of(&call.operation, &asked, schemas).await;
        let turn = order.take(&items).await;
        if tokens.are_used(&asked) {
            items.clear();
        }
        if items.is_empty() {
            return self.send(&call, &asked, &items, head, body).await;
        }
        // A write goes on when its client disconnects: it is known then whether it was made.
        let front = self.clone();
        let sent = tokio::spawn(async move {
            let response = front.send(&call, &asked, &items, head, body).await;
            drop(turn);
            response
        });
        sent.await.unwrap_or_else(|_| broken())
    }

    async fn send(
        &self,
        call: &Call,
        asked: &Value,
        items: &[(Item, Change)],
        mut head: Parts,
        body: Bytes,
    ) -> Response {
        let Inner { upstream, schemas, tokens, observer, asks, .. } = &*self.0;
        let (began, segment) = (now(), call.segment.as_deref());
        let number = CALLS.fetch_add(1, Ordering::Relaxed);
        if !items.is_empty() {
            observer.writing(Writing { call: number, segment, items });
        }
        let sent = body.len();
        let asking = capacity::asking(&call.operation, asked).filter(|_| *asks);
        let request = match &asking {
            Some(asking) => {
                capacity::changed(&mut head.headers);
                asking.to_string().into()
            }
            None => body,
        };
        let answered = upstream.send(head, request).await;
        let status = answered.status();
        let (mut head, body) = answered.into_parts();
        let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let consumed = call::consumed(&call.operation, asking.as_ref().unwrap_or(asked), &body);
        let body = if asking.is_some() { capacity::without(&mut head.headers, body) } else { body };
        let not_written = not_written(&call.operation, status, items, &body, schemas).await;
        if !not_written.is_empty() {
            observer.not_written(number, &not_written);
        }
        schemas.forget_after(&call.operation);
        if status.is_success() && !items.is_empty() {
            tokens.used_by(asked);
        }
        let request_id = head.headers.get("x-amzn-requestid").and_then(|id| id.to_str().ok()).unwrap_or_default();
        observer.called(Called {
            request_id,
            segment,
            service: "DynamoDB",
            operation: &call.operation,
            resource: writes::tables(asked),
            status,
            bytes: sent + body.len(),
            consumed,
            began,
            ended: now(),
            writes: status.is_success() && writes::is_write(&call.operation),
        });
        Response::from_parts(head, Body::from(body))
    }
}

async fn answer(State(front): State<Front>, request: Request) -> Response {
    // The engine checks no signature, and admits pages of every origin.
    if is_of_a_page(request.headers()) {
        return error(
            StatusCode::BAD_REQUEST,
            "AccessDeniedException",
            "Pages in a browser cannot call DynamoDB here.",
        );
    }
    front.pass(request).await
}

/// The items that an answer says are not written.
async fn not_written(
    operation: &str,
    status: StatusCode,
    items: &[(Item, Change)],
    body: &Bytes,
    schemas: &Schemas,
) -> Vec<Item> {
    if !status.is_success() {
        return items.iter().map(|(item, _)| item.clone()).collect();
    }
    if items.is_empty() || operation != "BatchWriteItem" {
        return Vec::new();
    }
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let unprocessed = json!({ "RequestItems": answer["UnprocessedItems"] });
    let rest = writes::of(operation, &unprocessed, schemas).await;
    rest.into_iter().map(|(item, _)| item).collect()
}

fn broken() -> Response {
    error(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", "Internal server error")
}

/// DynamoDB's own words: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>.
fn error(status: StatusCode, kind: &str, message: &str) -> Response {
    let error = json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{kind}"), "message": message });
    let mut response = Response::new(Body::from(error.to_string()));
    *response.status_mut() = status;
    response
}
