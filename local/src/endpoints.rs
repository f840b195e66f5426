//! A file that says where a running service is, for other tools that work on the same template.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::error::StartError;

/// The file, there for as long as this is.
pub(crate) struct Endpoints {
    path: PathBuf,
    text: String,
}

impl Endpoints {
    /// Each part by its name, and where it is.
    pub(crate) fn write(path: &Path, parts: &[(&str, &str)]) -> Result<Self, StartError> {
        let parts: Map<String, Value> = parts.iter().map(|(name, url)| ((*name).to_owned(), (*url).into())).collect();
        let text = format!("{}\n", Value::Object(parts));
        let failed = |error: std::io::Error| StartError::Data { path: path.to_owned(), reason: error.to_string() };
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory).map_err(failed)?;
        }
        // Who reads it finds all of it or none.
        let temporary = path.with_extension("tmp");
        std::fs::write(&temporary, &text).map_err(failed)?;
        std::fs::rename(&temporary, path).map_err(failed)?;
        Ok(Self { path: path.to_owned(), text })
    }
}

impl Drop for Endpoints {
    fn drop(&mut self) {
        // One that started later may have put its own in the place.
        if std::fs::read_to_string(&self.path).is_ok_and(|text| text == self.text) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Endpoints;

    #[test]
    fn there_while_it_runs_and_never_anothers() {
        let directory = std::env::temp_dir().join(format!("local-endpoints-{}", uuid::Uuid::new_v4()));
        let path = directory.join("deep/endpoints.json");
        let first = Endpoints::write(&path, &[("api", "a"), ("dynamodb", "d")]).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"api\":\"a\",\"dynamodb\":\"d\"}\n");
        let second = Endpoints::write(&path, &[("api", "b")]).unwrap();
        drop(first);
        assert!(path.exists());
        drop(second);
        assert!(!path.exists());
        std::fs::remove_dir_all(directory).unwrap();
    }
}
