//! SQS: the queues of the template.
//!
//! Messages are delivered at least once, oldest visible first. FIFO order and deduplication are not supported. With a
//! data directory, messages are written to the disk before the sender gets a response: see [`journal`].
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html>

mod api;
mod digest;
mod journal;
mod message;
mod page;
mod receive;
mod repair;
mod state;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use chrono::Utc;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use self::journal::Journal;
use self::message::{Attribute, AttributeValue, Message, Receipt};
pub(crate) use self::page::pages;
use self::state::{Changed, Counts, Queue};
use crate::aws::interface::message::{Outgoing, SendMessage};
use crate::aws::interface::observe::Observer;
use crate::base::error::StartError;
use crate::base::log::Logger;
use crate::project::template::{self, ACCOUNT};

/// Folder in the data directory, with a file for each queue.
const DIRECTORY: &str = "queues";

/// The queues of the service. Clones share them.
#[derive(Clone)]
pub(crate) struct Queues(Arc<Inner>);

struct Inner {
    /// The endpoint that the URLs of queues begin with.
    url: String,
    directory: Option<PathBuf>,
    region: RwLock<String>,
    all: Mutex<BTreeMap<String, Queue>>,
    /// Wakes waiting receivers when a message may have become visible.
    news: Notify,
    logger: Logger,
    observer: Arc<dyn Observer>,
    stop: CancellationToken,
}

/// Why an operation on a queue failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum QueueError {
    #[error("there is no queue of this name")]
    Unknown,
    #[error("it cannot be kept: {0}")]
    Unkept(#[from] io::Error),
}

impl Queues {
    /// No queues yet. `directory` is that of the data; without one the queues are in memory. The URLs of queues begin with
    /// `url`, and `stop` ends long polling.
    pub(crate) fn new(
        directory: Option<PathBuf>,
        url: String,
        logger: Logger,
        observer: Arc<dyn Observer>,
        stop: CancellationToken,
    ) -> Self {
        let (region, all, news) = (RwLock::default(), Mutex::default(), Notify::new());
        Self(Arc::new(Inner { url, directory, region, all, news, logger, observer, stop }))
    }

    /// Has these queues. A new one begins with the messages in the data directory, and one that stays keeps its messages.
    ///
    /// After an error nothing has changed.
    pub(crate) fn replace(&self, queues: &[template::Queue], region: &str) -> Result<(), StartError> {
        let now = Utc::now().timestamp_millis();
        let mut all = self.all();
        let mut opened = BTreeMap::new();
        for settings in queues.iter().filter(|settings| !all.contains_key(&settings.name)) {
            let (journal, messages) = match &self.0.directory {
                None => (Journal::none(), Vec::new()),
                Some(directory) => open(&directory.join(DIRECTORY), &settings.name)?,
            };
            opened.insert(settings.name.clone(), Queue::new(settings.clone(), now, journal, messages));
        }
        all.retain(|name, _| queues.iter().any(|settings| settings.name == *name));
        all.append(&mut opened);
        for settings in queues {
            if let Some(queue) = all.get_mut(&settings.name) {
                queue.settings = settings.clone();
            }
        }
        region.clone_into(&mut self.0.region.write().unwrap_or_else(PoisonError::into_inner));
        drop(all);
        // A receiver waits for the visibility timeout of before, or for a queue that is gone.
        self.0.news.notify_waiters();
        Ok(())
    }

    /// The names in alphabetical order.
    fn names(&self) -> Vec<String> {
        self.all().keys().cloned().collect()
    }

    /// The URL of a queue.
    fn url_of(&self, name: &str) -> String {
        template::queue_url(&self.0.url, name)
    }

    fn arn_of(&self, name: &str) -> String {
        let region = self.0.region.read().unwrap_or_else(PoisonError::into_inner);
        format!("arn:aws:sqs:{region}:{ACCOUNT}:{name}")
    }

    /// Sends messages, all or none, and logs their ids.
    fn send(&self, queue: &str, messages: Vec<Message>) -> Result<(), QueueError> {
        let ids: Vec<String> = messages.iter().map(|message| message.id.clone()).collect();
        self.all().get_mut(queue).ok_or(QueueError::Unknown)?.put(messages)?;
        for id in ids {
            self.0.logger.say("queue", &format!("message {id} to {queue}"));
        }
        self.changed();
        Ok(())
    }

    fn delete(&self, queue: &str, receipt: &Receipt) -> Result<(), QueueError> {
        self.all().get_mut(queue).ok_or(QueueError::Unknown)?.delete(receipt)?;
        self.0.observer.queues_changed();
        Ok(())
    }

    fn change(&self, queue: &str, receipt: &Receipt, hidden: Duration) -> Result<Changed, QueueError> {
        let now = Utc::now().timestamp_millis();
        let changed = self.all().get_mut(queue).ok_or(QueueError::Unknown)?.change(now, receipt, hidden)?;
        self.changed();
        Ok(changed)
    }

    fn purge(&self, queue: &str) -> Result<(), QueueError> {
        self.all().get_mut(queue).ok_or(QueueError::Unknown)?.purge()?;
        self.0.observer.queues_changed();
        Ok(())
    }

    /// A message may have become visible.
    fn changed(&self) {
        self.0.news.notify_waiters();
        self.0.observer.queues_changed();
    }

    fn counts(&self, queue: &str) -> Result<Counts, QueueError> {
        self.read(queue, |queue| queue.counts(Utc::now().timestamp_millis()))
    }

    fn settings(&self, queue: &str) -> Result<template::Queue, QueueError> {
        self.read(queue, |queue| queue.settings.clone())
    }

    /// When the queue was created, in epoch seconds.
    fn created(&self, queue: &str) -> Result<i64, QueueError> {
        self.read(queue, |queue| queue.created)
    }

    /// The messages of a queue, in the order they were sent.
    fn messages(&self, queue: &str) -> Result<Vec<Message>, QueueError> {
        self.read(queue, |queue| queue.messages(Utc::now().timestamp_millis()))
    }

    fn read<T>(&self, queue: &str, ask: impl FnOnce(&Queue) -> T) -> Result<T, QueueError> {
        self.all().get(queue).map(ask).ok_or(QueueError::Unknown)
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Queue>> {
        self.0.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SendMessage for Queues {
    fn send_message(&self, queue: &str, message: Outgoing) -> Result<(), String> {
        let Outgoing { body, trace } = message;
        self.send(queue, vec![Message { trace, ..Message::new(body) }]).map_err(|error| error.to_string())
    }
}

fn open(directory: &Path, name: &str) -> Result<(Journal, Vec<Message>), StartError> {
    let path = directory.join(format!("{name}.jsonl"));
    std::fs::create_dir_all(directory)
        .map_err(|error| StartError::Data { path: directory.to_owned(), reason: error.to_string() })?;
    Journal::open(&path)
}

#[cfg(test)]
impl Queues {
    fn for_tests(names: &[&str]) -> Self {
        let queues: Vec<_> = names.iter().map(|name| template::Queue::named(name)).collect();
        let logger = Logger::new(crate::base::options::Log::Captured, std::iter::empty());
        let made = Self::new(
            None,
            "http://127.0.0.1:1".to_owned(),
            logger,
            Arc::new(crate::aws::interface::observe::Unobserved),
            CancellationToken::new(),
        );
        made.replace(&queues, "eu-central-1").unwrap();
        made
    }
}
