//! Runs a function behind API Gateway's HTTP API (payload format 2.0).

use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::http::header::{HeaderName, HeaderValue, SET_COOKIE};
use lambda_http::{Body, Context, LambdaEvent, Response, service_fn};
use lambda_runtime::Runtime;
use tokio::time::timeout;

use super::gateway::{GatewayEvent, Payload, malformed};
use super::problem::common;
use super::start::{Building, environment, in_lambda, outside_lambda, start};
use super::{Contract, Environment, Package, ProblemKind, Rejection, Reply, Request, Respond, edge, logs, trace};

/// The route of an endpoint, from its `#[handler]` attribute.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The package of the endpoint's function.
    pub package: Package,
    /// The name of the endpoint's function.
    pub function: &'static str,
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// The path, with parameters in braces.
    pub path: &'static str,
    /// The status of a success, 200..=299.
    pub status: u16,
    /// The endpoint's doc comment.
    pub docs: &'static str,
}

/// A route's handler, with its environment: from a request to its response.
type Handler = Box<dyn for<'r> Fn(Request, &'r Reply) -> Answering<'r> + Send + Sync>;
type Answering<'r> = Pin<Box<dyn Future<Output = Result<Response<Body>, Rejection>> + Send + 'r>>;

/// Serves `route` until Lambda ends the process. Outside Lambda, a debug build prints the route's contract. Called by
/// the `main` that `#[handler(GET "/...")]` writes.
pub fn http<E, D, F, Fut, A>(route: Route, describe: D, handle: F) -> ExitCode
where
    E: Environment,
    D: FnOnce(&mut Contract),
    F: Fn(&'static E, Request) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<A, Rejection>> + Send + 'static,
    A: Respond,
{
    if !in_lambda() {
        return outside_lambda(&route.package, route.function, |contract| {
            contract.route(&route);
            describe(contract);
            contract.problems(EVERY_ROUTES);
        });
    }
    let handler = async move {
        let environment = environment::<E>().await?;
        let handler: Handler = Box::new(move |request, reply| {
            Box::pin(async move { Ok(handle(environment, request).await?.respond(reply)) })
        });
        Ok(handler)
    };
    serve(route, Box::pin(handler))
}

/// The problems that every route can answer with.
const EVERY_ROUTES: [ProblemKind; 4] =
    [common::MALFORMED_REQUEST, common::NOT_THROUGH_THE_EDGE, common::INTERNAL, common::UNAVAILABLE];

fn serve(route: Route, handler: Building<Handler>) -> ExitCode {
    start(&route.package, route.function, handler, |handler, metrics| {
        if let Some(metrics) = &metrics {
            metrics.always("route", format!("{} {}", route.method, route.path));
        }
        let handler = Arc::new(handler);
        let service = service_fn(move |LambdaEvent { payload, context }: LambdaEvent<Payload>| {
            let (handler, metrics) = (Arc::clone(&handler), metrics.clone());
            async move {
                let started = Instant::now();
                logs::begin(&context);
                let response = answer(route, &handler, payload.0, &context).await;
                if let Some(metrics) = metrics {
                    let status = response.status();
                    let properties = [("status", status.as_u16().into())];
                    metrics.flush(started, status.is_server_error(), Some(&context), properties);
                }
                Ok::<_, std::convert::Infallible>(answered(response))
            }
        });
        // Without the tracing layer that `lambda_http::run` adds: `logs` adds the ids to each line at a lower cost.
        Runtime::new(service).run()
    })
}

/// Converts the response for API Gateway: one entry per cookie, and no header twice.
fn answered(response: Response<Body>) -> ApiGatewayV2httpResponse {
    let (parts, body) = response.into_parts();
    let mut headers = parts.headers;
    let cookie = |value: &HeaderValue| value.to_str().map(str::to_owned).ok();
    let mut answer = ApiGatewayV2httpResponse::default();
    answer.status_code = parts.status.as_u16().into();
    answer.is_base64_encoded = matches!(body, Body::Binary(_));
    answer.body = (!matches!(body, Body::Empty)).then_some(body);
    answer.cookies = headers.get_all(SET_COOKIE).iter().filter_map(cookie).collect();
    headers.remove(SET_COOKIE);
    answer.headers = headers;
    answer
}

/// How long the handler may take. A response in time, even a 503, is better than a process that Lambda kills.
fn time_left(context: &Context) -> Duration {
    (UNIX_EPOCH + Duration::from_millis(context.deadline))
        .duration_since(SystemTime::now())
        .unwrap_or_default()
        .saturating_sub(MARGIN)
        .min(LONGEST)
}

/// Time reserved for sending the response.
const MARGIN: Duration = Duration::from_millis(500);
/// API Gateway waits 30 s, whatever the function's own limit
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>).
const LONGEST: Duration = Duration::from_secs(29);

/// Answers one request. Errors and timeouts become responses too, so that Lambda sees a successful invocation.
async fn answer(route: Route, handler: &Handler, event: Option<GatewayEvent>, context: &Context) -> Response<Body> {
    let reply = Reply::new(&route, event.as_ref());
    let work = trace::within(context.xray_trace_id.clone(), async {
        let request = event.ok_or_else(malformed)?.into_request()?;
        if !edge::lets_in(request.headers()) {
            return Err(common::problem(common::NOT_THROUGH_THE_EDGE).into());
        }
        handler(request, &reply).await
    });
    let mut response = match timeout(time_left(context), work).await {
        Ok(Ok(response)) => response,
        Ok(Err(rejection)) => reply.problem(rejection.into_details()),
        Err(_) => {
            tracing::warn!(function = route.function, "the time is up");
            reply.problem(common::problem(common::UNAVAILABLE).retry_after(1))
        }
    };
    if let Ok(request_id) = HeaderValue::from_str(&context.request_id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), request_id);
    }
    response
}
