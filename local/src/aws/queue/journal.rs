//! Append-only journal of a queue, one JSON line per change. A message is on the disk before its sender gets a
//! response, so that it survives a crash.
//!
//! An incomplete last line was never acknowledged, and is dropped. The file is compacted, atomically, when it is opened
//! and when most of it is obsolete.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::message::Message;
use super::recent::Seen;
use crate::base::error::StartError;

/// Bytes beyond twice its compacted size that a file grows to before it is compacted again.
const SLACK: u64 = 1024 * 1024;

/// A change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Entry {
    /// A message was added or changed.
    Put(Message),
    Gone(String),
    /// A message was sent to a FIFO queue.
    Seen(Seen),
}

/// Content of a journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Kept {
    /// The messages, in the order they were sent.
    pub messages: Vec<Message>,
    /// The messages that were sent to a FIFO queue lately.
    pub seen: Vec<Seen>,
}

/// The journal of a queue. In memory there is none.
pub(super) struct Journal(Option<Open>);

struct Open {
    path: PathBuf,
    file: File,
    /// Length of the complete lines.
    length: u64,
    /// Length after the last compaction.
    whole: u64,
}

impl Journal {
    /// No journal: the queue is in memory.
    pub(super) fn none() -> Self {
        Self(None)
    }

    /// Opens or creates the file, and returns what it holds.
    pub(super) fn open(path: &Path) -> Result<(Self, Kept), StartError> {
        let failed = |error: &io::Error| StartError::Data { path: path.to_owned(), reason: error.to_string() };
        let kept = match std::fs::read(path) {
            // The parser's own message may quote a customer's.
            Ok(bytes) => replay(&bytes).map_err(|line| {
                StartError::damaged(path, &format!("its line {line} is damaged"), "begins with an empty queue")
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Kept::default(),
            Err(error) => return Err(failed(&error)),
        };
        let open = Open::write(path.to_owned(), &kept.messages, &kept.seen).map_err(|error| failed(&error))?;
        Ok((Self(Some(open)), kept))
    }

    /// Appends changes. With `durably` it waits for the disk.
    pub(super) fn append(&mut self, entries: &[Entry], durably: bool) -> io::Result<()> {
        let Some(open) = &mut self.0 else { return Ok(()) };
        let mut text = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut text, entry)?;
            text.push(b'\n');
        }
        let written = open.file.write_all(&text).and_then(|()| if durably { open.file.sync_data() } else { Ok(()) });
        if let Err(error) = written {
            // The next line must not continue half a line.
            let _ = open.file.set_len(open.length);
            return Err(error);
        }
        open.length += text.len() as u64;
        Ok(())
    }

    /// Compacts the file when most of it is obsolete. `messages` and `seen` are the current ones.
    pub(super) fn tidy(&mut self, messages: &[Message], seen: &[Seen]) -> io::Result<()> {
        if let Some(open) = &mut self.0
            && open.length > 2 * open.whole + SLACK
        {
            *open = Open::write(open.path.clone(), messages, seen)?;
        }
        Ok(())
    }
}

impl Open {
    fn write(path: PathBuf, messages: &[Message], seen: &[Seen]) -> io::Result<Self> {
        let mut text = Vec::new();
        let entries = messages.iter().cloned().map(Entry::Put).chain(seen.iter().cloned().map(Entry::Seen));
        for entry in entries {
            serde_json::to_writer(&mut text, &entry)?;
            text.push(b'\n');
        }
        let temporary = path.with_extension("tmp");
        match std::fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().create_new(true).append(true).open(&temporary)?;
        file.write_all(&text)?;
        file.sync_data()?;
        std::fs::rename(&temporary, &path)?;
        let length = text.len() as u64;
        Ok(Self { path, file, length, whole: length })
    }
}

/// The error is the number of a damaged line.
fn replay(bytes: &[u8]) -> Result<Kept, usize> {
    let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    // After the last line break there is nothing, or an incomplete line.
    lines.pop();
    let (mut messages, mut seen): (Vec<Message>, Vec<Seen>) = (Vec::new(), Vec::new());
    for (index, line) in lines.into_iter().enumerate() {
        match serde_json::from_slice(line).map_err(|_| index + 1)? {
            Entry::Put(message) => match messages.iter_mut().find(|known| known.id == message.id) {
                Some(known) => *known = message,
                None => messages.push(message),
            },
            Entry::Gone(id) => messages.retain(|known| known.id != id),
            Entry::Seen(one) => seen.push(one),
        }
    }
    Ok(Kept { messages, seen })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(messages: &[Message]) -> Vec<&str> {
        messages.iter().map(|message| message.body.as_str()).collect()
    }

    #[test]
    fn what_was_written_is_there_again_and_half_a_line_is_not() {
        let path = std::env::temp_dir().join(format!("local-queue-{}.jsonl", uuid::Uuid::new_v4()));
        let (mut journal, kept) = Journal::open(&path).unwrap();
        assert_eq!(kept, Kept::default());
        let [one, two, three] = ["one", "two", "three"].map(|body| Message::new(body.into()));
        journal.append(&[Entry::Put(one.clone()), Entry::Put(two.clone()), Entry::Put(three)], true).unwrap();
        journal.append(&[Entry::Put(Message { receives: 2, ..two }), Entry::Gone(one.id)], false).unwrap();
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"put\":{\"id\":").unwrap();

        let (_, Kept { messages, .. }) = Journal::open(&path).unwrap();
        assert_eq!((bodies(&messages), messages[0].receives), (vec!["two", "three"], 2));
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 2, "only what is still true");
        std::fs::write(&path, "nonsense\n").unwrap();
        let error = Journal::open(&path).err().unwrap().to_string();
        let expected =
            "its line 1 is damaged; move the file away or delete it, and the next start begins with an empty queue";
        assert!(error.starts_with(path.to_str().unwrap()) && error.ends_with(expected), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "nonsense\n", "it is left as it was");
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn the_past_is_forgotten() {
        let path = std::env::temp_dir().join(format!("local-queue-{}.jsonl", uuid::Uuid::new_v4()));
        let (mut journal, _) = Journal::open(&path).unwrap();
        let message = Message::new("again".into());
        let entries = vec![Entry::Put(message.clone()); 100];
        for _ in 0..100 {
            journal.append(&entries, false).unwrap();
        }
        assert!(std::fs::metadata(&path).unwrap().len() > SLACK);
        journal.tidy(std::slice::from_ref(&message), &[]).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 1);
        journal.append(&[Entry::Gone(message.id)], false).unwrap();
        assert!(Journal::open(&path).unwrap().1.messages.is_empty());
        std::fs::remove_file(path).unwrap();
    }
}
