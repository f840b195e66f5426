//! The code in the README equals the source, and the first session's answers are the service's.

use crate::common::World;
use crate::common::console::{Session, commands, page};

#[test]
fn the_endpoint_in_the_readme_is_the_endpoint() {
    let endpoint = page("handlers/src/bin/create_booking.rs");
    assert!(page("README.md").contains(&format!("```rust\n{endpoint}```")), "copy create_booking.rs into the README");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_answers_as_the_readmes_first_session_says() {
    let readme = page("README.md");
    let session = readme.split("\n## A first session\n").nth(1).and_then(|rest| rest.split("\n## ").next());
    let commands = commands(session.expect("a first session"));
    let (start, commands) = commands.split_first().expect("commands");
    assert_eq!(start.command, "cargo local");
    assert!(commands.len() >= 4, "{commands:#?}");
    let world = World::start().await;
    let mut session = Session::with(world.service.url());
    for command in commands {
        session.follow(command).await;
    }
    world.stop().await;
}
