//! Links GCC's unwinder statically into release builds for Linux, in place of the shared library `libgcc_s`.
//!
//! rustc links it by name. A folder that is searched before the system's contains a linker script of that name, which
//! refers to the static library. A function then loads one library less when it starts: a tenth of the time to its
//! first response. Zig, which `cargo lambda` links with, links it statically by default.
//!
//! Cargo passes the folders of a build script on to the packages that depend on its package: the functions.

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
