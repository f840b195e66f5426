//! `serverless.yml`, as far as one machine can run it.
//!
//! The same file drives the cloud, so nothing here has a spelling of its own: variables, `CloudFormation`'s intrinsic
//! functions and event kinds mean what the Serverless Framework means by them. What cannot run locally is said
//! ([`Template::notices`]) and never silently left out.

mod authorizers;
mod event;
mod events;
mod functions;
mod intrinsics;
mod queues;
mod resources;
mod routes;
mod rules;
mod schedules;
mod streams;
mod tables;
mod variables;
mod yaml;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::Value;

#[cfg(test)]
pub(crate) use self::queues::Redrive;
use self::{authorizers::Authorizers, intrinsics::Intrinsics, resources::Resources, variables::Variables};
pub(crate) use self::{
    authorizers::{Access, Authorizer, Identity, Jwt},
    functions::Function,
    queues::{MOST_BYTES, Queue, queue_url},
    routes::{Cors, Method, Route, Segment},
    rules::{DEFAULT_BUS, Input, Rule},
    schedules::{Schedule, Timing},
    streams::{StartingPosition, StreamMapping},
    tables::Table,
};
use crate::base::error::TemplateError;

/// The account every local ARN names.
pub(crate) const ACCOUNT: &str = "000000000000";

/// What is said of a template outside of it.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// Instead of the template's own.
    pub stage: Option<String>,
    /// They win over those of the template.
    pub params: BTreeMap<String, String>,
    /// The URL of the local issuer, where it runs: it stands in for the parameter `issuer`, and the service's name for an
    /// `audience` that nobody names.
    pub issuer: Option<String>,
    /// Where SQS is, where it runs: what the URLs of queues begin with.
    pub sqs: Option<String>,
}

/// A service as its `serverless.yml` describes it, every variable resolved.
#[derive(Debug)]
pub(crate) struct Template {
    /// Where the file is.
    pub path: PathBuf,
    pub service: String,
    pub stage: String,
    pub region: String,
    pub functions: Vec<Function>,
    pub tables: Vec<Table>,
    pub buses: Vec<String>,
    pub queues: Vec<Queue>,
    pub rules: Vec<Rule>,
    pub cors: Option<Cors>,
    /// What does not run on one machine, a sentence each.
    pub notices: Vec<String>,
}

impl Template {
    /// Reads `path`.
    pub(crate) fn load(path: &Path, given: Given) -> Result<Self, TemplateError> {
        let text = std::fs::read_to_string(path).map_err(|error| TemplateError::Unreadable {
            path: path.to_owned(),
            missing: error.kind() == std::io::ErrorKind::NotFound,
            reason: error.to_string(),
        })?;
        let document = yaml::parse(&text).map_err(|reason| TemplateError::Yaml { path: path.to_owned(), reason })?;
        // One that is not UTF-8 is none that a template could name.
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self::read(document, directory(path), given, environment)
            .map(|template| Self { path: path.to_owned(), ..template })
    }

    /// The routes that have an authorizer.
    pub(crate) fn guarded(&self) -> impl Iterator<Item = (&Route, &Access)> {
        let routes = self.functions.iter().flat_map(|function| &function.routes);
        routes.filter_map(|route| Some((route, route.access()?)))
    }

    /// The directory of the file.
    pub(crate) fn directory(&self) -> &Path {
        directory(&self.path)
    }

    /// Makes sense of a parsed document. `environment` is what `${env:X}` reads.
    fn read(
        document: Value,
        directory: &Path,
        given: Given,
        environment: BTreeMap<String, String>,
    ) -> Result<Self, TemplateError> {
        let (with_issuer, sqs) = (given.issuer.is_some(), given.sqs.clone());
        let mut variables = Variables::new(document, directory.to_owned(), given, environment)?;
        let service = match variables.get("service")? {
            Value::String(name) => name,
            Value::Object(service) => service.get("name").and_then(Value::as_str).unwrap_or("service").to_owned(),
            _ => return Err(TemplateError::at("service", "is missing; give the service a name")),
        };
        if with_issuer {
            variables.default_parameter("audience", &service);
        }
        let stage = variables.stage().to_owned();
        let region = variables.region().to_owned();

        let resources = Resources::read(&variables)?;
        let intrinsics = Intrinsics::new(&resources, &region, format!("{service}-{stage}"), sqs);
        let tables = tables::read(&resources, &intrinsics, &variables)?;
        let buses = intrinsics.names(resources::EVENT_BUS)?;
        let mut notices = Vec::new();
        let queues = queues::read(&resources, &intrinsics, &variables, &mut notices)?;
        let rules = rules::read(&resources, &intrinsics, &buses, &mut notices)?;

        let authorizers = Authorizers::new(&variables)?;
        let reader =
            functions::Reader::new(&variables, &intrinsics, &tables, &authorizers, format!("{service}-{stage}"))?;
        let functions = reader.read(&mut notices)?;
        routes::refuse_duplicates(&functions)?;
        let cors = routes::cors(&variables, &functions)?;
        Ok(Self {
            path: PathBuf::new(),
            service,
            stage,
            region,
            functions,
            tables,
            buses,
            queues,
            rules,
            cors,
            notices,
        })
    }
}

fn directory(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests;
