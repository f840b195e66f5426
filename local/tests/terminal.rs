//! The command in a terminal, with a package that is edited: diagnostics, and the end of it all.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::Scratch;
use crate::common::package::Package;

/// A running command, and what it has printed.
struct Running {
    child: Child,
    printed: Arc<Mutex<String>>,
}

impl Running {
    fn start(package: &Package) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_cargo-local"))
            .args(["--ephemeral", "--port", "0", "--dynamodb-port", "0"])
            .current_dir(package.path("."))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let printed = Arc::new(Mutex::new(String::new()));
        collect(child.stdout.take().unwrap(), printed.clone());
        collect(child.stderr.take().unwrap(), printed.clone());
        Self { child, printed }
    }

    #[track_caller]
    fn prints(&self, text: &str) {
        until(text, || self.printed.lock().unwrap().contains(text));
    }

    fn interrupt(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(from: impl std::io::Read + Send + 'static, into: Arc<Mutex<String>>) {
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let mut printed = into.lock().unwrap();
            printed.push_str(&line);
            printed.push('\n');
        }
    });
}

#[track_caller]
fn until(what: &str, mut is: impl FnMut() -> bool) {
    let late = Instant::now() + Duration::from_mins(2);
    while !is() {
        assert!(Instant::now() < late, "still waiting: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

fn runs(process: &str) -> bool {
    Command::new("kill").args(["-0", process]).stderr(Stdio::null()).status().unwrap().success()
}

#[test]
fn a_build_that_fails_shows_the_compilers_message_and_the_mended_one_is_served() {
    let package = Package::new();
    let running = Running::start(&package);
    running.prints("Stop      Ctrl-C");
    package.write("src/bin/one.rs", "fn main() {\n    let number: u8 = \"text\";\n}\n");
    running.prints("error[E0308]: mismatched types");
    running.prints("--> src/bin/one.rs:2:22");
    running.prints("the last good version is served");
    package.function("one", "mended");
    running.prints("served after");
}

#[test]
fn ctrl_c_ends_a_build_with_the_processes_that_it_has_started() {
    for first in [true, false] {
        let (package, signals) = (Package::new(), Scratch::new());
        let process = signals.path("process");
        let endless = format!(
            "fn main() {{ std::fs::write({process:?}, std::process::id().to_string()).unwrap(); loop {{ std::thread::park(); }} }}\n"
        );
        if first {
            package.write("build.rs", &endless);
        }
        let mut running = Running::start(&package);
        if !first {
            running.prints("Stop      Ctrl-C");
            package.write("build.rs", &endless);
        }
        let id = || fs::read_to_string(&process).unwrap_or_default();
        until("the build script runs", || !id().is_empty());
        let id = id();
        assert!(runs(&id));
        running.interrupt();
        let code = running.child.wait().unwrap().code();
        assert_eq!(code, Some(if first { 130 } else { 0 }));
        until("the build script has ended", || !runs(&id));
    }
}
