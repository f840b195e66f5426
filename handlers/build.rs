//! With the feature `shared`, tells the functions where their shared libraries are on this machine: that of `lambda`, and
//! Rust's standard library.

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_SHARED").is_none() {
        return;
    }
    // `cargo local` keeps the libraries of the version that it runs beside its executables.
    println!(
        "cargo::rustc-link-arg-bins=-Wl,-rpath,{}",
        if cfg!(target_os = "macos") { "@loader_path" } else { "$ORIGIN" }
    );
    for folder in built().into_iter().chain(of_rust()) {
        println!("cargo::rustc-link-arg-bins=-Wl,-rpath,{}", folder.display());
    }
}

/// The folder `deps` of this profile: `OUT_DIR` is `build/handlers-<hash>/out` beside it.
fn built() -> Option<PathBuf> {
    let out = std::env::var_os("OUT_DIR")?;
    Some(Path::new(&out).ancestors().nth(3)?.join("deps"))
}

fn of_rust() -> Option<PathBuf> {
    let output = Command::new(std::env::var_os("RUSTC")?).args(["--print", "target-libdir"]).output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().into())
}
