//! A Cargo package of a service, for tests that edit it. Its functions use the standard library alone.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use local::{Binaries, Options, Service};

use super::{Client, Scratch};

/// Functions that answer with a text of their own, and `?ms=` milliseconds later.
const LIBRARY: &str = include_str!("../fixtures/edited.rs");

/// The template of two functions.
pub(crate) const TEMPLATE: &str = "
service: edited
provider:
  name: aws
  timeout: 20
functions:
  one: { handler: one, events: [httpApi: GET /one] }
  two: { handler: two, events: [httpApi: GET /two] }
";

pub(crate) struct Package(pub(crate) Scratch);

impl Package {
    /// With the functions `one` and `two`.
    pub(crate) fn new() -> Self {
        let package = Self(Scratch::new());
        package.manifest();
        package.write("src/lib.rs", LIBRARY);
        package.function("one", "1");
        package.function("two", "2");
        package.write("serverless.yml", TEMPLATE);
        package
    }

    pub(crate) fn manifest(&self) {
        let head = "[package]\nname = \"edited\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
        self.write("Cargo.toml", &format!("{head}[workspace]\n[profile.dev]\ndebug = 0\n"));
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path(name)
    }

    /// Saves a file as an editor does: under another name first.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let beside = path.with_extension("tmp");
        fs::write(&beside, text).unwrap();
        fs::rename(beside, path).unwrap();
    }

    /// Saves the function `name`, which answers with `text`.
    pub(crate) fn function(&self, name: &str, text: &str) {
        self.write(&format!("src/bin/{name}.rs"), &format!("fn main() {{\n    edited::serve(\"{text}\");\n}}\n"));
    }

    pub(crate) fn options(&self) -> Options {
        Options {
            template: self.path("serverless.yml"),
            binaries: Binaries::Cargo { release: false },
            watch: true,
            ..Options::default()
        }
    }
}

/// The lines of the log about builds.
pub(crate) fn messages(service: &Service) -> Vec<String> {
    service.log_lines().into_iter().filter(|line| line.starts_with("local ")).collect()
}

/// Waits for a build to end after `lines` lines of the log. The result is the line that says how.
pub(crate) async fn built(service: &Service, lines: usize) -> String {
    let deadline = Instant::now() + Duration::from_mins(2);
    loop {
        let end =
            |line: &String| line.starts_with("local served after") || line.ends_with("the last good version is served");
        if let Some(line) = service.log_lines().into_iter().skip(lines).find(end) {
            return line;
        }
        assert!(Instant::now() < deadline, "no build has ended: {:?}", messages(service));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Makes an edit, and waits until it is served. The result is the line of the log that says so.
pub(crate) async fn edit(service: &Service, change: impl FnOnce()) -> String {
    let lines = service.log_lines().len();
    change();
    built(service, lines).await
}

/// The body of a successful answer.
pub(crate) async fn get(service: &Service, path: &str) -> String {
    let answer = Client::new(&service.url()).get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.body
}
