//! Which files of this folder are run.

use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn every_file_of_tests_is_run() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let files = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let sources = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let mut found: BTreeSet<_> = sources.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert!(found.remove("emulator"));
    let emulator = include_str!("emulator.rs");
    let modules = emulator.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    let run: BTreeSet<_> = modules.filter(|module| *module != "common").map(str::to_owned).collect();
    assert_eq!(run, found, "a file that `local/tests/emulator.rs` does not name is not run");
}
