//! Refused starts, and services beside each other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::common::{Client, HTTP, Scratch, dynamodb, start, stream};
use local::{Binaries, Data, ManualClock, Options, Service};
use serde_json::json;

async fn refused(options: Options) -> String {
    match Service::start(options).await {
        Ok(_) => panic!("it started"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn a_port_in_use_is_named_with_the_option_for_another() {
    let scratch = Scratch::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    assert_eq!(
        refused(Options { port, ..scratch.options(HTTP) }).await,
        format!(
            "the API cannot listen on port {port}: something else is using it; choose another one with --port <PORT>"
        )
    );
    let error = refused(Options { dynamodb_port: port, ..scratch.options(HTTP) }).await;
    assert!(
        error.starts_with(&format!("the database cannot listen on port {port}")) && error.contains("--dynamodb-port"),
        "{error}"
    );
}

#[tokio::test]
async fn functions_and_binaries_must_agree() {
    let scratch = Scratch::new();
    let with = |names: &[&str]| {
        let path = crate::common::binaries()["misbehave"].clone();
        let all: BTreeMap<_, _> = names.iter().map(|name| ((*name).to_owned(), path.clone())).collect();
        Options { binaries: Binaries::Built(all), ..scratch.options(HTTP) }
    };
    let error = refused(with(&[])).await;
    assert!(
        error.starts_with(
            "the function `do` (ANY /do/{what}) of serverless.yml has the handler `misbehave`, but there is no binary"
        ),
        "{error}"
    );
    let error = refused(with(&["misbehave", "forgotten"])).await;
    assert!(error.starts_with("the binary `forgotten` is the handler of no function"), "{error}");
    let gone = Binaries::Built([("misbehave".to_owned(), scratch.path("nothing"))].into());
    let error = refused(Options { binaries: gone, ..scratch.options(HTTP) }).await;
    assert!(error.contains("is not where it should be"), "{error}");
}

#[tokio::test]
async fn a_template_that_is_none_is_explained() {
    let scratch = Scratch::new();
    let missing = Options { template: scratch.path("serverless.yml"), ..Options::default() };
    assert!(refused(missing).await.starts_with("there is no "));
    let error = refused(scratch.options("service: x\nfunctions: [\n")).await;
    assert!(error.contains("is not valid YAML") && error.contains("line "), "{error}");
}

#[tokio::test]
async fn a_data_directory_serves_one_service_at_a_time() {
    let scratch = Scratch::new();
    let data = Data::Directory(scratch.path(".local"));
    let options = Options { data, ..scratch.options(&stream("")) };
    let service = start(options.clone()).await;
    let error = refused(options.clone()).await;
    assert!(error.ends_with("start this one with --ephemeral; another `cargo local` is using it"), "{error}");
    let port = service.url().rsplit(':').next().unwrap().parse().unwrap();
    assert_eq!(refused(Options { port, ..options.clone() }).await, error, "another port alone would not do");
    service.stop().await;

    let changed = stream("").replace("NEW_AND_OLD_IMAGES", "NEW_IMAGE");
    let error = refused(Options { data: options.data.clone(), ..scratch.options(&changed) }).await;
    assert!(error.contains("differs in its stream; remove the directory"), "{error}");
    std::fs::write(scratch.path(".local/streams.json"), "{").unwrap();
    assert!(refused(options).await.contains("streams.json cannot be read"));
}

#[tokio::test]
async fn a_damaged_file_is_named_with_what_to_do_about_it() {
    for (file, next) in [
        ("dynamodb.sqlite", "makes an empty database"),
        ("streams.json", "begins with the oldest record of each stream"),
        ("queues/jobs.jsonl", "begins with an empty queue"),
        ("issuer.pem", "makes a new one"),
    ] {
        let scratch = Scratch::new();
        let template = match file {
            "queues/jobs.jsonl" => crate::common::sqs::QUEUES,
            "issuer.pem" => crate::common::tokens::GUARDED,
            _ => &stream(""),
        };
        let data = Data::Directory(scratch.path(".local"));
        let options = Options { data, auth: file == "issuer.pem", ..scratch.options(template) };
        start(options.clone()).await.stop().await;
        let path = scratch.path(&format!(".local/{file}"));
        for damage in ["this was never written by the service, and is no file of its\n", "\u{0}\u{1}\n"] {
            std::fs::write(&path, damage.repeat(20)).unwrap();
            let error = refused(options.clone()).await;
            let name = path.file_name().unwrap().to_str().unwrap();
            assert!(error.contains(name) && error.ends_with(&format!("the next start {next}")), "{error}");
            assert!(!error.contains("encrypt") && !error.contains("never written"), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), damage.repeat(20), "it is left as it was");
        }
        std::fs::remove_file(&path).unwrap();
        start(options).await.stop().await;
    }
}

#[tokio::test]
async fn a_damaged_endpoints_file_is_written_anew() {
    let scratch = Scratch::new();
    let file = scratch.path(".local/endpoints.json");
    std::fs::create_dir_all(scratch.path(".local")).unwrap();
    for data in [Data::Memory, Data::Directory(scratch.path(".local"))] {
        std::fs::write(&file, "{ no json").unwrap();
        let service = start(Options { endpoints: Some(file.clone()), data, ..scratch.options(HTTP) }).await;
        assert_eq!(crate::common::json(&std::fs::read_to_string(&file).unwrap())["api"], service.url());
        service.stop().await;
        assert!(!file.exists());
    }
}

/// All files below a directory with their content.
fn files(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    found
}

#[tokio::test]
async fn a_service_without_data_leaves_the_files_of_the_one_with_data_alone() {
    let scratch = Scratch::new();
    let endpoints = Some(scratch.path(".local/endpoints.json"));
    let data = Data::Directory(scratch.path(".local"));
    let template = crate::common::tokens::GUARDED.to_owned()
        + stream("").split_once("resources:").map(|(_, tables)| format!("resources:{tables}")).unwrap().as_str();
    // Deleting expired items would write to the owner's database too.
    let memory = Options { endpoints, auth: true, ttl_every: None, ..scratch.options(&template) };
    let owner = start(Options { data, ..memory.clone() }).await;
    dynamodb::put(&owner.dynamodb_url(), "a", 1).await;
    let before = files(&scratch.path(".local"));
    let beside = start(memory).await;
    dynamodb::put(&beside.dynamodb_url(), "b", 1).await;
    let said = "local another `cargo local` runs in this folder; `serverless invoke local` works beside that one";
    assert_eq!(beside.log_lines(), [said]);
    beside.stop().await;
    let mut after = files(&scratch.path(".local"));
    after.remove(&scratch.path(".local/endpoints.lock"));
    assert!(before == after, "{:?} {:?}", before.keys(), after.keys());
    assert_eq!(dynamodb::get(&owner.dynamodb_url(), "b").await, json!(null));
    owner.stop().await;
    assert!(!scratch.path(".local/endpoints.json").exists());
}

#[tokio::test]
async fn every_listener_answers_under_whatever_localhost_is() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    for url in [service.url(), service.dynamodb_url(), service.sqs_url(), service.lambda_url()] {
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
        let mut hosts = vec!["127.0.0.1", "localhost"];
        if std::net::TcpListener::bind("[::1]:0").is_ok() {
            hosts.push("[::1]");
        }
        for host in hosts {
            let answer = Client::new(&url.replace("127.0.0.1", host)).get("/").await;
            assert!(answer.status >= 200, "{host} {answer:?}");
        }
    }
    service.stop().await;
}

#[tokio::test]
async fn whatever_the_host_is_every_url_can_be_connected_to() {
    let mut hosts = vec!["localhost", "127.0.0.1", "0.0.0.0"];
    if std::net::TcpListener::bind("[::1]:0").is_ok() {
        hosts.extend(["::1", "::"]);
    }
    for host in hosts {
        let scratch = Scratch::new();
        let file = scratch.path(".local/endpoints.json");
        let host = host.parse().unwrap();
        let service = start(Options { host, endpoints: Some(file.clone()), ..scratch.options(HTTP) }).await;
        let answer = service.invoke("do", json!({ "rawPath": "/do/env" })).await.unwrap();
        let environment = crate::common::json(answer["body"].as_str().unwrap());
        let endpoints = crate::common::json(&std::fs::read_to_string(&file).unwrap());
        let services: BTreeMap<_, _> = environment
            .as_object()
            .unwrap()
            .iter()
            .filter_map(|(name, url)| Some((name.strip_prefix("AWS_ENDPOINT_URL_")?.to_ascii_lowercase(), url.clone())))
            .collect();
        let mut named = endpoints.as_object().unwrap().clone();
        named.remove("api");
        assert_eq!(named, services.into_iter().collect(), "whatever a function is told, other tools are told");
        for url in endpoints.as_object().unwrap().values() {
            drop(Client::new(url.as_str().unwrap()).connect().await);
        }
        let echo = Client::new(&service.url()).get("/do/x").await.json();
        let source = echo["requestContext"]["http"]["sourceIp"].as_str().unwrap();
        assert!(["127.0.0.1", "::1"].contains(&source), "{host}: {source}");
        assert!(service.screen().await.contains(&service.url()), "{host}");
        service.stop().await;
    }
}

#[tokio::test]
async fn options_that_contradict_are_refused() {
    let scratch = Scratch::new();
    let clock = Some(ManualClock::new(1).arc());
    let data = Data::Directory(scratch.path(".local"));
    assert!(refused(Options { clock, data, ..scratch.options(HTTP) }).await.contains("in memory only"));
    let endpoint = Some("localhost:1".to_owned());
    assert!(refused(Options { dynamodb_endpoint: endpoint, ..scratch.options(HTTP) }).await.contains("is not a URL"));
    let endpoint = Some("http://127.0.0.1:9".to_owned());
    let error = refused(Options { dynamodb_endpoint: endpoint, ..scratch.options(&stream("")) }).await;
    assert!(error.contains("http://127.0.0.1:9/ does not answer"), "{error}");
}

#[tokio::test]
async fn two_services_have_nothing_in_common() {
    let (here, there) = (Scratch::new(), Scratch::new());
    let one = start(here.options(&stream(""))).await;
    let two = start(there.options(&stream(""))).await;
    assert!(one.url() != two.url() && one.dynamodb_url() != two.dynamodb_url());
    dynamodb::put(&one.dynamodb_url(), "a", 1).await;
    crate::common::eventually("the record", || here.notes().iter().any(|line| line == "batch a").then_some(())).await;
    one.stop().await;
    assert_eq!(dynamodb::get(&two.dynamodb_url(), "a").await, json!(null));
    assert!(there.notes().is_empty());
    two.stop().await;
}

#[tokio::test]
async fn what_does_not_run_here_is_said() {
    let scratch = Scratch::new();
    let template = HTTP.replace("[httpApi: POST /quick,", "[sqs: 'arn:aws:sqs:r:1:q', httpApi: POST /quick,");
    let service = start(scratch.options(&template)).await;
    assert_eq!(service.log_lines(), ["local `quick` is not called by the queue `q` of another stack on one machine"]);
    service.stop().await;
}

#[tokio::test]
async fn stopping_leaves_no_process_and_frees_the_ports() {
    let scratch = Scratch::new();
    let service = start(scratch.options(HTTP)).await;
    let client = Client::new(&service.url());
    let process = client.get("/do/sleep?ms=0").await.body;
    let hanging = tokio::spawn({
        let client = Client::new(&service.url());
        async move { client.get("/do/hang?x").await }
    });
    let port: u16 = service.url().rsplit(':').next().unwrap().parse().unwrap();
    service.stop().await;
    let _ = hanging.await;
    if cfg!(target_os = "linux") {
        assert!(!std::path::Path::new(&format!("/proc/{process}")).exists());
    }
    // A child process of another test may have a copy of the listener for a moment.
    let deadline = Instant::now() + Duration::from_secs(20);
    let again = loop {
        match Service::start(Options { port, ..scratch.options(HTTP) }).await {
            Ok(service) => break service,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
    };
    again.stop().await;
}

#[tokio::test]
async fn the_endpoints_file_is_there_while_the_service_runs() {
    let scratch = Scratch::new();
    let file = scratch.path(".local/endpoints.json");
    let service = start(Options { endpoints: Some(file.clone()), ..scratch.options(HTTP) }).await;
    let expected = json!({
        "api": service.url(), "dynamodb": service.dynamodb_url(), "eventbridge": service.eventbridge_url(),
        "sqs": service.sqs_url(), "lambda": service.lambda_url(),
    });
    assert_eq!(crate::common::json(&std::fs::read_to_string(&file).unwrap()), expected);
    service.stop().await;
    assert!(!file.exists());
}
