//! Which files of this folder are run.

use std::collections::BTreeSet;
use std::path::Path;

/// Programs of their own, named in a `Cargo.toml`.
const PROGRAMS: [&str; 5] = ["lateness", "races", "service", "simulation", "ui"];

#[test]
fn every_file_of_tests_is_run() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests");
    let files = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let sources = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let mut found: BTreeSet<_> = sources.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    for program in PROGRAMS {
        assert!(found.remove(program), "{program}");
    }
    let service = include_str!("service.rs");
    let modules = service.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    let run: BTreeSet<_> = modules.filter(|module| *module != "common").map(str::to_owned).collect();
    assert_eq!(run, found, "a file that `tests/service.rs` does not name is not run");
}
