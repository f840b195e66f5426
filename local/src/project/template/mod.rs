//! `serverless.yml`: functions, tables, queues, buses, rules and authorizers.
//!
//! Variables, `CloudFormation`'s intrinsic functions and event types mean what they mean to the Serverless Framework,
//! since the same file is deployed. Parts that cannot run locally become notices ([`Template::notices`]).

mod around;
mod asynchronous;
mod authorizers;
mod event;
mod event_bridge;
mod events;
mod functions;
mod input;
mod intrinsics;
mod kinds;
mod members;
mod names;
mod optional;
mod pages;
mod queues;
mod resources;
mod routes;
mod rules;
mod schedules;
mod secrets;
mod sqs;
mod streams;
mod tables;
mod variables;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use self::authorizers::Authorizers;
use self::intrinsics::Intrinsics;
#[cfg(test)]
pub(crate) use self::queues::Redrive;
use self::resources::Resources;
use self::variables::Variables;
pub(crate) use self::{
    asynchronous::Asynchronous,
    authorizers::{Access, Authorizer, Identity, Jwt},
    functions::Function,
    input::Input,
    kinds::Kind,
    pages::StaticPage,
    queues::{Fifo, MOST_BYTES, Queue, queue_url},
    routes::{Cors, Method, Route, Segment},
    rules::{DEFAULT_BUS, Receiver, Rule, Target},
    schedules::{Schedule, Timing},
    sqs::QueueMapping,
    streams::{StartingPosition, StreamMapping},
    tables::Table,
};
use crate::base::error::TemplateError;

/// The account in local ARNs.
pub(crate) const ACCOUNT: &str = "000000000000";

/// Options for reading a template.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// Overrides the template's stage.
    pub stage: Option<String>,
    /// Override the template's parameters.
    pub params: BTreeMap<String, String>,
    /// The URL of the local issuer, if it runs. It is the default of the parameter `issuer`; the service's name is then
    /// that of `audience`.
    pub issuer: Option<String>,
    /// The local SQS endpoint, which the URLs of queues begin with.
    pub sqs: Option<String>,
    /// Receives the files that are read, also when that ends in an error.
    pub files: Files,
}

/// The files that were read for a template, also those that were looked for and are missing. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Files(Arc<Mutex<BTreeSet<PathBuf>>>);

impl Files {
    fn add(&self, path: &Path) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
    }

    pub(crate) fn all(&self) -> BTreeSet<PathBuf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A `serverless.yml` with all variables resolved.
#[derive(Debug)]
pub(crate) struct Template {
    /// The path of the file.
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
    /// Kinds of items, for the page `/_local/`.
    pub kinds: Vec<Kind>,
    /// Binaries whose functions a parameter leaves out.
    pub optional: BTreeSet<String>,
    /// Static pages, mounted below `/_local/`.
    pub pages: Vec<StaticPage>,
    /// Parts that do not run on one machine, a sentence each.
    pub notices: Vec<String>,
}

impl Template {
    /// Reads the file.
    pub(crate) fn load(path: &Path, given: Given) -> Result<Self, TemplateError> {
        given.files.add(path);
        let text = std::fs::read_to_string(path).map_err(|error| TemplateError::Unreadable {
            path: path.to_owned(),
            missing: error.kind() == std::io::ErrorKind::NotFound,
            reason: error.to_string(),
        })?;
        let document = yaml::parse(&text).map_err(|reason| TemplateError::Yaml { path: path.to_owned(), reason })?;
        // A variable that is not UTF-8 cannot be named by a template.
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

    /// Reads a parsed document. `environment` is the source of `${env:X}`.
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

        let stack = format!("{service}-{stage}");
        let resources = Resources::read(&variables)?;
        let names = names::read(&variables, &stack)?;
        let intrinsics = Intrinsics::new(&resources, &names, &region, stack.clone(), sqs);
        let tables = tables::read(&resources, &intrinsics, &variables)?;
        let mut buses = intrinsics.names(resources::EVENT_BUS)?;
        let mut queues = queues::read(&resources, &intrinsics, &variables)?;

        let authorizers = Authorizers::new(&variables)?;
        let around = around::Around {
            intrinsics: &intrinsics,
            tables: &tables,
            queues: &queues,
            buses: &buses,
            authorizers: &authorizers,
        };
        let functions::Found { functions, rules: own, buses: more, mut notices } =
            functions::Reader::new(&variables, &around, stack)?.read()?;
        buses.extend(more);
        let mut rules = rules::read(&resources, &intrinsics, &buses, &queues, &mut notices)?;
        rules.extend(own);
        notices.extend(
            resources.mappings().map(|id| {
                format!("the mapping `{id}` does not run on one machine; write it as an event of its function")
            }),
        );
        for queue in &mut queues {
            let reads = |function: &&Function| function.queues.iter().any(|mapping| mapping.queue == queue.name);
            queue.readers = functions.iter().filter(reads).map(|function| function.key.clone()).collect();
        }
        routes::refuse_duplicates(&functions)?;
        let cors = routes::cors(&variables, &functions)?;
        let kinds = kinds::read(&variables)?;
        let optional = optional::read(&variables)?;
        let pages = pages::read(&variables, directory, &mut notices)?;
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
            kinds,
            optional,
            pages,
            notices,
        })
    }
}

fn directory(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests;
