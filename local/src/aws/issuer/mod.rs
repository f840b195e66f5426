//! Who may call, on one machine: an issuer of tokens, and the checks of API Gateway's JWT authorizer.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>
//!
//! The issuer stands in for the real one, under its own URL: the template takes that as its parameter `issuer`, so that
//! its authorizers, audiences and scopes are what they are in the cloud. Only tokens of the local issuer can be checked.
//! A route with an authorizer is never served without it: what cannot be checked here stops the start
//! ([`refuse_unguarded`]), with or without `--auth`.

mod check;
mod claims;
mod key;
mod request;
mod tokens;

pub(crate) use self::{
    check::{Grant, Refusal, check},
    tokens::Issuer,
};
pub use self::{request::TokenRequest, tokens::TokenError};
use crate::{
    base::error::StartError,
    project::template::{Access, Authorizer, Route, Template},
};

/// Where the issuer is, below the API's URL.
pub(crate) const PATH: &str = "/_local/issuer";
/// Where a running service makes tokens.
pub(crate) const TOKEN_PATH: &str = "/_local/token";

/// The routes of a template that ask for something, with what they ask for.
pub(crate) fn guarded(template: &Template) -> impl Iterator<Item = (&Route, &Access)> {
    let routes = template.functions.iter().flat_map(|function| &function.routes);
    routes.filter_map(|route| Some((route, route.access()?)))
}

/// Stops a start that would leave a route open which the template guards, or that would check nothing though asked to.
/// `issuer` is the URL of the local one, where it runs.
pub(crate) fn refuse_unguarded(template: &Template, issuer: Option<&str>) -> Result<(), StartError> {
    let refuse = |route: &Route, reason: String| Err(StartError::Auth(format!("the route `{}` {reason}", route.key())));
    for (route, access) in guarded(template) {
        match (&access.authorizer, issuer) {
            (Authorizer::Foreign(what), _) => {
                return refuse(route, format!("has {what}, which does not run on one machine, and is not left open"));
            }
            (Authorizer::Jwt(jwt), None) => {
                let named = &jwt.issuer;
                return refuse(
                    route,
                    format!(
                        "asks for tokens of {named}, which cannot be checked on one machine; start with --auth to have a \
                         local issuer in its place, or without the parameters that turn the authorizer on"
                    ),
                );
            }
            (Authorizer::Jwt(jwt), Some(issuer)) if jwt.issuer != issuer => {
                let named = &jwt.issuer;
                return refuse(
                    route,
                    format!(
                        "asks for tokens of {named}, but --auth checks only those of the local issuer; write the \
                         authorizer's `issuerUrl` as `${{param:issuer}}`, and give no --param issuer"
                    ),
                );
            }
            (Authorizer::Jwt(_), Some(_)) => {}
        }
    }
    if issuer.is_some() && guarded(template).next().is_none() {
        let reason = "--auth has nothing to check: no route of serverless.yml has an authorizer, not even with the \
                      parameters `issuer` and `audience` given";
        return Err(StartError::Auth(reason.to_owned()));
    }
    Ok(())
}
