//! SQS: the queues of the template.
//!
//! Messages are delivered at least once, oldest visible first. A FIFO queue keeps the order of each message group, and drops
//! duplicates of five minutes. With a data directory, messages are written to the disk before the sender gets a response: see
//! [`journal`].
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-types.html>

mod api;
mod digest;
mod journal;
mod message;
mod moves;
mod page;
mod receive;
mod receiver;
mod recent;
mod repair;
mod sender;
mod state;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use chrono::Utc;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use self::journal::{Journal, Kept};
use self::message::{Message, Receipt};
use self::moves::Move;
pub(crate) use self::page::pages;
use self::state::{Changed, Counts, Queue};
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
    /// The last moves of dead letters, newest first.
    moves: Mutex<Vec<Move>>,
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
        let (region, all, news, moves) = (RwLock::default(), Mutex::default(), Notify::new(), Mutex::default());
        Self(Arc::new(Inner { url, directory, region, all, moves, news, logger, observer, stop }))
    }

    /// Has these queues. A new one begins with the messages in the data directory, and one that stays keeps its messages.
    ///
    /// After an error nothing has changed.
    pub(crate) fn replace(&self, queues: &[template::Queue], region: &str) -> Result<(), StartError> {
        let now = Utc::now().timestamp_millis();
        let mut all = self.all();
        let mut opened = BTreeMap::new();
        for settings in queues.iter().filter(|settings| !all.contains_key(&settings.name)) {
            let (journal, kept) = match &self.0.directory {
                None => (Journal::none(), Kept::default()),
                Some(directory) => open(&directory.join(DIRECTORY), &settings.name)?,
            };
            opened.insert(settings.name.clone(), Queue::new(settings.clone(), now, journal, kept));
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

    /// Sends messages, all or none, logs their ids, and returns them as they are kept. Instead of a duplicate in a FIFO queue,
    /// that is the message of before.
    fn send(&self, queue: &str, messages: Vec<Message>) -> Result<Vec<Message>, QueueError> {
        let (now, new) = (Utc::now().timestamp_millis(), messages.iter().map(|message| message.id.clone()));
        let new: Vec<String> = new.collect();
        let sent = self.all().get_mut(queue).ok_or(QueueError::Unknown)?.send(now, messages)?;
        for (message, new) in sent.iter().zip(new) {
            let (id, again) = (&message.id, if message.id == new { "" } else { " again, which is dropped" });
            self.0.logger.say("queue", &format!("message {id} to {queue}{again}"));
        }
        self.changed();
        Ok(sent)
    }

    fn delete(&self, queue: &str, receipt: &Receipt) -> Result<(), QueueError> {
        self.all().get_mut(queue).ok_or(QueueError::Unknown)?.delete(receipt)?;
        self.changed();
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
        self.changed();
        Ok(())
    }

    /// A message may have become visible, or the next one of its group can be received.
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

    /// The newest `most` messages of a queue, the newest first.
    fn newest(&self, queue: &str, most: usize) -> Result<Vec<Message>, QueueError> {
        self.read(queue, |queue| queue.newest(most, Utc::now().timestamp_millis()))
    }

    fn read<T>(&self, queue: &str, ask: impl FnOnce(&Queue) -> T) -> Result<T, QueueError> {
        self.all().get(queue).map(ask).ok_or(QueueError::Unknown)
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Queue>> {
        self.0.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn open(directory: &Path, name: &str) -> Result<(Journal, Kept), StartError> {
    let path = directory.join(format!("{name}.jsonl"));
    std::fs::create_dir_all(directory)
        .map_err(|error| StartError::Data { path: directory.to_owned(), reason: error.to_string() })?;
    Journal::open(&path)
}

#[cfg(test)]
impl Queues {
    fn for_tests(names: &[&str]) -> Self {
        Self::of_tests(&names.iter().map(|name| template::Queue::named(name)).collect::<Vec<_>>())
    }

    fn of_tests(queues: &[template::Queue]) -> Self {
        let logger = Logger::new(crate::base::options::Log::Captured, std::iter::empty());
        let made = Self::new(
            None,
            "http://127.0.0.1:1".to_owned(),
            logger,
            Arc::new(crate::aws::interface::observe::Unobserved),
            CancellationToken::new(),
        );
        made.replace(queues, "eu-central-1").unwrap();
        made
    }
}
