//! The code in the README equals the source.

use std::path::Path;

#[test]
fn the_endpoint_in_the_readme_is_the_endpoint() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let endpoint = read("handlers/src/bin/create_booking.rs");
    assert!(read("README.md").contains(&format!("```rust\n{endpoint}```")), "copy create_booking.rs into the README");
}
