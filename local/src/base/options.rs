//! Options of a service. Each has a default.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use dynoxide::storage_backend::Clock;

use crate::base::listen::Host;

/// Options of a service.
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
    /// The stage, as for `serverless deploy --stage`. Default: the template's, else `dev`.
    pub stage: Option<String>,
    /// Parameters, as for `serverless deploy --param`. They override the template's.
    pub params: BTreeMap<String, String>,
    /// Run a local issuer, and check its tokens on routes with an authorizer. Its URL is the default of the parameter
    /// `issuer`, and the service's name that of `audience`. Without it, a template whose parameters turn an authorizer
    /// on does not start.
    pub auth: bool,
    /// The address that the API and the emulated AWS services listen on.
    pub host: Host,
    /// The HTTP API's port; 0 takes a free one.
    pub port: u16,
    /// The database's port; 0 takes a free one.
    pub dynamodb_port: u16,
    /// Where tables, stream positions and messages live.
    pub data: Data,
    /// The clock of the database (TTL, stream records). Only with [`Data::Memory`].
    pub clock: Option<Arc<dyn Clock>>,
    /// URL of a DynamoDB-compatible server, in place of the one in this process.
    pub dynamodb_endpoint: Option<String>,
    /// Variables of every function, which override the template's.
    pub environment: BTreeMap<String, String>,
    /// Interval of all schedules, in place of the template's.
    pub schedule_every: Option<Duration>,
    /// Interval of the deletion of expired items. `None` never deletes them, as if TTL were late.
    pub ttl_every: Option<Duration>,
    /// The most processes of one function.
    pub max_processes: usize,
    /// How long a process beyond the first may idle before it is stopped.
    pub idle_after: Duration,
    /// Serve edits: build and swap functions when a source changes, and routes, variables, schedules, mappings and
    /// authorizers when the template or a file that it takes in does. With [`Binaries::Built`] only the template is
    /// watched.
    pub watch: bool,
    /// The destination of log lines.
    pub log: Log,
    /// File with the URLs of the service's parts while it runs: `api`, `dynamodb`, `eventbridge`, `sqs` and `lambda`.
    /// Of several services with one file, it has those of the owner of the directory's data, else of the first.
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
            watch: false,
            log: Log::Captured,
            endpoints: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values of variables may be secrets.
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
    /// Existing ones: a function's `handler` to its executable.
    Built(BTreeMap<String, PathBuf>),
    /// Built by Cargo from the package beside the template.
    Cargo {
        /// With `--release`.
        release: bool,
    },
}

/// Where tables, stream positions and messages are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// In memory, until the service stops.
    Memory,
    /// In this directory, across restarts.
    Directory(PathBuf),
}

/// The destination of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log {
    /// The terminal.
    Terminal {
        /// One JSON object per line.
        json: bool,
    },
    /// Memory: each line with its source in front, for [`Service::log_lines`](crate::Service::log_lines).
    Captured,
}
