//! Shows how far a build is.

use std::io::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::process::Command;

/// Cargo's own lines. Its errors and warnings are none of them.
const DOING: [&str; 10] = [
    "Compiling",
    "Checking",
    "Downloading",
    "Downloaded",
    "Blocking",
    "Finished",
    "Updating",
    "Locking",
    "Building",
    "Fresh",
];
/// The column in which Cargo's verbs end.
const VERB: usize = 12;

/// A line of Cargo's.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Progress,
    Other(&'a str),
}

/// A bar on a terminal, or lines.
pub(super) struct Progress {
    bar: ProgressBar,
    terminal: bool,
    shown: bool,
}

impl Progress {
    /// Without `shown`, nothing is written.
    pub(super) fn new(terminal: bool, shown: bool) -> Self {
        let bar = if terminal { bar() } else { ProgressBar::hidden() };
        Self { bar, terminal, shown }
    }

    /// Has Cargo write its bar, which says how many crates there are:
    /// <https://doc.rust-lang.org/cargo/reference/config.html#termprogresswhen>.
    pub(super) fn ask(command: &mut Command) {
        command.env("CARGO_TERM_COLOR", "always");
        command.env("CARGO_TERM_PROGRESS_WHEN", "always").env("CARGO_TERM_PROGRESS_WIDTH", "120");
    }

    /// Shows a line of Cargo's.
    pub(super) fn take<'a>(&self, line: &'a str) -> Line<'a> {
        let plain = console::strip_ansi_codes(line);
        let text = plain.trim();
        if text.is_empty() {
            return Line::Progress;
        }
        let verb = text.split(' ').next().unwrap_or_default();
        let indented = plain.len() - plain.trim_start().len() + verb.len() == VERB;
        if !(indented && DOING.contains(&verb)) {
            self.print(line.trim_end());
            return Line::Other(line.trim_end());
        }
        if let Some((done, all, names)) = step(text) {
            self.bar.set_length(all);
            self.bar.set_position(done);
            self.bar.set_message(names.to_owned());
        } else if !self.terminal {
            self.print(line.trim_end());
        } else if verb != "Compiling" && verb != "Building" {
            self.bar.set_message(text.to_owned());
        }
        Line::Progress
    }

    /// Writes lines above the bar.
    pub(super) fn print(&self, text: &str) {
        if self.shown && !text.is_empty() {
            self.bar.suspend(|| {
                let _ = writeln!(std::io::stderr().lock(), "{text}");
            });
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    let template = "{spinner} building the functions [{bar:20}] {pos} of {len} crates, {elapsed}  {wide_msg}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// Parses `Building [===>   ] 3/12: serde, syn`: crates that are done, all, and those being built.
fn step(text: &str) -> Option<(u64, u64, &str)> {
    let (_, rest) = text.strip_prefix("Building [")?.split_once("] ")?;
    let (count, names) = rest.split_once(':').unwrap_or((rest, ""));
    let (done, all) = count.trim().split_once('/')?;
    Some((done.parse().ok()?, all.parse().ok()?, names.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_of_cargo_says_how_much_is_left() {
        let line = "\u{1b}[1m\u{1b}[96m    Building\u{1b}[0m [=====>      ] 31/412: serde, syn(build)      ";
        let progress = Progress::new(false, false);
        assert_eq!(progress.take(line), Line::Progress);
        assert_eq!((progress.bar.position(), progress.bar.length()), (31, Some(412)));
        assert_eq!(step("Building [> ] 0/2: a"), Some((0, 2, "a")));
        assert_eq!(step("Building the house"), None);
    }

    #[test]
    fn errors_are_told_from_progress() {
        let progress = Progress::new(false, false);
        for line in
            ["   Compiling serde v1.0.0", "    Finished `dev` profile in 1s", "", "    Blocking waiting for file lock"]
        {
            assert_eq!(progress.take(line), Line::Progress, "{line}");
        }
        for line in ["error: failed to parse manifest", "  Compiling is what failed", "warning: unused manifest key"] {
            assert_eq!(progress.take(line), Line::Other(line), "{line}");
        }
    }
}
