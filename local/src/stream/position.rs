//! How far each mapping has come, kept in a file so that a restart neither loses nor, as far as possible, repeats.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

/// Positions of every mapping. Clones share them.
#[derive(Clone)]
pub(crate) struct Positions(Arc<Inner>);

struct Inner {
    file: Option<PathBuf>,
    all: Mutex<BTreeMap<String, Stream>>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Stream {
    /// A table made anew has a new stream, and old positions mean nothing to it.
    label: String,
    /// The last sequence number dealt with, shard by shard.
    shards: BTreeMap<String, String>,
}

impl Positions {
    /// In memory only.
    pub(crate) fn memory() -> Self {
        Self(Arc::new(Inner { file: None, all: Mutex::default() }))
    }

    /// In a file, which need not exist yet.
    pub(crate) fn file(path: PathBuf) -> io::Result<Self> {
        let all = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error),
        };
        Ok(Self(Arc::new(Inner { file: Some(path), all: Mutex::new(all) })))
    }

    /// The last sequence number that `mapping` has dealt with.
    pub(crate) fn get(&self, mapping: &str, label: &str, shard: &str) -> Option<String> {
        let all = self.0.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(mapping).filter(|stream| stream.label == label)?.shards.get(shard).cloned()
    }

    /// Keeps a position. The file is replaced as a whole: it is the old one or the new one, whatever happens.
    pub(crate) fn set(&self, mapping: &str, label: &str, shard: &str, sequence_number: &str) -> io::Result<()> {
        let mut all = self.0.all.lock().unwrap_or_else(PoisonError::into_inner);
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
}

#[cfg(test)]
mod tests {
    use super::Positions;

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
