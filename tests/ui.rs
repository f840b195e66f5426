//! What the macros say to a mistake, and that they say nothing to what is right.
//!
//! `ui/fail` is compiled and held against its messages; after a change that is meant, run this with
//! `TRYBUILD=overwrite` and read the difference. `ui/pass` is compiled as modules of this file: that
//! takes no build of its own, and their tests run with it.

#[test]
fn every_mistake_has_its_message() {
    trybuild::TestCases::new().compile_fail("../tests/ui/fail/*.rs");
}

/// Each with the `main` that a binary would run.
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
