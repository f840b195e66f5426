//! The files that Cargo names as those that an executable was built from.
//!
//! Beside each executable, Cargo writes a file `.d` with all sources of packages on this machine, wherever they are: those behind links,
//! those that `include_str!` or `#[path]` name, those of `[patch]`
//! (<https://doc.rust-lang.org/cargo/reference/build-cache.html#dep-info-files>).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The files of the executables but those below `target` and those that are `known`, with the manifests of their packages.
pub(crate) fn further<'e>(
    executables: impl IntoIterator<Item = &'e PathBuf>,
    target: &Path,
    known: impl Fn(&Path) -> bool,
) -> BTreeSet<PathBuf> {
    let listed =
        executables.into_iter().filter_map(|executable| std::fs::read_to_string(executable.with_extension("d")).ok());
    let files: BTreeSet<PathBuf> = listed.flat_map(|text| files(&text)).collect();
    // A file that is gone is no longer one of them.
    let known = |file: &Path| file.canonicalize().ok().is_none_or(|real| real.starts_with(target) || known(&real));
    let mut further: BTreeSet<_> = files.into_iter().filter(|file| file.is_absolute() && !known(file)).collect();
    let manifest =
        |file: &PathBuf| file.ancestors().map(|folder| folder.join("Cargo.toml")).find(|file| file.is_file());
    let manifests: Vec<_> = further.iter().filter_map(manifest).filter(|manifest| !known(manifest)).collect();
    further.extend(manifests);
    further
}

/// The files after the colon of the first line. A space in a name has a backslash before it.
fn files(text: &str) -> Vec<PathBuf> {
    let Some((_, list)) = text.lines().next().and_then(|line| line.split_once(": ")) else { return Vec::new() };
    let names = list.replace("\\ ", "\0");
    names.split(' ').filter(|name| !name.is_empty()).map(|name| PathBuf::from(name.replace('\0', " "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_outside_of_the_known_folders_are_named_with_their_manifests() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        for folder in ["app/src", "app/target/debug", "patched/src", "with space"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        let files =
            ["app/src/main.rs", "patched/src/lib.rs", "patched/Cargo.toml", "with space/a.txt", "app/target/out.rs"];
        for file in files {
            std::fs::write(root.join(file), "").unwrap();
        }
        let names = ["app/src/main.rs", "patched/src/lib.rs", "with space/a.txt", "app/target/out.rs", "app/gone.rs"];
        let names = names.map(|name| root.join(name).display().to_string().replace(' ', "\\ "));
        let executable = root.join("app/target/debug/main");
        let text = format!("{}: {}\n\n{}:\n", executable.display(), names.join(" "), names[0]);
        std::fs::write(executable.with_extension("d"), text).unwrap();
        let (target, known) = (root.join("app/target"), |file: &Path| file.starts_with(root.join("app/src")));
        let expected = ["patched/Cargo.toml", "patched/src/lib.rs", "with space/a.txt"].map(|name| root.join(name));
        assert_eq!(further([&executable], &target, known), expected.into());
        assert!(further([&root.join("none")], &target, known).is_empty());
    }
}
