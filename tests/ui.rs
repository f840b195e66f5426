//! Compile tests of the macros: mistakes have the expected messages, and valid code compiles without any.
//!
//! `ui/fail` is compiled and compared with its `.stderr` files. After an intended change, run this with
//! `TRYBUILD=overwrite` and read the difference. `ui/pass` is compiled as modules of this file, which needs no builds
//! of their own, and their tests run with it.

#[test]
fn every_mistake_has_its_message() {
    trybuild::TestCases::new().compile_fail("../tests/ui/fail/*.rs");
}

/// Each module contains the generated `main`.
#[allow(dead_code)]
#[path = "ui/pass"]
mod pass {
    mod answers;
    mod generics;
    mod names;
    mod no_prelude;
    mod order;
    mod paths;
    mod problem;
    mod renamed;
    mod repeated;
    mod schedule;
    mod stream;
}
