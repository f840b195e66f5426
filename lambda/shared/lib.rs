//! `lambda` as a shared library.
//!
//! The linker reads all of the AWS SDK for each function, which takes it longer than the compiler needs for a small
//! change. A service with the feature `shared` links it once: see `Cargo.toml`, `build.rs` and `lib.rs` of `handlers`.
//! `cargo local` turns the feature on in its debug builds. Packages for AWS never have it: they consist of one file.

pub use lambda::*;
