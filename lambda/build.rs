//! Where rustc would link GCC's unwinder as a library of its own, a release build for Linux takes it in.
//!
//! The linker finds it by name, as `libgcc_s`; a folder of ours, searched before the system's, has a linker script of that
//! name that leads to the static one. A function then loads a library less when it starts, a tenth of its way to the first
//! response. Zig, which `cargo lambda` links with, does the same of its own accord.
//!
//! Cargo searches the folders that a build script names for whatever depends on its package, too: the functions.

use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") && is("PROFILE", "release") {
        let folder = env::var_os("OUT_DIR").map(PathBuf::from).ok_or(io::ErrorKind::NotFound)?;
        fs::write(folder.join("libgcc_s.so"), "INPUT(-lgcc_eh)\n")?;
        println!("cargo:rustc-link-search=native={}", folder.display());
    }
    Ok(())
}
