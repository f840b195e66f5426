//! Builds the functions as a deployment does, and measures packages and dependencies.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::Value;

/// Paths of executables by name.
pub(crate) type Executables = BTreeMap<String, PathBuf>;

/// The workspace's folder.
pub(crate) fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn cargo() -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(workspace()).stdin(Stdio::null()).stderr(Stdio::inherit());
    command
}

/// Builds the functions and the bare function for release. Also returns the processor time of the build, if nothing was
/// built before.
pub(crate) fn build() -> Result<(Executables, Option<Duration>), Box<dyn Error>> {
    let before = children()?;
    let output = cargo()
        .args(["build", "--release", "--bins", "--package", "handlers", "--package", "benches", "--package", "marking"])
        .arg("--message-format=json-render-diagnostics")
        .output()?;
    if !output.status.success() {
        return Err("the functions do not compile".into());
    }
    let (mut executables, mut fresh) = (BTreeMap::new(), false);
    for line in String::from_utf8(output.stdout)?.lines() {
        let message: Value = serde_json::from_str(line)?;
        // Build-time dependencies may be built for this benchmark already. Their optimization level differs from that
        // of functions.
        fresh |= message["fresh"] == true && message["profile"]["opt_level"] == "s";
        if let (Some(name), Some(executable)) = (message["target"]["name"].as_str(), message["executable"].as_str()) {
            executables.insert(name.to_owned(), PathBuf::from(executable));
        }
    }
    Ok((executables, (!fresh).then_some(children()?.saturating_sub(before))))
}

/// Finds binaries that were built elsewhere: `directory/NAME`, or `directory/NAME/bootstrap` as cargo-lambda writes
/// them.
pub(crate) fn built(directory: &Path) -> Result<Executables, Box<dyn Error>> {
    let mut executables = BTreeMap::new();
    for entry in fs::read_dir(directory).map_err(|error| format!("{}: {error}", directory.display()))? {
        let path = fs::canonicalize(entry?.path())?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bootstrap = path.join("bootstrap");
        executables.insert(name, if bootstrap.is_file() { bootstrap } else { path });
    }
    Ok(executables)
}

/// Processor time of all child processes that were waited for, including their own children (`cutime` and `cstime` of
/// proc(5)).
fn children() -> Result<Duration, Box<dyn Error>> {
    ticks(&fs::read_to_string("/proc/self/stat")?, 13..15)
}

/// Sum of fields of a `stat` of proc(5). Field 0 is the state.
pub(crate) fn ticks(stat: &str, fields: Range<usize>) -> Result<Duration, Box<dyn Error>> {
    let all: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let mut ticks = 0;
    for field in all.get(fields).ok_or("a stat that is too short")? {
        ticks += field.parse::<u64>()?;
    }
    // Linux reports 100 ticks a second, whatever the kernel's timer frequency.
    Ok(Duration::from_millis(ticks * 10))
}

/// Size of an executable's package in bytes: the archive with the executable, deflated as the plugin does it.
pub(crate) fn package_size(executable: &Path) -> Result<usize, Box<dyn Error>> {
    const ARCHIVE: usize = 134;
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&fs::read(executable)?)?;
    Ok(encoder.finish()?.len() + ARCHIVE)
}

/// The functions' dependencies that are forbidden.
pub(crate) fn unwanted() -> Result<Vec<String>, Box<dyn Error>> {
    let tree = ["tree", "--package", "handlers", "--edges", "normal", "--prefix", "none", "--format", "{p}"];
    let output = cargo().args(tree).output()?;
    if !output.status.success() {
        return Err("cargo tree failed".into());
    }
    let unwanted = ["aws-lc-rs ", "aws-lc-sys ", "rustls v0.21", "openssl "];
    let mut found: Vec<_> = String::from_utf8(output.stdout)?
        .lines()
        .filter(|line| unwanted.iter().any(|name| line.starts_with(name)))
        .map(str::to_owned)
        .collect();
    found.sort();
    found.dedup();
    Ok(found)
}
