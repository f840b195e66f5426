//! A service that runs: its parts, and the version that they serve.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Mutex;

use super::callers::Callers;
use super::context::Context;
use super::door::Door;
use super::parts::Parts;
use super::version::Version;
use crate::base::error::StartError;

pub(crate) struct Running {
    pub context: Context,
    pub(super) parts: Parts,
    /// The HTTP API and the pages beside it.
    pub(super) api: Door,
    /// Lambda's Invoke API.
    pub(super) lambda: Door,
    version: RwLock<Arc<Version>>,
    callers: Mutex<Callers>,
    /// Notices of the template that were logged.
    said: RwLock<BTreeSet<String>>,
}

impl Running {
    /// Begins with `version`. Nothing is served before the doors are.
    pub(super) async fn begin(context: Context, parts: Parts, version: Version) -> Result<Arc<Self>, StartError> {
        let version = Arc::new(version);
        let running = Self {
            context,
            parts,
            api: Door::default(),
            lambda: Door::default(),
            version: RwLock::new(version.clone()),
            callers: Mutex::default(),
            said: RwLock::default(),
        };
        running.serve(version).await?;
        Ok(Arc::new(running))
    }

    /// The version that is served.
    pub(crate) fn version(&self) -> Arc<Version> {
        self.version.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Serves `version` from now on. Requests and invocations in flight end as they began. The result is the keys of the
    /// functions that differ.
    ///
    /// After an error the version before goes on.
    pub(super) async fn serve(&self, version: Arc<Version>) -> Result<Vec<String>, StartError> {
        let Self { context, parts, .. } = self;
        // One version at a time.
        let mut callers = self.callers.lock().await;
        let changed = parts.replace(context, &version).await?;
        callers.replace(context, parts, &version.template).await;
        self.lambda.replace(parts.lambda(context, &version).router());
        self.api.replace(parts.gateway(context, &version).router(parts.pages(context, &version)));
        let mut said = self.said.write().unwrap_or_else(PoisonError::into_inner);
        for notice in &version.template.notices {
            if said.insert(notice.clone()) {
                context.logger.say("local", notice);
            }
        }
        *self.version.write().unwrap_or_else(PoisonError::into_inner) = version;
        Ok(changed)
    }
}
