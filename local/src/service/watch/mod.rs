//! Serves edits: when a source or the template has changed, makes a version of it and swaps it in.
//!
//! A version that cannot be made leaves the last good one as it is. What has changed meanwhile is part of the next attempt.

mod changes;
mod files;
mod interest;
mod output;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use self::changes::{Changed, Changes};
use self::files::Files;
use self::interest::{Belongs, Interest, is_source};
use super::context::Context;
use super::keep::Keep;
use super::running::Running;
use super::version::Version;
use crate::base::builds::State;
use crate::base::error::StartError;
use crate::project::build::Build;
use crate::project::compile::Built;
use crate::project::dep_info;
use crate::project::sources::Sources;
use crate::project::template::Template;

/// Cargo's own file among the sources.
const LOCK: &str = "Cargo.lock";
/// How many files a message names.
const NAMED: usize = 3;

/// The watch over the files of a service.
pub(super) struct Watch {
    sources: Option<Sources>,
    /// Files that the last build has read, and that are none of `sources`.
    further: BTreeSet<PathBuf>,
    /// `Cargo.lock` before the last build. Cargo writes it, too, and then there is nothing to build.
    lock: Option<Vec<u8>>,
    changes: Changes,
    files: Files,
}

impl Watch {
    /// Watches from now on, so that a change during the first build is not missed, nor one of the template since `began`. `None` where
    /// the system cannot; a log line says why.
    pub(super) fn begin(context: &Context, sources: Option<Sources>, began: SystemTime) -> Option<Self> {
        let changes = Changes::default();
        let files = match Files::new(changes.clone()) {
            Ok(files) => files,
            Err(error) => {
                say(context, &format!("ERROR edits are not served, since files cannot be watched: {error}"));
                return None;
            }
        };
        let mut watch = Self { sources, further: BTreeSet::new(), lock: None, changes, files };
        watch.follow(context);
        watch.lock = watch.read_lock();
        for file in context.files.all() {
            let template = has_changed(&file, began);
            watch.changes.push(file, Belongs { sources: false, template });
        }
        Some(watch)
    }

    /// Watches what a version is made of. Returns whether that is more than before: what was read of it may have changed unseen.
    fn follow(&mut self, context: &Context) -> bool {
        let sources = self.sources.clone().map(|mut sources| {
            sources.files.extend(self.further.iter().cloned());
            sources
        });
        let interest = Interest::new(sources, &context.files.all());
        self.files.follow(interest).unwrap_or_else(|reason| {
            say(context, &format!("ERROR some edits are not served, since a folder cannot be watched: {reason}"));
            false
        })
    }

    /// Watches the files, too, that a build has read which began at `began`.
    pub(super) fn built(&mut self, context: &Context, built: &Built, began: SystemTime) {
        if self.lock.is_none() {
            // The first one, which Cargo has made.
            self.lock = self.read_lock();
        }
        let Some(sources) = &self.sources else { return };
        let known = |file: &Path| is_source(sources, file);
        let further = dep_info::further(built.executables.values(), &sources.target, known);
        let new: Vec<_> = further.difference(&self.further).cloned().collect();
        self.further = further;
        self.follow(context);
        // Since when they are watched, a change is seen. This is for the time before.
        for file in new {
            let sources = has_changed(&file, began);
            self.changes.push(file, Belongs { sources, template: false });
        }
    }

    /// Serves edits until the service stops, which ends a build in progress.
    pub(super) async fn run(mut self, running: Arc<Running>, mut keep: Option<Keep>) {
        tokio::select! {
            biased;
            () = running.context.intake.cancelled() => {}
            () = self.serve(&running, &mut keep) => {}
        }
    }

    async fn serve(&mut self, running: &Running, keep: &mut Option<Keep>) {
        let context = &running.context;
        // Changes that no version has served yet.
        let mut open = Changed::default();
        loop {
            let (began, changed) = self.changes.next().await;
            if changed.files.iter().all(|file| file.ends_with(LOCK)) && self.read_lock() == self.lock {
                continue;
            }
            open.add(changed);
            context.builds.begin();
            say(context, &format!("{} changed", named(&open, running.version().template.directory())));
            let made = self.attempt(running, keep.as_mut(), &open).await;
            let took = began.elapsed();
            match made {
                Ok(functions) => {
                    let what = if functions.is_empty() { "the template".to_owned() } else { functions.join(", ") };
                    if open.template || !functions.is_empty() {
                        say(context, &format!("served after {:.1} s: {what}", took.as_secs_f64()));
                    }
                    open = Changed::default();
                    context.builds.end(State::Served { took, functions });
                }
                Err(error) => {
                    say(context, &format!("ERROR {error}; the last good version is served"));
                    let message = match error {
                        StartError::Compile { diagnostics } => diagnostics,
                        other => other.to_string(),
                    };
                    context.builds.end(State::Failed { took, message });
                }
            }
        }
    }

    fn read_lock(&self) -> Option<Vec<u8>> {
        let path = self.sources.as_ref()?.files.iter().find(|file| file.ends_with(LOCK))?;
        std::fs::read(path).ok()
    }

    /// Makes a version of the files as they are now, and serves it. The result is the keys of the functions that differ.
    async fn attempt(
        &mut self,
        running: &Running,
        mut keep: Option<&mut Keep>,
        open: &Changed,
    ) -> Result<Vec<String>, StartError> {
        let context = &running.context;
        let served = running.version();
        let executables: BTreeMap<String, PathBuf> =
            served.executables().map(|(name, path)| (name.to_owned(), path.to_owned())).collect();
        let (template, build) = self.read(context, &executables, open).await?;
        let version = if let Some(build) = build {
            let began = SystemTime::now();
            self.lock = self.read_lock();
            let output = build.run(&context.options, &template).await?;
            self.built(context, &output, began);
            Version::of(template, output, keep.as_deref_mut())?
        } else {
            Version::of(template, Built { executables, ..Built::default() }, None)?
        };
        let version = Arc::new(version);
        let changed = running.serve(version.clone()).await;
        if let Some(keep) = keep {
            match changed {
                Ok(_) => keep.serves(version.executables()),
                Err(_) => keep.refuses(),
            }
        }
        changed
    }

    /// Reads the template, and what there is to build. It does so again while that shows more to watch: what changes from now on
    /// is either read, or seen.
    async fn read(
        &mut self,
        context: &Context,
        executables: &BTreeMap<String, PathBuf>,
        open: &Changed,
    ) -> Result<(Template, Option<Build>), StartError> {
        loop {
            let read = self.read_once(context, executables, open).await;
            if !self.follow(context) {
                return read;
            }
        }
    }

    async fn read_once(
        &mut self,
        context: &Context,
        executables: &BTreeMap<String, PathBuf>,
        open: &Changed,
    ) -> Result<(Template, Option<Build>), StartError> {
        let template = context.template()?;
        let known = template.functions.iter().all(|function| executables.contains_key(&function.handler));
        if known && !open.sources {
            return Ok((template, None));
        }
        let build = Build::find(&context.options, &template).await?;
        self.sources = build.sources().cloned();
        Ok((template, Some(build)))
    }
}

/// Whether the file was written since `since`.
fn has_changed(file: &Path, since: SystemTime) -> bool {
    std::fs::metadata(file).and_then(|file| file.modified()).is_ok_and(|at| at >= since)
}

fn say(context: &Context, message: &str) {
    context.logger.say("local", message);
}

/// The changed files for a person, relative to the service's folder.
fn named(changed: &Changed, directory: &Path) -> String {
    let directory = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
    let names = changed.files.iter().map(|file| file.strip_prefix(&directory).unwrap_or(file).display().to_string());
    let names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
    match names.len() {
        0 => "the files have".to_owned(),
        1 => format!("{} has", names[0]),
        count if count <= NAMED => format!("{} have", names.join(", ")),
        count => format!("{} and {} more have", names[..NAMED].join(", "), count - NAMED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_a_few_of_the_files() {
        let changed = |names: &[&str]| Changed {
            sources: true,
            template: false,
            files: names.iter().map(|name| Path::new("/no/such/folder").join(name)).collect(),
        };
        let named = |names: &[&str]| named(&changed(names), Path::new("/no/such/folder"));
        assert_eq!(named(&["src/a.rs"]), "src/a.rs has");
        assert_eq!(named(&["a", "b"]), "a, b have");
        assert_eq!(named(&["a", "b", "c", "d", "e"]), "a, b, c and 2 more have");
    }
}
