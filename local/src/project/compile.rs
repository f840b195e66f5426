//! Builds the functions' binaries with Cargo.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{ChildStderr, ChildStdout};

use super::cargo::{self, Package};
use super::group::Group;
use super::metadata::Target;
use super::progress::{Line, Progress};

use crate::base::error::StartError;

/// A line of `--message-format json`: <https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages>.
#[derive(Deserialize)]
struct Message {
    reason: String,
    package_id: Option<String>,
    target: Option<Target>,
    executable: Option<PathBuf>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
    #[serde(rename = "message")]
    diagnostic: Option<Diagnostic>,
}

#[derive(Deserialize)]
struct Diagnostic {
    rendered: Option<String>,
}

/// The output of a build.
#[derive(Debug, Clone, Default)]
pub(crate) struct Built {
    /// The executables of the binaries, by their names.
    pub executables: BTreeMap<String, PathBuf>,
    /// Shared libraries, which executables load at their start.
    pub libraries: Vec<PathBuf>,
}

/// Whether a file of a shared library is the library itself, and no import library or debug information.
fn is_library(file: &Path) -> bool {
    file.extension().is_some_and(|extension| ["so", "dylib", "dll"].iter().any(|known| extension == *known))
}

/// Builds the binaries. On a terminal it shows progress; Cargo's diagnostics go to the standard error if `shown`.
///
/// Dropping the future ends Cargo and the compilers that it has started.
pub(crate) async fn build(
    directory: &Path,
    package: &Package,
    release: bool,
    shown: bool,
) -> Result<Built, StartError> {
    let terminal = shown && std::io::stderr().is_terminal();
    let mut command = cargo::cargo(directory);
    let format = if terminal { "json-diagnostic-rendered-ansi" } else { "json" };
    command.args(["build", "--message-format", format]).args(package.selection(release));
    if terminal {
        Progress::ask(&mut command);
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut group = Group::spawn(command).map_err(|error| cargo::cannot_run(&error))?;
    let progress = Progress::new(terminal, shown);
    let (stdout, stderr) = (group.child.stdout.take(), group.child.stderr.take());
    let ((built, mut diagnostics), others) =
        tokio::join!(read_messages(stdout, &package.id, &progress), read_lines(stderr, &progress));
    let status = group.child.wait().await;
    drop(progress);
    if status.as_ref().is_ok_and(ExitStatus::success) {
        return Ok(built);
    }
    diagnostics.push_str(&others);
    Err(StartError::Compile { diagnostics: console::strip_ansi_codes(&diagnostics).into_owned() })
}

/// Output of the build, and the compiler's diagnostics.
async fn read_messages(from: Option<ChildStdout>, package: &str, progress: &Progress) -> (Built, String) {
    let (mut built, mut diagnostics) = (Built::default(), String::new());
    let Some(from) = from else { return (built, diagnostics) };
    let mut lines = BufReader::new(from).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let Ok(message) = serde_json::from_str::<Message>(&line) else { continue };
        if message.reason == "compiler-message" {
            let rendered = message.diagnostic.and_then(|diagnostic| diagnostic.rendered).unwrap_or_default();
            progress.print(rendered.trim_end_matches('\n'));
            diagnostics.push_str(&rendered);
        }
        let Some(target) = message.target else { continue };
        if target.is_shared_library() {
            built.libraries.extend(message.filenames.into_iter().filter(|file| is_library(file)));
        } else if let Some(executable) = message.executable
            && target.is_binary()
            && message.package_id.as_deref() == Some(package)
        {
            built.executables.insert(target.name, executable);
        }
    }
    (built, diagnostics)
}

/// Shows Cargo's own lines. The result is those that are no progress: errors of a manifest, say.
async fn read_lines(from: Option<ChildStderr>, progress: &Progress) -> String {
    let mut others = String::new();
    let Some(mut from) = from else { return others };
    let (mut buffer, mut open) = ([0; 4096], Vec::new());
    let mut take = |line: &[u8]| {
        let line = String::from_utf8_lossy(line);
        if let Line::Other(text) = progress.take(&line) {
            others.push_str(text);
            others.push('\n');
        }
    };
    while let Ok(read) = from.read(&mut buffer).await {
        if read == 0 {
            break;
        }
        open.extend_from_slice(&buffer[..read]);
        // Cargo draws its bar over itself, with a carriage return and no line feed.
        while let Some(end) = open.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            take(&open[..end]);
            open.drain(..=end);
        }
    }
    take(&open);
    others
}
