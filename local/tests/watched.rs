//! Which files are watched, wherever they are, and which are not.

use crate::common::package::{Package, TEMPLATE, edit, get, messages};
use crate::common::{HTTP, Scratch, eventually, start};
use crate::watch::TABLE;
use local::{Options, Service};

/// A library in a folder of its own, outside of any workspace.
struct Library {
    name: &'static str,
    folder: Scratch,
}

impl Library {
    fn new(name: &'static str, dependencies: &[&Library], source: &str) -> Self {
        let library = Self { name, folder: Scratch::new() };
        std::fs::create_dir(library.folder.path("src")).unwrap();
        let lines: String = dependencies.iter().map(|library| library.dependency()).collect();
        let manifest =
            format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\n{lines}");
        std::fs::write(library.folder.path("Cargo.toml"), manifest).unwrap();
        library.write(source);
        library
    }

    fn write(&self, source: &str) {
        std::fs::write(self.folder.path("src/lib.rs"), source).unwrap();
    }

    /// The line of a manifest.
    fn dependency(&self) -> String {
        format!("{} = {{ path = {:?} }}\n", self.name, self.folder.path("").to_str().unwrap())
    }
}

/// Adds lines to the package's manifest.
fn add(package: &Package, lines: &str) {
    let manifest = std::fs::read_to_string(package.path("Cargo.toml")).unwrap();
    package.write("Cargo.toml", &format!("{manifest}{lines}"));
}

fn constant(value: &str) -> String {
    format!("pub const TEXT: &str = \"{value}\";\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dependency_of_a_dependency_is_seen_wherever_it_is() {
    let base = Library::new("base", &[], &constant("first"));
    let middle = Library::new("middle", &[&base], "pub use base::TEXT;\n");
    let package = Package::new();
    add(&package, &format!("[dependencies]\n{}", middle.dependency()));
    package.write("src/bin/one.rs", "fn main() {\n    edited::serve(middle::TEXT);\n}\n");
    let service = start(package.options()).await;
    assert_eq!(get(&service, "/one").await, "first");
    edit(&service, || base.write(&constant("second"))).await;
    assert_eq!(get(&service, "/one").await, "second");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dependency_that_is_mended_during_its_first_build_is_built_again() {
    let signals = Scratch::new();
    let broken = Library::new("broken", &[], "pub const TEXT: u8 = \"\";\n");
    // The build goes on for so long.
    let slow = Library::new("slow", &[], "");
    let wait = format!(
        "fn main() {{ while !std::path::Path::new({:?}).exists() {{ std::thread::sleep(std::time::Duration::from_millis(5)); }} }}\n",
        signals.path("go")
    );
    std::fs::write(slow.folder.path("build.rs"), wait).unwrap();
    let package = Package::new();
    let service = start(package.options()).await;
    let lines = service.log_lines().len();
    package.write("src/bin/one.rs", "fn main() {\n    edited::serve(broken::TEXT);\n}\n");
    add(&package, &format!("[dependencies]\n{}{}", slow.dependency(), broken.dependency()));
    let folder = package.path("target/debug/.fingerprint");
    eventually("the compiler has found the fault", || {
        let entries = folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
        entries.map(|entry| entry.join("output-lib-broken")).any(|output| output.exists()).then_some(())
    })
    .await;
    broken.write(&constant("mended"));
    std::fs::write(signals.path("go"), "").unwrap();
    let served = |line: &String| line.starts_with("local served after");
    eventually("it is served", || service.log_lines().iter().skip(lines).any(served).then_some(())).await;
    assert_eq!(get(&service, "/one").await, "mended");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_the_code_takes_in_from_elsewhere_is_seen() {
    let (package, elsewhere) = (Package::new(), Scratch::new());
    std::fs::create_dir_all(package.path(".texts/node_modules")).unwrap();
    // Names under which a package has no sources, unless they are taken in.
    let own = [".banner", "server.log", "text.bak", ".texts/node_modules/text.tmp"].map(|name| package.path(name));
    let files: Vec<_> = own.into_iter().chain([elsewhere.path("text.txt")]).collect();
    for file in &files {
        std::fs::write(file, "first ").unwrap();
    }
    let texts: Vec<_> = files.iter().map(|file| format!("include_str!({file:?})")).collect();
    package.write("src/bin/one.rs", &format!("fn main() {{\n    edited::serve(concat!({}));\n}}\n", texts.join(", ")));
    let service = start(package.options()).await;
    assert_eq!(get(&service, "/one").await, "first ".repeat(files.len()));
    let mut texts = vec!["first "; files.len()];
    for text in ["second ", "third "] {
        for (place, file) in files.iter().enumerate() {
            edit(&service, || std::fs::write(file, text).unwrap()).await;
            texts[place] = text;
            assert_eq!(get(&service, "/one").await, texts.concat(), "{file:?}");
        }
    }
    service.stop().await;
}

/// Waits until a change of this file is taken up.
async fn changed(service: &Service, file: &str) {
    let names =
        |line: &String| line.contains(file) && (line.ends_with("has changed") || line.ends_with("have changed"));
    eventually(file, || messages(service).iter().any(names).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_is_saved_while_the_service_starts_is_read_again() {
    let package = Package::new();
    // As if it were saved after it was read.
    let file = std::fs::File::options().write(true).open(package.path("serverless.yml")).unwrap();
    file.set_modified(std::time::SystemTime::now() + std::time::Duration::from_mins(10)).unwrap();
    let service = start(package.options()).await;
    changed(&service, "serverless.yml").await;
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_file_that_changes_during_a_build_is_built_next() {
    let (package, signals) = (Package::new(), Scratch::new());
    let go = signals.path("go");
    std::fs::write(&go, "").unwrap();
    package.write("build.rs", &crate::watch::wait_for(&go));
    let service = start(package.options()).await;
    std::fs::remove_file(&go).unwrap();
    package.function("one", "second");
    changed(&service, "src/bin/one.rs").await;
    let lock = std::fs::read_to_string(package.path("Cargo.lock")).unwrap();
    package.write("Cargo.lock", &format!("{lock}\n"));
    std::fs::write(&go, "").unwrap();
    let next = |line: &String| line == "local Cargo.lock has changed";
    eventually("it is built next", || messages(&service).iter().any(next).then_some(())).await;
    service.stop().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_linked_folder_is_seen_where_it_is() {
    let (package, elsewhere) = (Package::new(), Scratch::new());
    std::fs::write(elsewhere.path("text.rs"), constant("first")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(""), package.path("src/linked")).unwrap();
    let source = "#[path = \"../linked/text.rs\"]\nmod text;\nfn main() {\n    edited::serve(text::TEXT);\n}\n";
    package.write("src/bin/one.rs", source);
    let service = start(package.options()).await;
    edit(&service, || std::fs::write(elsewhere.path("text.rs"), constant("second")).unwrap()).await;
    assert_eq!(get(&service, "/one").await, "second");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_waited_for_whose_folder_is_not_there_yet() {
    let (package, elsewhere) = (Package::new(), Scratch::new());
    let service = start(package.options()).await;
    let file = elsewhere.path("extra/deep/variables.yml");
    let environment = format!("  environment: ${{file({})}}\nfunctions:", file.display());
    let line = edit(&service, || package.write("serverless.yml", &TEMPLATE.replace("functions:", &environment))).await;
    assert!(line.contains("extra/deep/variables.yml"), "{line}");
    let write = |variable: &str| {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, format!("VARIABLE: {variable}\n")).unwrap();
    };
    let is_served = async |variable: &str| {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while get(&service, "/one").await != format!("1{variable}") {
            assert!(std::time::Instant::now() < deadline, "{variable}: {:?}", messages(&service));
        }
    };
    write("a");
    is_served("a").await;
    // Another folder is in its place, as after a change of the branch.
    std::fs::rename(elsewhere.path("extra"), elsewhere.path("before")).unwrap();
    write("b");
    is_served("b").await;
    write("c");
    is_served("c").await;
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_of_cargo_are_seen_as_they_come() {
    let package = Package::new();
    package.write("src/bin/one.rs", "fn main() {\n    edited::serve(option_env!(\"SET\").unwrap_or(\"unset\"));\n}\n");
    let service = start(package.options()).await;
    assert_eq!(get(&service, "/one").await, "unset");
    edit(&service, || package.write(".cargo/config.toml", "[env]\nSET = \"set\"\n")).await;
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    while get(&service, "/one").await != "set" {
        assert!(std::time::Instant::now() < deadline, "{:?}", messages(&service));
    }
    service.stop().await;
}

/// Executables of the version that is served stay, although newer ones were built.
#[tokio::test(flavor = "multi_thread")]
async fn versions_that_are_refused_again_and_again_leave_the_one_that_is_served() {
    let package = Package::new();
    package.write("serverless.yml", &format!("{TEMPLATE}{TABLE}"));
    let service = start(package.options()).await;
    let other = TABLE.replace("AttributeName: pk", "AttributeName: id");
    let line = edit(&service, || package.write("serverless.yml", &format!("{TEMPLATE}{other}"))).await;
    assert!(line.contains("differs in its keys"), "{line}");
    for text in ["a", "b", "c"] {
        let line = edit(&service, || {
            package.function("one", text);
            package.function("two", text);
        })
        .await;
        assert!(line.ends_with("the last good version is served"), "{line}");
    }
    // Neither has a process yet.
    assert_eq!((get(&service, "/one").await, get(&service, "/two").await), ("1".into(), "2".into()));
    edit(&service, || package.write("serverless.yml", &format!("{TEMPLATE}{TABLE}"))).await;
    assert_eq!((get(&service, "/one").await, get(&service, "/two").await), ("c".into(), "c".into()));
    service.stop().await;
}

/// DynamoDB Local keeps the tables of each region apart.
#[tokio::test(flavor = "multi_thread")]
async fn another_region_on_another_database_waits_for_the_next_start() {
    let (package, others) = (Package::new(), Scratch::new());
    let other = start(others.options(HTTP)).await;
    let endpoint = Some(other.dynamodb_url());
    let service = start(Options { dynamodb_endpoint: endpoint, ..package.options() }).await;
    let moved = TEMPLATE.replace("name: aws", "name: aws\n  region: eu-west-1").replace("GET /one", "GET /moved");
    let line = edit(&service, || package.write("serverless.yml", &moved)).await;
    assert!(line.contains("provider.region: eu-west-1 has other tables"), "{line}");
    assert!(line.contains("start `cargo local` again"), "{line}");
    assert_eq!(get(&service, "/one").await, "1", "nothing of the refused version is served");
    service.stop().await;
    other.stop().await;
}
