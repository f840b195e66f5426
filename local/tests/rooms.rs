//! Module dependencies of `src`: imports lead down from room to room, never to a sibling in `aws`, and never in a ring.
//!
//! `cli` -> `service` -> `pages` -> `activity` -> `aws` -> `project` -> `base`. A service of `aws` knows [`FACE`] and no other service.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Top down.
const ROOMS: [&str; 7] = ["cli", "service", "pages", "activity", "aws", "project", "base"];
/// The module of `aws` that its services may import.
const FACE: &str = "interface";
/// The crate root and the command, above all rooms.
const ABOVE: [&str; 2] = ["lib.rs", "main.rs"];

/// A module path, as `["aws", "bus", "rules"]`.
type Place = Vec<String>;

#[test]
fn every_import_leads_down() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = BTreeMap::new();
    collect(&source, &source, &mut files);
    assert!(files.len() > 50, "{source:?} has {} files", files.len());
    let faults = faults(&files);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn an_arrow_that_must_not_be_is_found() {
    for (files, expected) in [
        (&[("base/a.rs", "use crate::project::template::Template;")][..], "base::a -> project::template"),
        (&[("aws/bus/mod.rs", "fn f() { crate::cli::run() }")], "aws::bus -> cli"),
        (
            &[("aws/bus/api.rs", "use crate::{\n    aws::{interface::page, queue::Queues},\n};")],
            "aws::bus::api -> aws::queue",
        ),
        (&[("aws/bus/mod.rs", "use super::queue::Queues;")], "aws::bus -> aws::queue"),
        (&[("aws/interface/mod.rs", "use crate::aws::bus::Bus;")], "aws::interface -> aws::bus"),
        (&[("aws/bus/mod.rs", "use crate::Options;")], "aws::bus -> Options"),
        (
            &[
                ("base/a.rs", "use std::fmt;\nuse super::{\n    b::{self, B},\n};"),
                ("base/b.rs", "use crate::base::{c, d::D};"),
                ("base/c.rs", "use crate::base::a::A as Other;"),
                ("base/d.rs", ""),
            ],
            "base::a -> base::b -> base::c -> base::a",
        ),
    ] {
        let files = files.iter().map(|(path, text)| ((*path).into(), (*text).to_owned())).collect();
        let faults = faults(&files);
        assert!(faults.len() == 1 && faults[0].starts_with(expected), "{expected}: {faults:?}");
    }
    let allowed: &[(&str, &str)] = &[
        ("aws/bus/mod.rs", "use crate::aws::{bus::Event, interface::page::Page};\nmod rules;"),
        ("aws/bus/rules.rs", "//! Not for [`crate::cli`].\nuse super::Bus;\npub(crate) use crate::base::error;"),
        ("aws/interface/page.rs", ""),
        ("base/error.rs", ""),
        ("lib.rs", "pub use crate::cli::run;"),
    ];
    let allowed = allowed.iter().map(|(path, text)| ((*path).into(), (*text).to_owned())).collect();
    assert_eq!(faults(&allowed), [] as [&str; 0]);
}

fn collect(root: &Path, directory: &Path, files: &mut BTreeMap<PathBuf, String>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.insert(path.strip_prefix(root).unwrap().to_owned(), std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// Returns the faults, one line each. `files` are keyed by their paths below `src`.
fn faults(files: &BTreeMap<PathBuf, String>) -> Vec<String> {
    let inside = files.iter().filter(|(path, _)| !ABOVE.iter().any(|above| Path::new(above) == *path));
    let places: BTreeMap<Place, &str> = inside.map(|(path, text)| (place(path), text.as_str())).collect();
    let mut faults = Vec::new();
    let mut arrows: BTreeMap<&Place, BTreeSet<&Place>> = BTreeMap::new();
    for (from, text) in &places {
        for to in imports(from, text) {
            if let Some(why) = forbidden(from, &to) {
                faults.push(format!("{} -> {}: {why}", from.join("::"), to.join("::")));
            }
            // The deepest module in the path. The rest are items.
            let module = (1..=to.len()).rev().find_map(|length| places.get_key_value(&to[..length]));
            // A child may import from its parent.
            if let Some((module, _)) = module.filter(|(module, _)| !from.starts_with(module)) {
                arrows.entry(from).or_default().insert(module);
            }
        }
    }
    for start in arrows.keys() {
        // Reported once, from its first module.
        if let Some(ring) = ring(&arrows, &mut vec![start]).filter(|ring| ring.iter().min() == Some(start)) {
            faults.push(ring.iter().map(|place| place.join("::")).collect::<Vec<_>>().join(" -> "));
        }
    }
    faults
}

fn place(path: &Path) -> Place {
    let mut place: Place = path.with_extension("").iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if place.last().is_some_and(|last| last == "mod") {
        place.pop();
    }
    place
}

fn forbidden(from: &[String], to: &[String]) -> Option<&'static str> {
    let level = |place: &[String]| ROOMS.iter().position(|room| place.first().is_some_and(|first| first == room));
    let (Some(own), Some(other)) = (level(from), level(to)) else {
        return Some("it is in no room: name it by its own path");
    };
    if other < own {
        return Some("it leads up");
    }
    let sideways = from[0] == "aws" && to[0] == "aws" && from.len() > 1 && to.len() > 1 && from[1] != to[1];
    (sideways && to[1] != FACE).then_some("a service of aws knows no other")
}

/// A path from the last module back to the first.
fn ring<'a>(arrows: &BTreeMap<&'a Place, BTreeSet<&'a Place>>, path: &mut Vec<&'a Place>) -> Option<Vec<&'a Place>> {
    let last = *path.last()?;
    for next in arrows.get(last).into_iter().flatten() {
        if *next == path[0] {
            return Some(path.iter().copied().chain([*next]).collect());
        }
        if !path.contains(next) {
            path.push(next);
            if let Some(ring) = ring(arrows, path) {
                return Some(ring);
            }
            path.pop();
        }
    }
    None
}

/// Returns the imported paths: `crate::` anywhere, and `use super::` outside of inline modules.
fn imports(from: &Place, text: &str) -> Vec<Place> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = code.fold(String::new(), |code, line| code + "\n" + line);
    let mut found = Vec::new();
    let mut rest = code.as_str();
    while let Some(at) = rest.find("crate::") {
        let free = !rest[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        rest = &rest[at + "crate::".len()..];
        if free {
            tree(&mut close(rest).as_str(), &[], &mut found);
        }
    }
    for (at, import) in code.match_indices("\nuse super::") {
        let mut text = close(&code[at + import.len()..]);
        let mut parent = &from[..from.len() - 1];
        while let Some(rest) = text.strip_prefix("super::") {
            text = rest.to_owned();
            parent = &parent[..parent.len() - 1];
        }
        tree(&mut text.as_str(), parent, &mut found);
    }
    found
}

/// Removes white space, and writes `@` for `as`.
fn close(text: &str) -> String {
    text.replace(" as ", "@").chars().filter(|c| !c.is_whitespace()).collect()
}

/// Parses a use tree, or the path at the beginning of the text.
fn tree(text: &mut &str, parent: &[String], found: &mut Vec<Place>) {
    let mut place = parent.to_vec();
    loop {
        if let Some(mut inner) = text.strip_prefix('{') {
            loop {
                tree(&mut inner, &place, found);
                inner = inner.strip_prefix(',').unwrap_or(inner);
                if let Some(rest) = inner.strip_prefix('}') {
                    *text = rest;
                    return;
                }
                assert!(!inner.is_empty(), "an import that does not end");
            }
        }
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        *text = rest;
        if !name.is_empty() && name != "self" {
            place.push(name.to_owned());
        }
        if let Some(alias) = text.strip_prefix('@') {
            *text = alias.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        }
        match text.strip_prefix("::") {
            Some(rest) => *text = rest,
            None => break,
        }
    }
    found.push(place);
}
