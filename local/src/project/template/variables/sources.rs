//! Sources of variables: the document, options, the environment, parameters and other files.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::super::{ACCOUNT, TemplateError, yaml};
use super::{Trail, Variables};

/// Result of reading a source.
pub(super) enum Read {
    /// The value, if the source has one at the address.
    Known(Option<Value>),
    /// The source exists in the cloud only.
    Cloud,
}

impl Variables {
    /// Reads the value at an address of a source.
    pub(super) fn read(
        &self,
        kind: &str,
        parameter: &str,
        address: &str,
        trail: &Trail,
    ) -> Result<Read, TemplateError> {
        let text = |text: Option<&str>| Read::Known(text.map(Value::from));
        Ok(match kind {
            "self" => Read::Known(self.lookup(&self.document, address, &trail.enter(format!("self:{address}"))?)?),
            "opt" => text(self.options.get(address).map(String::as_str)),
            "env" => text(self.environment.get(address).map(String::as_str)),
            "sls" => text(match address {
                "stage" => Some(&self.stage),
                "instanceId" => Some("local"),
                _ => None,
            }),
            "aws" => text(match address {
                "region" => Some(&self.region),
                "accountId" => Some(ACCOUNT),
                "partition" => Some("aws"),
                _ => None,
            }),
            "param" => Read::Known(self.parameter(address, trail)?),
            "file" => Read::Known(self.file(parameter, address, trail)?),
            _ => Read::Cloud,
        })
    }

    /// <https://www.serverless.com/framework/docs/guides/parameters>
    fn parameter(&self, name: &str, trail: &Trail) -> Result<Option<Value>, TemplateError> {
        if let Some(value) = self.params.get(name) {
            return Ok(Some(value.as_str().into()));
        }
        let trail = trail.enter(format!("param:{name}"))?;
        let stage = &self.stage;
        for address in [
            format!("params.{stage}.{name}"),
            format!("stages.{stage}.params.{name}"),
            format!("params.default.{name}"),
            format!("stages.default.params.{name}"),
        ] {
            let found = self.lookup(&self.document, &address, &trail)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(self.defaults.get(name).map(|value| value.as_str().into()))
    }

    fn file(&self, name: &str, address: &str, trail: &Trail) -> Result<Option<Value>, TemplateError> {
        let trail = trail.enter(format!("file({name}):{address}"))?;
        let complain = |reason: String| TemplateError::at(&trail.place, format!("uses `file({name})`, {reason}"));
        let path = self.directory.join(name);
        let is = |extension: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension));
        if !(is("yml") || is("yaml") || is("json")) {
            return Err(complain("but only .yml, .yaml and .json files can be read here".to_owned()));
        }
        self.files.add(&path);
        let Some(content) = self.content(&path, is("json")).map_err(complain)? else { return Ok(None) };
        self.lookup(&content, address, &trail)
    }

    /// The content of a file, which is read and parsed once; `None` if there is no such file. The error is the end of a
    /// sentence about the file.
    fn content(&self, path: &Path, json: bool) -> Result<Option<Arc<Value>>, String> {
        if let Some(content) = self.contents.borrow().get(path) {
            return Ok(Some(Arc::clone(content)));
        }
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("which cannot be read: {error}")),
        };
        let content = if json {
            serde_json::from_str(&text).map_err(|error| format!("which is not JSON: {error}"))?
        } else {
            yaml::parse(&text).map_err(|reason| format!("which is not YAML: {reason}"))?
        };
        let content = Arc::new(content);
        self.contents.borrow_mut().insert(path.to_owned(), Arc::clone(&content));
        Ok(Some(content))
    }
}
