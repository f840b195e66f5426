//! The API's `OpenAPI` 3.1 document, from the contracts of the functions and the template's routes.
//!
//! Outside of Lambda, a debug build of a function prints its contract: its route, an Operation Object and its
//! components. The template adds the operation's name, its authorizer and the responses of API Gateway.

mod answers;
mod breaking;
mod contract;
mod document;
mod links;
mod security;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

pub use self::breaking::{announces_breaking, breaking_changes};
pub(crate) use self::contract::Contract;
use crate::base::error::StartError;
use crate::base::options::Options;
use crate::project::binaries;
use crate::project::build::Build;
use crate::project::template::{Function, Given, Route, Template};

/// The issuer where none is given, so that the document shows which routes need a token.
const SOME_ISSUER: &str = "https://issuer.invalid";

/// The document of a service as text, with the authorizers that its routes have once there is an issuer. Builds the
/// functions if needed.
///
/// # Errors
///
/// The template cannot be read, the functions cannot be built, or one of them prints no contract.
pub async fn openapi(options: &Options) -> Result<String, StartError> {
    let issuer = Some(SOME_ISSUER.to_owned());
    let (stage, params) = (options.stage.clone(), options.params.clone());
    let template = Template::load(&options.template, Given { stage, params, issuer, ..Given::default() })?;
    let executables = Build::find(options, &template).await?.run(options, &template).await?.executables;
    let api = Api::new(&template, &binaries::pair(&template, executables)?);
    Ok(text(&api.document().await?))
}

/// The text of the file.
pub(crate) fn text(document: &Value) -> String {
    format!("{document:#}\n")
}

/// The functions that have routes, with their executables.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    service: String,
    functions: Vec<(Function, PathBuf)>,
}

/// A route and the contract of its function.
struct Endpoint<'a> {
    function: &'a str,
    route: &'a Route,
    contract: Contract,
}

impl Api {
    pub(crate) fn new(template: &Template, functions: &[(Function, PathBuf)]) -> Self {
        let functions = functions.iter().filter(|(function, _)| !function.routes.is_empty()).cloned();
        Self { service: template.service.clone(), functions: functions.collect() }
    }

    /// Reads the contracts, and assembles the document.
    pub(crate) async fn document(&self) -> Result<Value, StartError> {
        let mut contracts: BTreeMap<&PathBuf, Contract> = BTreeMap::new();
        let mut endpoints = Vec::new();
        for (function, executable) in &self.functions {
            let contract = match contracts.get(executable) {
                Some(known) => known.clone(),
                None => Contract::of(&function.handler, executable).await.map_err(StartError::Contract)?,
            };
            contracts.insert(executable, contract.clone());
            let route = function.routes.iter().find(|route| route.key() == contract.key()).ok_or_else(|| {
                let (key, name) = (contract.key(), &function.key);
                StartError::Contract(format!("the function `{name}` serves `{key}`, which is none of its routes"))
            })?;
            endpoints.push(Endpoint { function: &function.key, route, contract });
        }
        document::assemble(&self.service, endpoints).map_err(StartError::Contract)
    }
}
