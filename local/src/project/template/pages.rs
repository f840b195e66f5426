//! `custom.local.pages`: static pages of the service's own, which `cargo local` serves below `/_local/`.

use std::path::{Component, Path, PathBuf};

use serde_json::{Map, Value};

use super::variables::Variables;
use crate::base::error::TemplateError;

const PLACE: &str = "custom.local.pages";
const MEMBERS: [&str; 3] = ["title", "path", "directory"];
const PREFIX: &str = "/_local/";

/// Names below `/_local/` that `cargo local` has itself.
const OWN: [&str; 11] =
    ["about", "build", "events", "functions", "issuer", "live", "queues", "requests", "schedules", "tables", "token"];

/// A page of the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StaticPage {
    pub title: String,
    /// `/_local/<name>`, without a slash at the end.
    pub path: String,
    /// Existed, with an `index.html`, when the template was read.
    pub directory: PathBuf,
}

/// Reads the list. Its directories are relative to `base`. An error has all faults of all entries. A page whose directory is
/// not there is left out with a notice: the service runs without it, from a copy of the template alone, say.
pub(super) fn read(
    variables: &Variables,
    base: &Path,
    notices: &mut Vec<String>,
) -> Result<Vec<StaticPage>, TemplateError> {
    let entries = match variables.get(PLACE)? {
        Value::Null => return Ok(Vec::new()),
        Value::Array(entries) => entries,
        _ => return Err(TemplateError::at(PLACE, "must be a list of maps with `title`, `path` and `directory`")),
    };
    let (mut pages, mut faults) = (Vec::<StaticPage>::new(), Vec::new());
    for (index, entry) in entries.iter().enumerate() {
        let place = format!("{PLACE}[{index}]");
        let Value::Object(members) = entry else {
            faults.push(TemplateError::at(place, "must be a map with `title`, `path` and `directory`"));
            continue;
        };
        let unknown = members.keys().filter(|name| !MEMBERS.contains(&name.as_str()));
        faults.extend(unknown.map(|name| {
            TemplateError::at(
                format!("{place}.{name}"),
                "is no member of a page; it has `title`, `path` and `directory`",
            )
        }));
        let mut keep = |name: &str, read: Result<String, String>| {
            read.map_err(|reason| faults.push(TemplateError::at(format!("{place}.{name}"), reason))).ok()
        };
        let title = keep("title", text(members, "title"));
        let path = keep("path", text(members, "path").and_then(|path| route(&path, &pages)));
        let directory =
            keep("directory", text(members, "directory").and_then(|name| check(&name, base).map(|()| name)));
        if let (Some(title), Some(path), Some(directory)) = (title, path, directory) {
            if base.join(&directory).exists() {
                pages.push(StaticPage { title, path, directory: base.join(directory) });
            } else {
                notices.push(format!(
                    "`{place}.directory` is `{directory}`, which is not there: the page `{path}` is not served"
                ));
            }
        }
    }
    TemplateError::all(faults).map_or(Ok(pages), Err)
}

fn text(members: &Map<String, Value>, name: &str) -> Result<String, String> {
    match members.get(name) {
        None | Some(Value::Null) => Err("is missing".to_owned()),
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
        Some(Value::String(_)) => Err("is empty".to_owned()),
        Some(_) => Err("must be a string".to_owned()),
    }
}

/// One segment, so that no page is inside another.
fn route(path: &str, earlier: &[StaticPage]) -> Result<String, String> {
    let name = path.strip_prefix(PREFIX).map(|name| name.strip_suffix('/').unwrap_or(name));
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let Some(name) = name.filter(|name| !name.is_empty() && name.bytes().all(allowed)) else {
        return Err(format!("is `{path}`; it must be `{PREFIX}` and a name of letters, digits, `-` and `_`"));
    };
    if OWN.contains(&name) {
        return Err(format!("is `{path}`, which `cargo local` has itself; choose another name"));
    }
    let path = format!("{PREFIX}{name}");
    if earlier.iter().any(|page| page.path == path) {
        return Err(format!("is `{path}`, which an earlier page has; choose another name"));
    }
    Ok(path)
}

fn check(name: &str, base: &Path) -> Result<(), String> {
    let directory = Path::new(name);
    let is_relative = directory.components().all(|part| !matches!(part, Component::Prefix(_) | Component::RootDir));
    if !is_relative {
        return Err(format!("is `{name}`; it must be relative to the directory of serverless.yml"));
    }
    let directory = base.join(directory);
    if directory.is_file() {
        return Err(format!("is `{name}`, which is no directory"));
    }
    if directory.is_dir() && !directory.join("index.html").is_file() {
        return Err(format!("is `{name}`, which has no index.html"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Given;
    use super::*;

    fn pages(list: &Value) -> Result<Vec<StaticPage>, String> {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(directory.path().join("ui/calendar")).unwrap();
        std::fs::create_dir_all(directory.path().join("empty")).unwrap();
        std::fs::write(directory.path().join("ui/calendar/index.html"), "").unwrap();
        let document = json!({ "custom": { "folder": "ui", "local": { "pages": list } } });
        let variables = Variables::new(document, directory.path().to_owned(), Given::default(), [].into()).unwrap();
        let relative = |page: StaticPage| {
            let directory = page.directory.strip_prefix(directory.path()).unwrap().to_owned();
            StaticPage { directory, ..page }
        };
        read(&variables, directory.path(), &mut Vec::new())
            .map(|pages| pages.into_iter().map(relative).collect())
            .map_err(|error| error.to_string())
    }

    fn page(title: &str, path: &str, directory: &str) -> Value {
        json!({ "title": title, "path": path, "directory": directory })
    }

    #[test]
    fn a_page_has_title_path_and_directory() {
        let expected = StaticPage {
            title: "Calendar".to_owned(),
            path: "/_local/calendar".to_owned(),
            directory: "ui/calendar".into(),
        };
        for path in ["/_local/calendar", "/_local/calendar/"] {
            let list = json!([page("Calendar", path, "${self:custom.folder}/calendar")]);
            assert_eq!(pages(&list), Ok(vec![expected.clone()]));
        }
        assert_eq!(pages(&Value::Null), Ok(vec![]));
        assert_eq!(pages(&json!([])), Ok(vec![]));
    }

    #[test]
    fn all_faults_of_all_pages_are_reported_with_their_places() {
        let list = json!([
            { "title": " ", "path": 7, "folder": "x" },
            "calendar",
            page("A", "/_local/a", "empty"),
            page("B", "/elsewhere", "ui/calendar"),
        ]);
        let error = pages(&list).unwrap_err();
        let places: Vec<_> = error.lines().map(|line| line.split('`').nth(1).unwrap()).collect();
        let expected = ["[0].folder", "[0].title", "[0].path", "[0].directory", "[1]", "[2].directory", "[3].path"];
        assert_eq!(places, expected.map(|place| format!("custom.local.pages{place}")), "{error}");
        assert!(pages(&json!({ "calendar": "x" })).unwrap_err().contains("`custom.local.pages` must be a list"));
    }

    #[test]
    fn a_path_is_below_local_and_of_no_other_page() {
        for path in [
            "calendar",
            "/calendar",
            "/_local",
            "/_local/",
            "/_local//",
            "/_local/a/b",
            "/_local/../docs",
            "/_local/{x}",
            "/_local/{*x}",
            "/_local/a b",
            "/_local/%61",
            "/_local/style.css",
            "/_LOCAL/a",
            "/_local/é",
            "/_local/a?b",
        ] {
            let error = pages(&json!([page("A", path, "ui/calendar")])).unwrap_err();
            assert!(error.starts_with("serverless.yml: `custom.local.pages[0].path` is `"), "{path}: {error}");
        }
        for name in OWN {
            for end in ["", "/"] {
                let error = pages(&json!([page("A", &format!("/_local/{name}{end}"), "ui/calendar")])).unwrap_err();
                assert!(error.contains("which `cargo local` has itself"), "{error}");
            }
        }
        let twice = json!([page("A", "/_local/a", "ui/calendar"), page("B", "/_local/a/", "ui/calendar")]);
        assert!(
            pages(&twice)
                .unwrap_err()
                .contains("`custom.local.pages[1].path` is `/_local/a`, which an earlier page has")
        );
    }

    #[test]
    fn a_directory_is_relative_and_has_an_index() {
        for (directory, reason) in
            [("/", "must be relative"), ("ui/calendar/index.html", "is no directory"), ("empty", "has no index.html")]
        {
            let error = pages(&json!([page("A", "/_local/a", directory)])).unwrap_err();
            assert!(error.contains("custom.local.pages[0].directory") && error.contains(reason), "{error}");
        }
    }

    #[test]
    fn a_page_without_its_directory_is_left_out_with_a_notice() {
        let document =
            json!({ "service": "s", "custom": { "local": { "pages": [page("A", "/_local/a", "nowhere")] } } });
        let variables = Variables::new(document, ".".into(), Given::default(), [].into()).unwrap();
        let mut notices = Vec::new();
        assert_eq!(read(&variables, Path::new("."), &mut notices).unwrap(), []);
        let expected =
            "`custom.local.pages[0].directory` is `nowhere`, which is not there: the page `/_local/a` is not served";
        assert_eq!(notices, [expected]);
    }
}
