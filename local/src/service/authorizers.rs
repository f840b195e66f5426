//! Refuses to start a service that would leave a route with an authorizer open.
//!
//! Only tokens of the local issuer can be checked on one machine, so a route with any other authorizer stops the start, with
//! or without `--auth`.

use crate::base::error::StartError;
use crate::project::template::{Authorizer, Route, Template};

/// `issuer` is the URL of the local issuer, if it runs. Running it without a route to check is an error too.
pub(super) fn refuse_unguarded(template: &Template, issuer: Option<&str>) -> Result<(), StartError> {
    let refuse = |route: &Route, reason: String| Err(StartError::Auth(format!("the route `{}` {reason}", route.key())));
    for (route, access) in template.guarded() {
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
    if issuer.is_some() && template.guarded().next().is_none() {
        let reason = "--auth has nothing to check: no route of serverless.yml has an authorizer, not even with the \
                      parameters `issuer` and `audience` given";
        return Err(StartError::Auth(reason.to_owned()));
    }
    Ok(())
}
