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
