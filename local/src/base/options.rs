//! What a start can be told. Every field has a default, so a test names only what it cares about.

use std::{collections::BTreeMap, fmt, path::PathBuf, sync::Arc, time::Duration};

use dynoxide::storage_backend::Clock;

use crate::base::listen::Host;

/// How to run a service.
///
/// ```
/// # use local::{Binaries, Options};
/// let options = Options {
///     template: "serverless.yml".into(),
///     binaries: Binaries::Built([("hello".into(), "target/debug/hello".into())].into()),
///     ..Options::default()
/// };
/// # assert_eq!(options.port, 0);
/// ```
#[derive(Clone)]
pub struct Options {
    /// The `serverless.yml`.
    pub template: PathBuf,
    /// Where the functions' executables come from.
    pub binaries: Binaries,
    /// The stage, as `--stage` gives it to the Serverless Framework. Default: the template's own, else `dev`.
    pub stage: Option<String>,
    /// Parameters, as `--param name=value` gives them to the Serverless Framework. They win over the template's own.
    pub params: BTreeMap<String, String>,
    /// Run a local issuer and check its tokens, where the template's routes have an authorizer. Its URL is the parameter
    /// `issuer`, and the service's name the parameter `audience`, where neither is given. Without this, a template whose
    /// parameters turn an authorizer on does not start.
    pub auth: bool,
    /// Where the API, the database, SQS and `EventBridge` listen.
    pub host: Host,
    /// The HTTP API's port; 0 takes a free one.
    pub port: u16,
    /// The database's port; 0 takes a free one.
    pub dynamodb_port: u16,
    /// Where tables, stream positions and messages live.
    pub data: Data,
    /// The time the database goes by (TTL, stream records). Only with [`Data::Memory`].
    pub clock: Option<Arc<dyn Clock>>,
    /// Another DynamoDB-compatible server to use instead of the one in this process.
    pub dynamodb_endpoint: Option<String>,
    /// Variables every function gets, over those of the template.
    pub environment: BTreeMap<String, String>,
    /// Run every schedule this often instead of as the template says.
    pub schedule_every: Option<Duration>,
    /// How often expired items are swept away; `None` never does, as if TTL were late.
    pub ttl_every: Option<Duration>,
    /// How many processes one function may have at a time.
    pub max_processes: usize,
    /// How long a process beyond the first may be idle before it is stopped.
    pub idle_after: Duration,
    /// Where the lines go.
    pub log: Log,
    /// A file that names, while the service runs, the URLs of its parts: `api`, `dynamodb`, `eventbridge`, `sqs` and `lambda`. Of several services with one file, it names the one that has the directory's data, else the first.
    pub endpoints: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            template: "serverless.yml".into(),
            binaries: Binaries::Cargo { release: false },
            stage: None,
            params: BTreeMap::new(),
            auth: false,
            host: Host::Localhost,
            port: 0,
            dynamodb_port: 0,
            data: Data::Memory,
            clock: None,
            dynamodb_endpoint: None,
            environment: BTreeMap::new(),
            schedule_every: None,
            ttl_every: Some(Duration::from_secs(1)),
            max_processes: 10,
            idle_after: Duration::from_secs(10),
            log: Log::Captured,
            endpoints: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the values of variables: one may be a secret.
        f.debug_struct("Options")
            .field("template", &self.template)
            .field("binaries", &self.binaries)
            .field("stage", &self.stage)
            .field("params", &self.params.keys())
            .field("auth", &self.auth)
            .field("data", &self.data)
            .field("environment", &self.environment.keys())
            .finish_non_exhaustive()
    }
}

/// Where the functions' executables come from.
#[derive(Debug, Clone)]
pub enum Binaries {
    /// They are there: name (a function's `handler`) to executable.
    Built(BTreeMap<String, PathBuf>),
    /// Cargo builds the package, next to the template, that has them.
    Cargo {
        /// With `--release`.
        release: bool,
    },
}

/// Where tables, stream positions and messages live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// In memory, gone with the service.
    Memory,
    /// In this directory, there again at the next start.
    Directory(PathBuf),
}

/// Where the lines go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log {
    /// To the terminal.
    Terminal {
        /// One JSON object a line, for another program to read.
        json: bool,
    },
    /// Kept as they came, each with its source in front, for [`Service::log_lines`](crate::Service::log_lines).
    Captured,
}
