//! Lambda's Invoke API, for the AWS CLI, the SDKs, and functions that invoke others.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>
//!
//! Signatures are not checked. So it serves only programs on this machine: a browser is told by its `Origin` header,
//! and a page that uses DNS rebinding by the name in `Host`.

mod answer;
mod asynchronous;
mod error;
mod event;
mod name;
mod record;
mod request;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{ConnectInfo, RawPathParams, RawQuery, State};
use axum::http::header::HOST;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use tokio::sync::oneshot;
use uuid::Uuid;

pub(crate) use self::asynchronous::Asynchronous;
use self::error::Refused;
use self::name::Names;
use self::request::{InvocationType, Settings};
use crate::aws::interface::body::{self, Unread};
use crate::aws::interface::invoke::{Cause, Invoke, InvokeLater, PAYLOAD_LIMIT, Request};
use crate::aws::interface::trace::{self, Trace};
use crate::base::listen::{Host, is_an_address, is_of_a_page};
use crate::project::template::Template;

/// Payload limit of an asynchronous request; 256 KB until October 2025:
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html#function-configuration-deployment-and-execution>.
const EVENT_LIMIT: usize = 1024 * 1024;

/// State of the API.
pub(crate) struct Lambda {
    names: Names,
    functions: Arc<dyn Invoke>,
    later: Arc<dyn InvokeLater>,
    host: Host,
}

impl Lambda {
    /// The API of the template's functions. `host` is where it listens.
    pub(crate) fn new(
        template: &Template,
        functions: Arc<dyn Invoke>,
        later: Arc<dyn InvokeLater>,
        host: Host,
    ) -> Self {
        Self { names: Names::new(template), functions, later, host }
    }

    /// The routes. They are served with the client's address as `ConnectInfo`.
    pub(crate) fn router(self) -> Router {
        Router::new()
            .route("/2015-03-31/functions/{name}/invocations", post(invoke))
            .fallback(unknown_operation)
            .method_not_allowed_fallback(unknown_operation)
            .with_state(Arc::new(self))
    }

    fn admit(&self, client: SocketAddr, headers: &HeaderMap) -> Result<(), Refused> {
        if !self.host.is_of_this_machine(client.ip()) {
            return Err(Refused::access("Functions are invoked from this machine only."));
        }
        if is_of_a_page(headers) || !headers.get(HOST).is_some_and(is_an_address) {
            return Err(Refused::access("Functions are invoked under an address or localhost, and by no page."));
        }
        Ok(())
    }

    async fn invoke(
        &self,
        id: &str,
        name: &str,
        query: &str,
        head: &HeaderMap,
        body: Body,
    ) -> Result<Response, Refused> {
        let settings = Settings::read(head)?;
        let target = self.names.find(name, request::qualifier(query).as_deref())?;
        let limit = if settings.kind == InvocationType::Event { EVENT_LIMIT } else { PAYLOAD_LIMIT };
        let payload = body::read(body, head, limit).await.map_err(|unread| match unread {
            Unread::TooLarge => Refused::too_large(limit),
            Unread::Incomplete => Refused::content("the body is not complete"),
        })?;
        let payload = if payload.is_empty() { Bytes::from_static(b"{}") } else { payload };
        request::check(&payload)?;
        let header = head.get("x-amzn-trace-id").and_then(|value| value.to_str().ok());
        let cause = Cause::Api(header.and_then(trace::parent).map(ToOwned::to_owned));
        let request = Request::new(payload, Trace::of_header(header));
        let request = Request { id: id.to_owned(), qualifier: target.qualifier, cause, ..request };
        match settings.kind {
            InvocationType::DryRun => Ok(answer::empty(StatusCode::NO_CONTENT)),
            InvocationType::Event => {
                self.later.invoke_later(&target.key, request).map_err(|reason| Refused::stopping(&reason))?;
                Ok(answer::empty(StatusCode::ACCEPTED))
            }
            InvocationType::RequestResponse => {
                let (log_tail, tail) = oneshot::channel();
                let log_tail = settings.log_tail.then_some(log_tail);
                let request = Request { client_context: settings.client_context, log_tail, ..request };
                let result = self.functions.invoke(&target.key, request).await;
                answer::of(result, tail.await.ok())
            }
        }
    }
}

async fn invoke(
    State(lambda): State<Arc<Lambda>>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    path: Result<RawPathParams, RawPathParamsRejection>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let id = Uuid::new_v4().to_string();
    // A name that is not UTF-8 does not match the pattern either.
    let name = path.ok().and_then(|path| path.iter().next().map(|(_, name)| name.to_owned())).unwrap_or_default();
    let answered = match lambda.admit(client, &headers) {
        Ok(()) => lambda.invoke(&id, &name, &query.unwrap_or_default(), &headers, body).await,
        Err(refused) => Err(refused),
    };
    answer::identified(answered.unwrap_or_else(IntoResponse::into_response), &id)
}

async fn unknown_operation() -> Response {
    answer::identified(Refused::unknown_operation().into_response(), &Uuid::new_v4().to_string())
}
