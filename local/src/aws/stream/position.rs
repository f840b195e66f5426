//! Positions of event source mappings in their streams, kept in a file.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::base::error::StartError;

/// Position and iterator type for the oldest record of a shard.
pub(super) const TRIM_HORIZON: &str = "TRIM_HORIZON";

/// Positions of every mapping. Clones share them.
#[derive(Clone)]
pub(crate) struct Positions(Arc<Inner>);

struct Inner {
    file: Option<PathBuf>,
    all: Mutex<BTreeMap<String, Stream>>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Stream {
    /// A recreated table has a new stream, for which earlier positions are invalid.
    label: String,
    /// The last processed sequence number of each shard.
    shards: BTreeMap<String, String>,
}

impl Positions {
    /// In memory only.
    pub(crate) fn memory() -> Self {
        Self(Arc::new(Inner { file: None, all: Mutex::default() }))
    }

    /// Kept in a file, which need not exist.
    pub(crate) fn file(path: PathBuf) -> Result<Self, StartError> {
        let unread = |reason: String| {
            let reason = format!("streams.json cannot be read ({reason})");
            StartError::damaged(&path, &reason, "begins with the oldest record of each stream")
        };
        let all = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| unread(error.to_string()))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(unread(error.to_string())),
        };
        Ok(Self(Arc::new(Inner { file: Some(path), all: Mutex::new(all) })))
    }

    /// The last sequence number that `mapping` has processed in a shard.
    pub(crate) fn get(&self, mapping: &str, label: &str, shard: &str) -> Option<String> {
        self.all().get(mapping).filter(|stream| stream.label == label)?.shards.get(shard).cloned()
    }

    /// Validates the positions of `mapping` against the stream `label` and the newest records of its shards. An invalid
    /// position is reset to the oldest record, so that none is lost; the result says why. `complete`: a shard without a
    /// newest record is empty.
    pub(super) fn settle(
        &self,
        mapping: &str,
        label: &str,
        shards: &[(&str, Option<&str>)],
        complete: bool,
    ) -> io::Result<Option<&'static str>> {
        let Some(kept) = self.all().get(mapping).cloned() else { return Ok(None) };
        let known = |(shard, _): &&(&str, Option<&str>)| kept.shards.contains_key(*shard);
        if kept.label != label || !(kept.shards.is_empty() || shards.is_empty() || shards.iter().any(|it| known(&it))) {
            for (shard, _) in shards {
                self.set(mapping, label, shard, TRIM_HORIZON)?;
            }
            return Ok(Some("it is that of another stream"));
        }
        let mut misfit = None;
        for (shard, newest) in shards {
            let reason = match kept.shards.get(*shard).map(String::as_str) {
                None | Some(TRIM_HORIZON) => continue,
                Some(position) if !is_number(position) => "it is no sequence number",
                Some(position) => match newest {
                    Some(newest) if is_after(position, newest) => "it is after the newest record",
                    None if complete => "the stream has no records",
                    _ => continue,
                },
            };
            self.set(mapping, label, shard, TRIM_HORIZON)?;
            misfit = Some(reason);
        }
        Ok(misfit)
    }

    /// Stores a position. The file is replaced atomically.
    pub(crate) fn set(&self, mapping: &str, label: &str, shard: &str, sequence_number: &str) -> io::Result<()> {
        let mut all = self.all();
        let stream = all.entry(mapping.to_owned()).or_default();
        if stream.label != label {
            *stream = Stream { label: label.to_owned(), shards: BTreeMap::new() };
        }
        stream.shards.insert(shard.to_owned(), sequence_number.to_owned());
        let Some(path) = &self.0.file else { return Ok(()) };
        let temporary = path.with_extension("tmp");
        let mut file = std::fs::File::create(&temporary)?;
        file.write_all(&serde_json::to_vec_pretty(&*all)?)?;
        file.sync_data()?;
        std::fs::rename(&temporary, path)
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Stream>> {
        self.0.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sequence numbers have 21 to 40 digits:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html>.
fn is_number(position: &str) -> bool {
    (21..=40).contains(&position.len()) && position.bytes().all(|byte| byte.is_ascii_digit())
}

/// Compares as text: sequence numbers may exceed `u128`.
fn is_after(position: &str, other: &str) -> bool {
    let [position, other] = [position, other].map(|number| number.trim_start_matches('0'));
    (position.len(), position) > (other.len(), other)
}

#[cfg(test)]
mod tests {
    use super::{Positions, TRIM_HORIZON};

    const NUMBER: &str = "100000000000000000010";
    const LATER: &str = "100000000000000000011";

    /// The result of validating `position`, and why it was reset.
    fn settled(
        kept: &str,
        shard: &str,
        position: &str,
        newest: Option<&str>,
    ) -> (Option<String>, Option<&'static str>) {
        let positions = Positions::memory();
        positions.set("f/t", kept, shard, position).unwrap();
        let why = positions.settle("f/t", "one", &[("s", newest)], true).unwrap();
        (positions.get("f/t", "one", "s"), why)
    }

    #[test]
    fn a_position_that_fits_its_stream_is_left_alone() {
        for (position, newest) in [(NUMBER, Some(NUMBER)), (NUMBER, Some(LATER)), (TRIM_HORIZON, None)] {
            assert_eq!(settled("one", "s", position, newest), (Some(position.to_owned()), None));
        }
        let positions = Positions::memory();
        assert_eq!(positions.settle("f/t", "one", &[("s", None)], true).unwrap(), None, "none was kept");
        positions.set("f/t", "one", "s", NUMBER).unwrap();
        assert_eq!(positions.settle("f/t", "one", &[("s", None)], false).unwrap(), None, "the newest is not known");
    }

    #[test]
    fn a_position_that_does_not_fit_its_stream_becomes_its_beginning_once() {
        let beginning = || Some(TRIM_HORIZON.to_owned());
        let other = Some("it is that of another stream");
        assert_eq!(settled("two", "s", NUMBER, Some(LATER)), (beginning(), other));
        assert_eq!(settled("one", "elsewhere", NUMBER, Some(LATER)), (beginning(), other));
        assert_eq!(settled("one", "s", LATER, Some(NUMBER)), (beginning(), Some("it is after the newest record")));
        assert_eq!(settled("one", "s", NUMBER, None), (beginning(), Some("the stream has no records")));
        for nonsense in ["5", "", "-00000000000000000001", "10000000000000000001x", &"1".repeat(41)] {
            assert_eq!(settled("one", "s", nonsense, Some(NUMBER)), (beginning(), Some("it is no sequence number")));
        }
        let positions = Positions::memory();
        positions.set("f/t", "two", "s", NUMBER).unwrap();
        assert!(positions.settle("f/t", "one", &[("s", None)], true).unwrap().is_some());
        assert!(positions.settle("f/t", "one", &[("s", None)], true).unwrap().is_none());
    }

    #[test]
    fn kept_over_a_restart_and_forgotten_with_the_table() {
        let path = std::env::temp_dir().join(format!("local-positions-{}.json", uuid::Uuid::new_v4()));
        let positions = Positions::file(path.clone()).unwrap();
        positions.set("f/t", "one", "s1", "10").unwrap();
        positions.set("f/t", "one", "s2", "20").unwrap();
        let again = Positions::file(path.clone()).unwrap();
        assert_eq!(again.get("f/t", "one", "s1").as_deref(), Some("10"));
        assert_eq!(again.get("f/t", "two", "s1"), None);
        again.set("f/t", "two", "s1", "1").unwrap();
        assert_eq!(again.get("f/t", "one", "s2"), None);
        std::fs::write(&path, "nonsense").unwrap();
        assert!(Positions::file(path.clone()).is_err());
        std::fs::remove_file(path).unwrap();
    }
}
