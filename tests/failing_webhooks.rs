//! Webhooks to addresses that fail in the ways of real ones.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::common::receiver::{Answering, Receiver};
use crate::common::*;
use futures_util::future::join_all;
use local::Options;
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use serde_json::Value;

/// Waits until a failed try was logged in a line with this text, and returns the line.
async fn not_delivered(world: &World, what: &str) -> Value {
    eventually("the failed try is logged", async || {
        let lines = world.service.log_lines();
        let mut failed = lines.iter().filter(|line| line.contains("not delivered") && line.contains(what));
        failed.find_map(|line| serde_json::from_str(line.split_once(' ')?.1).ok())
    })
    .await
}

/// A member of a log line, wherever the log's format puts it.
fn member<'a>(line: &'a Value, name: &str) -> &'a Value {
    line.get(name).or_else(|| line.get("fields")?.get(name)).unwrap_or(&Value::Null)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_refuses_hangs_up_redirects_or_is_silent_gets_the_webhook_again() {
    let elsewhere = Receiver::start(Answering::Status(200)).await;
    let cases = [
        (Answering::Status(500), "status", Some(500)),
        (Answering::Status(410), "status", Some(410)),
        (Answering::Redirect(elsewhere.url()), "status", Some(307)),
        (Answering::Closes, "no HTTP response", None),
        (Answering::Hangs, "timed out", None),
    ];
    join_all(cases.map(|(answering, reason, status)| is_tried_again(answering, reason, status))).await;
    assert!(elsewhere.got().is_empty(), "a redirect was followed");
}

async fn is_tried_again(answering: Answering, reason: &str, status: Option<u64>) {
    let receiver = Receiver::start(answering).await;
    let world = World::with(Options { params: webhook(&receiver.url()), ..options() }).await;
    let booking = world.book(&hour("room", DAY)).await;
    let event = eventually("the event is published", async || world.events(&booking).await.into_iter().next()).await;
    let id = text(&event["detail"]["id"]).to_owned();
    let line = not_delivered(&world, &id).await;
    assert_eq!(member(&line, "reason"), reason, "{line}");
    assert_eq!(member(&line, "status").as_u64(), status, "{line}");
    assert_eq!(member(&line, "seconds"), 5, "{line}");
    receiver.answer(Answering::Status(200));
    eventually("it is taken", async || receiver.got().iter().filter(|webhook| webhook.id() == id).nth(1).map(drop))
        .await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_megabytes_of_answer_are_a_delivery() {
    let receiver = Receiver::start(Answering::Large).await;
    let world = World::with(Options { params: webhook(&receiver.url()), ..options() }).await;
    world.book(&hour("room", DAY)).await;
    receiver.wait(1).await;
    eventually("it is delivered", async || {
        let lines = world.service.log_lines();
        lines.iter().any(|line| line.contains("\"WebhooksDelivered\":1")).then_some(())
    })
    .await;
    assert_eq!(receiver.got().len(), 1);
    world.stop().await;
}

/// A server with this name, and its certificate in a file.
fn certified(name: &str, folder: &Path) -> (ServerConfig, String) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().self_signed(&key).unwrap();
    let file = folder.join(format!("{name}.pem"));
    std::fs::write(&file, certificate.pem()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    (config, file.to_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_goes_to_a_certificate_that_is_trusted_and_of_the_name_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (config, file) = certified("localhost", folder.path());
    let (_, other) = certified("other.example", folder.path());
    let receiver = Receiver::over(Some(config), Answering::Status(200)).await;
    let with_roots = |file: &str| Options {
        params: webhook(&format!("https://localhost:{}/hook", receiver.port)),
        environment: BTreeMap::from([("SSL_CERT_FILE".to_owned(), file.to_owned())]),
        ..options()
    };
    let world = World::with(with_roots(&other)).await;
    world.book(&hour("room", DAY)).await;
    let line = not_delivered(&world, "localhost").await;
    assert_eq!(member(&line, "reason"), "TLS failed", "{line}");
    assert!(receiver.got().is_empty());
    world.stop().await;

    let world = World::with(with_roots(&file)).await;
    world.book(&hour("room", DAY)).await;
    assert!(receiver.wait(1).await[0].is_signed_by(SECRET));
    world.stop().await;
}

/// The service's template and its parts in a folder, with a function that may take two seconds.
fn hasty_template(folder: &Path) -> std::path::PathBuf {
    let root = template().with_file_name("");
    std::fs::create_dir(folder.join("deploy")).unwrap();
    for file in root.join("deploy").read_dir().unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), folder.join("deploy").join(file.file_name())).unwrap();
    }
    let webhooks = std::fs::read_to_string(root.join("deploy/webhooks.yml")).unwrap();
    let hasty = webhooks.replace("timeout: 20", "timeout: 2").replace("VisibilityTimeout: 120", "VisibilityTimeout: 2");
    assert_eq!(hasty.matches(": 2\n").count(), 2, "both are there");
    std::fs::write(folder.join("deploy/webhooks.yml"), hasty).unwrap();
    std::fs::copy(template(), folder.join("serverless.yml")).unwrap();
    folder.join("serverless.yml")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_function_loses_no_webhook() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(Answering::Hangs).await;
    let params = webhook(&receiver.url());
    let world = World::with(Options { params, template: hasty_template(folder.path()), ..options() }).await;
    world.book(&hour("room", DAY)).await;
    receiver.wait(1).await;
    receiver.answer(Answering::Status(200));
    world.service.kill("deliverWebhooks");
    let got = receiver.wait(2).await;
    assert_eq!((got[0].id(), &got[0].text), (got[1].id(), &got[1].text));
    world.stop().await;
}
