//! A serverless service on one machine: API Gateway, Lambda, DynamoDB with streams and TTL, EventBridge's bus, rules
//! and schedules, and SQS, from a `serverless.yml` and the functions' binaries.
//!
//! It needs no container and no AWS account. Limits, status codes and retries follow AWS's documentation, which the
//! code links to; features that cannot run on one machine are named at the start. It runs any service whose functions
//! speak the Lambda Runtime API.
//!
//! Path of a request: `gateway` selects the route and makes the event, `runtime` passes it to a process, `gateway`
//! converts the result to a response. Path of a change: `database` writes it, `stream` reads it and invokes a function,
//! which puts an event on the `bus`, whose rules send it to a `queue`. Each reports what it does to `activity`, the recorder
//! behind the pages under `/_local/` (`pages`).
//!
//! A route with an authorizer is never served without it. With [`Options::auth`] a local issuer makes tokens
//! ([`Service::token`], `cargo local token`), and the gateway checks signature, issuer, audience, lifetime and scopes
//! as API Gateway's JWT authorizer does. Tokens of another issuer cannot be checked here, and Lambda and IAM
//! authorizers are not supported: a template with one of them does not start.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use local::{Binaries, Options, Service};
//!
//! let service = Service::start(Options {
//!     template: "serverless.yml".into(),
//!     binaries: Binaries::Built([("hello".into(), "target/debug/hello".into())].into()),
//!     ..Options::default()
//! })
//! .await?;
//! println!("{}", service.url());
//! service.stop().await;
//! # Ok(())
//! # }
//! ```

mod activity;
mod aws;
mod base;
mod cli;
mod pages;
mod project;
mod service;

pub use dynoxide::storage_backend::{Clock, ManualClock};

pub use self::{
    aws::{
        bus::{Delivery, Event},
        interface::error::{Failure, FunctionError},
        issuer::{TokenError, TokenRequest},
    },
    base::{
        error::{StartError, TemplateError},
        listen::Host,
        options::{Binaries, Data, Log, Options},
    },
    cli::run,
    project::{
        openapi::{announces_breaking, breaking_changes, openapi},
        outline::{Function, functions, functions_with},
    },
    service::Service,
};
