//! Framework for Lambda functions: the macros [`handler`](macro@handler) and [`Problem`](derive@Problem), and the
//! runtime that their generated code calls.
//!
//! The crate knows no service. A service's name and version come from its own package, other settings from the
//! functions' environment:
//!
//! | variable | meaning | default |
//! |---|---|---|
//! | `SERVICE_NAME` | the name in the user agent of calls to AWS | the package's name |
//! | `METRICS_NAMESPACE` | the CloudWatch namespace of all metrics | the package's name |
//! | `STAGE` | the dimension `Stage` of all metrics | no such dimension |
//! | `EDGE_SECRET` | the value of the header `x-edge-secret` without which requests are refused | all requests are accepted |
//! | `EDGE_SECRET_NEXT` | a second accepted value, while one replaces the other | only the first is accepted |
//!
//! A generated `main` passes a description and a closure to [`http`], [`stream`], [`schedule`], [`queue()`] or [`event()`].
//! These build the environment once ([`Init`]), then handle invocations until Lambda ends the process. Arguments are taken
//! from the request ([`FromRequest`], [`FromPath`]) or from the event ([`FromEvent`]). Results become responses ([`Respond`]) or
//! outcomes ([`Outcome`]), and errors become RFC 9457 problems ([`Problem`]).

pub mod aws;
mod batch;
mod body;
mod cause;
mod coding;
mod contract;
mod document;
mod edge;
mod etag;
mod event;
mod extract;
mod fault;
mod gateway;
mod http;
mod https;
mod init;
mod logs;
pub mod metrics;
mod outcome;
mod part;
mod path;
mod present;
pub mod problem;
mod query;
mod queue;
mod repair;
mod resolver;
mod respond;
mod roots;
mod rule;
#[cfg(test)]
mod samples;
mod service;
mod start;
mod time;
pub mod trace;
mod uri;

pub use lambda_http::http::HeaderValue;
pub use lambda_http::{Body, Response};
pub use tracing;

pub use batch::{BatchResult, Records};
pub use body::Json;
pub use cause::Cause;
pub use contract::{Contract, Header};
pub use etag::IfMatch;
pub use event::{Event, Failure, FromEvent, Outcome, Schedule, Stream, Tick, Trigger, schedule, stream};
pub use extract::{FromRequest, Request, malformed_header};
pub use fault::{Fault, Faults};
pub use http::{Route, http};
pub use init::{Environment, Init, InitError, variable};
pub use macros::{Problem, handler};
pub use outcome::{Created, Cursor, Page};
pub use part::{Part, TakesNothingWhole, Whole, check_whole};
pub use path::FromPath;
pub use present::present;
pub use problem::{Problem, ProblemDetails, ProblemKind, Rejection};
pub use query::Query;
pub use queue::{AttributeValue, Consumer, FromBody, Message, MessageAttribute, Queue, Text, queue};
pub use respond::{Entity, NoContent, Reply, Respond, Tagged, causes};
pub use rule::{BusEvent, Rule, event};
pub use service::Package;
pub use time::{Timestamp, TimestampError};

#[cfg(test)]
extern crate self as lambda;

/// The examples of the macros' documentation.
#[cfg(doctest)]
mod macro_examples {
    #[doc = include_str!("../../macros/docs/handler.md")]
    struct Handler;

    #[doc = include_str!("../../macros/docs/problem.md")]
    struct Problem;
}
