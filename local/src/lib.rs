//! A whole serverless service on one machine: API Gateway, Lambda, DynamoDB with its streams and TTL, EventBridge's bus,
//! rules and schedules, SQS, from nothing but a `serverless.yml` and the functions' binaries.
//!
//! No container, no account. What AWS documents of a limit, a status code or a retry holds here too, with a link to the
//! page; what cannot run on one machine is said at the start. It knows nothing of the service it runs, and would run any
//! other whose functions speak the Lambda Runtime API.
//!
//! A request's way: `gateway` finds the route and makes the event, `runtime` gives it to a process and waits, `gateway`
//! makes the answer a response. A change's way: `database` writes it, `stream` reads it and calls the function, the
//! function puts an event, `bus` keeps it, and a rule sends it on to a `queue`.
//!
//! A route with an authorizer is never served without it. With [`Options::auth`] a local issuer makes tokens
//! ([`Service::token`], `cargo local token`), and the gateway checks them as API Gateway's JWT authorizer does: signature,
//! issuer, audience, life time, scopes. The tokens of a real issuer cannot be checked here, and neither can a Lambda or
//! IAM authorizer decide: a template that asks for one does not start, rather than being open.
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

mod aws;
mod base;
mod cli;
mod project;
mod service;

pub use dynoxide::storage_backend::{Clock, ManualClock};

pub use self::{
    aws::{
        bus::Event,
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
        outline::{Function, functions},
    },
    service::Service,
};
