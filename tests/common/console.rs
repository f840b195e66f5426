//! Pages of the documentation, followed as a reader would: each command of a page's `console` blocks is run, and its
//! answer is compared with the one in the page, member by member.
//!
//! Ids have to be the same where the page's are the same. Times of 2035 are compared; all others depend on when the page is
//! followed, and only have to be times.

use std::collections::BTreeMap;
use std::process::Command as Process;
use std::time::Instant;

use handlers::booking::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::{DEADLINE, eventually, template};

/// A command of a page, and the answer that the page shows for it.
#[derive(Debug)]
pub struct Command {
    pub command: String,
    pub answer: String,
}

/// The commands of a page's `console` blocks, in order. A command goes on after a line's end within quotes.
pub fn commands(page: &str) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    for block in page.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next()) {
        for line in block.lines() {
            let begins = line.strip_prefix("$ ");
            match (begins, commands.last_mut()) {
                (Some(command), _) => commands.push(Command { command: command.to_owned(), answer: String::new() }),
                (None, Some(last)) if last.command.matches('\'').count() % 2 == 1 => {
                    last.command = format!("{}\n{line}", last.command);
                }
                (None, Some(last)) => last.answer.extend([line, "\n"]),
                (None, None) => panic!("an answer without a command: {line}"),
            }
        }
    }
    commands
}

/// A page of this repository.
pub fn page(path: &str) -> String {
    std::fs::read_to_string(template().with_file_name(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A reader's terminal.
pub struct Session {
    /// Address of the service that the reader uses.
    url: String,
    /// The variables and functions that were set.
    set: String,
    /// The ids of the page, with those of this session.
    ids: BTreeMap<String, String>,
}

impl Session {
    pub fn with(url: String) -> Self {
        Self { url, set: String::new(), ids: BTreeMap::new() }
    }

    /// Runs the command. The answer has to be the page's; that of a command that changes nothing may take its time.
    pub async fn follow(&mut self, Command { command, answer }: &Command) {
        let first = command.split([' ', '=', '(']).next().unwrap_or_default();
        if first != "curl" {
            assert!(answer.is_empty(), "{command} has no answer to compare");
            self.set = format!("{}{}\n", self.set, self.own_ids(command));
            return;
        }
        let changes = [" -d ", " -X "].iter().any(|option| command.contains(option));
        let started = Instant::now();
        let ids = eventually(command, async || {
            let mut ids = self.ids.clone();
            let got = self.run(command);
            match alike(answer, &got, &mut ids) {
                Ok(()) => Some(ids),
                Err(_) if !changes && started.elapsed() < DEADLINE * 2 / 3 => None,
                Err(difference) => panic!("{command}\n{difference}\nthe page has\n{answer}\nthe answer is\n{got}"),
            }
        });
        self.ids = ids.await;
    }

    fn run(&self, command: &str) -> String {
        let script = format!("{}{}", self.set, self.own_ids(command).replace("http://127.0.0.1:3000", &self.url));
        let done = Process::new("bash").args(["-c", &script]).output().expect("bash runs");
        assert!(done.status.success(), "{command}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).expect("UTF-8")
    }

    /// The command with the ids of this session.
    fn own_ids(&self, command: &str) -> String {
        self.ids.iter().fold(command.to_owned(), |command, (page, own)| command.replace(page, own))
    }
}

/// Compares an answer with the page's, in which `...` at the end means that more follows. With `curl -i` the head is in it.
fn alike(page: &str, got: &str, ids: &mut BTreeMap<String, String>) -> Result<(), String> {
    let got = got.replace("\r\n", "\n");
    if !page.starts_with("HTTP/") {
        return bodies_alike(page, &got, ids);
    }
    let split = |answer: &str| answer.split_once("\n\n").map(|(head, body)| (head.to_owned(), body.to_owned()));
    let ((page, body), (got, got_body)) = split(page).zip(split(&got)).ok_or("one of them has no head")?;
    bodies_alike(&body, &got_body, ids)?;
    let (mut lines, mut got_lines) = (page.lines(), got.lines());
    same("the status line", &lines.next(), &got_lines.next())?;
    let got_headers: BTreeMap<_, _> = got_lines.filter_map(|line| line.split_once(": ")).collect();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        let found = *got_headers.get(name).ok_or(format!("there is no header {name}"))?;
        // Another value with each request.
        if !["x-request-id", "apigw-requestid", "content-length", "date"].contains(&name) {
            texts_alike(name, value, found, ids)?;
        }
    }
    Ok(())
}

fn bodies_alike(page: &str, got: &str, ids: &mut BTreeMap<String, String>) -> Result<(), String> {
    let cut = page.trim().strip_suffix("...").map(closed);
    let json = |text: &str| serde_json::from_str::<Value>(text).map_err(|error| format!("not JSON: {error}"));
    values_alike("", &json(cut.as_deref().unwrap_or(page))?, &json(got)?, cut.is_some(), ids)
}

/// JSON that was cut after a comma, with its ends.
fn closed(text: &str) -> String {
    let mut ends = Vec::new();
    let mut quoted = false;
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            '[' if !quoted => ends.push(']'),
            '{' if !quoted => ends.push('}'),
            ']' | '}' if !quoted => drop(ends.pop()),
            _ => {}
        }
    }
    let ends: String = ends.into_iter().rev().collect();
    format!("{}{ends}", text.trim_end().trim_end_matches(','))
}

/// Compares values; where the page's is `cut`, the other may have more.
fn values_alike(
    at: &str,
    page: &Value,
    got: &Value,
    cut: bool,
    ids: &mut BTreeMap<String, String>,
) -> Result<(), String> {
    match (page, got) {
        (Value::Object(page), Value::Object(got)) => {
            let names = |members: &serde_json::Map<String, Value>| members.keys().cloned().collect::<Vec<_>>();
            if !cut {
                same(&format!("the members of {at:?}"), &names(page), &names(got))?;
            }
            for (name, value) in page {
                let found = got.get(name).ok_or(format!("{at} has no {name}"))?;
                values_alike(&format!("{at}/{name}"), value, found, cut, ids)?;
            }
            Ok(())
        }
        (Value::Array(page), Value::Array(got)) => {
            if page.len() > got.len() || (!cut && page.len() < got.len()) {
                return Err(format!("{at} has {} elements", got.len()));
            }
            let mut pairs = page.iter().zip(got).enumerate();
            pairs.try_for_each(|(place, (page, got))| values_alike(&format!("{at}/{place}"), page, got, cut, ids))
        }
        (Value::String(page), Value::String(got)) if !at.ends_with("/trace_header") => texts_alike(at, page, got, ids),
        (Value::String(_), Value::String(_)) => Ok(()),
        // How late something is, and seconds since the Unix epoch before 2035.
        (Value::Number(page), Value::Number(_))
            if at.ends_with("/late_seconds")
                || at.ends_with("/ttl") && page.as_i64().is_some_and(|seconds| seconds < 2_051_222_400) =>
        {
            Ok(())
        }
        _ => same(at, page, got),
    }
}

fn same<T: PartialEq + std::fmt::Debug + ?Sized>(what: &str, page: &T, got: &T) -> Result<(), String> {
    if page == got { Ok(()) } else { Err(format!("{what} is {got:?}, not {page:?}")) }
}

fn texts_alike(at: &str, page: &str, got: &str, ids: &mut BTreeMap<String, String>) -> Result<(), String> {
    let (page_parts, got_parts) = (parts(page), parts(got));
    if page_parts.len() != got_parts.len() {
        return same(at, page, got);
    }
    for pair in page_parts.into_iter().zip(got_parts) {
        match pair {
            (Part::Id(page), Part::Id(got)) => {
                let known = ids.entry(page.to_owned()).or_insert_with(|| got.to_owned());
                same(at, known.as_str(), got)?;
            }
            (Part::Time, Part::Time) => {}
            (page, got) => same(at, &page, &got)?,
        }
    }
    Ok(())
}

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
enum Part<'t> {
    Id(&'t str),
    /// A time before 2035.
    Time,
    Letter(char),
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let id = rest.get(..36).filter(|text| text.contains('-') && Uuid::try_parse(text).is_ok());
        let time = rest
            .split_inclusive('Z')
            .next()
            .filter(|text| text.len() <= 24 && text.parse::<Timestamp>().is_ok() && !text.starts_with("2035"));
        let length = id.or(time).map_or(letter.len_utf8(), str::len);
        parts.push(id.map(Part::Id).or(time.map(|_| Part::Time)).unwrap_or(Part::Letter(letter)));
        rest = rest.get(length..).unwrap_or_default();
    }
    parts
}
