//! The command as a subcommand of Cargo, in a folder without an alias.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs `cargo local` where `cargo-local` is on the path, as after `cargo install`.
fn cargo(directory: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let installed = Path::new(env!("CARGO_BIN_EXE_cargo-local")).parent().unwrap().to_owned();
    let path = env::var_os("PATH").unwrap_or_default();
    let path: Vec<PathBuf> = [installed].into_iter().chain(env::split_paths(&path)).collect();
    let output = Command::new(env!("CARGO"))
        .arg("local")
        .args(arguments)
        .current_dir(directory)
        .env("PATH", env::join_paths(path).unwrap())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn once_installed_it_is_a_subcommand_of_cargo_in_any_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (code, text) = cargo(folder.path(), &["--help"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("Usage: cargo local [OPTIONS]"), "{text}");
    let (code, text) = cargo(folder.path(), &["token", "--help"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("Usage: cargo local token"), "{text}");
    let (code, text) = cargo(folder.path(), &["--prot", "1"]);
    assert_eq!(code, Some(2), "{text}");
    let (code, text) = cargo(folder.path(), &["--port", "0"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.starts_with("error: there is no serverless.yml; run this where"), "{text}");
}

/// `cargo local > local.txt`: each line would be a change that makes another one.
#[test]
fn a_log_in_the_services_own_folder_is_no_change() {
    let package = crate::common::package::Package::new();
    let log = package.path("local.txt");
    let file = std::fs::File::create(&log).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-local"));
    command.args(["local", "--ephemeral", "--port", "0", "--dynamodb-port", "0"]).current_dir(package.path(""));
    let mut child = command.stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    let until = |line: &str, times: usize| {
        while std::fs::read_to_string(&log).unwrap().matches(line).count() < times {
            assert!(std::time::Instant::now() < deadline, "{}", std::fs::read_to_string(&log).unwrap());
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    };
    until("/_local/", 1);
    for (text, times) in [("first", 1), ("second", 2)] {
        package.function("one", text);
        until(": one", times);
    }
    let text = std::fs::read_to_string(&log).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(text.contains("src/bin/one.rs has changed") && !text.contains("local.txt"), "{text}");
}
