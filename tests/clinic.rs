//! Follows docs/clinic.md as a reader would: every command, in order, with the answers that the page shows.

use crate::common::console::{Session, commands, page};
use crate::common::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_service_answers_as_the_page_about_a_clinic_says() {
    let commands = commands(&page("docs/clinic.md"));
    let (start, commands) = commands.split_first().expect("commands");
    assert!(start.command.starts_with("cargo local --ephemeral"), "{start:?}");
    assert!(commands.len() > 20, "{commands:#?}");
    let world = World::start().await;
    let mut session = Session::with(world.service.url());
    for command in commands {
        session.follow(command).await;
    }
    world.stop().await;
}
