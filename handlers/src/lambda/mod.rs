//! What the code that [`handler`](macro@crate::handler) generates calls: ordinary Rust that can be read, stepped
//! through and tested.
//!
//! A generated `main` hands a description and a closure to [`http`], [`stream`] or [`schedule`]. Those build the
//! environment once ([`Init`]), then answer invocations for as long as Lambda keeps the process: arguments are taken
//! from the request ([`FromRequest`], [`FromPath`]) or the event ([`FromEvent`]), results become answers ([`Respond`],
//! [`Outcome`]) and errors become RFC 9457 problems ([`Problem`]).

pub mod aws;
mod batch;
mod body;
mod coding;
mod contract;
mod document;
mod domain;
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
pub mod problem;
mod query;
mod repair;
mod resolver;
mod respond;
mod roots;
mod start;
mod time;
pub mod trace;
mod uri;

pub use batch::{BatchResult, Records};
pub use body::Json;
pub use contract::{Contract, Header};
pub use etag::IfMatch;
pub use event::{Event, Failure, FromEvent, Outcome, Schedule, Stream, Tick, Trigger, schedule, stream};
pub use extract::{FromRequest, Request};
pub use fault::{Fault, Faults};
pub use http::{Route, http};
pub use init::{Environment, Init, InitError, variable};
pub use outcome::{Created, Cursor, Page};
pub use part::{Part, TakesNothingWhole, Whole, check_whole};
pub use path::FromPath;
pub use problem::{Problem, ProblemDetails, ProblemKind, Rejection};
pub use query::Query;
pub(crate) use respond::causes;
pub use respond::{Entity, NoContent, Reply, Respond, Tagged};
pub use time::{Timestamp, TimestampError};
