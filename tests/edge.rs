//! The edge comes in, gets another secret and goes without refusing a request: the steps of docs/runbook.md, rehearsed.
//!
//! A version of the functions is a service of its own here, with the parameters of the runbook's command. CloudFront is
//! the client, which sends what CloudFront would add. The value of a secret is its name here: so the functions and
//! `deploy/edge.yml` have to refer to the same one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::common::*;
use local::Options;
use reqwest::Client;
use tokio::task::JoinHandle;

/// Requests that have to be answered in each state of a step. A tenth of the traffic goes to a new version.
const ENOUGH: usize = 40;
const CLIENTS: u64 = 3;

/// A step of the runbook that changes what functions accept, or what CloudFront sends.
#[derive(Debug)]
enum Step {
    /// `deploy/release` with these parameters.
    Release(BTreeMap<String, String>),
    /// `aws cloudformation deploy` of the edge's stack, with the secret of this name.
    Edge(String),
    /// `aws cloudformation delete-stack` of the edge's stack.
    NoEdge,
}

fn read(file: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file)).unwrap()
}

/// The steps below a heading of the runbook, in order.
fn steps(heading: &str) -> Vec<Step> {
    let page = read("docs/runbook.md");
    let (_, below) = page.split_once(&format!("\n### {heading}\n")).expect("a section");
    let section = below.split("\n##").next().unwrap().replace("\\\n", " ").replace("$STAGE", "prod");
    section.lines().filter_map(step).collect()
}

fn step(command: &str) -> Option<Step> {
    let mut words = command.split_whitespace();
    if command.contains("deploy/release prod") {
        let given: Vec<_> = words.collect();
        let pairs = given.windows(2).filter(|pair| pair[0] == "--param").map(|pair| pair[1].split_once('=').unwrap());
        return Some(Step::Release(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()));
    }
    if command.contains("aws cloudformation deploy ") {
        return words.find_map(|word| word.strip_prefix("Secret=")).map(|name| Step::Edge(name.to_owned()));
    }
    command.contains("aws cloudformation delete-stack ").then_some(Step::NoEdge)
}

/// The value of the header that CloudFront adds, as `deploy/edge.yml` has it.
fn header(secret: &str) -> String {
    let template = read("deploy/edge.yml");
    let (_, line) = template.split_once("HeaderName: x-edge-secret").unwrap();
    let written = line.split('"').nth(1).unwrap().replace("${Secret}", secret);
    let name = written.strip_prefix("{{resolve:secretsmanager:").and_then(|rest| rest.strip_suffix("}}"));
    name.expect("a reference to a secret").to_owned()
}

/// Where requests go and what they carry.
#[derive(Clone, Default)]
struct Live {
    /// Addresses of the versions in use: one, or with a gradual shift the old one and the new one.
    versions: Vec<String>,
    /// The secrets that are sent at present; `None` by clients of the API's own address. More than one while clients or CloudFront
    /// change.
    sent: Vec<Option<String>>,
}

/// A stage with the edge's stack beside it, and clients that send requests all the time.
struct Rehearsal {
    live: Arc<Mutex<Live>>,
    answered: Arc<AtomicUsize>,
    refused: Arc<AtomicUsize>,
    ended: Arc<AtomicBool>,
    clients: Vec<JoinHandle<()>>,
    running: Vec<World>,
}

impl Rehearsal {
    /// Starts with a stage that was deployed with `params`, and an edge that sends `secret`.
    async fn start(params: BTreeMap<String, String>, secret: Option<&str>) -> Self {
        let first = version(params).await;
        let live = Live { versions: vec![first.service.url()], sent: vec![secret.map(header)] };
        let mut rehearsal = Self {
            live: Arc::new(Mutex::new(live)),
            answered: Arc::default(),
            refused: Arc::default(),
            ended: Arc::default(),
            clients: Vec::new(),
            running: vec![first],
        };
        for seed in 0..CLIENTS {
            let (live, ended) = (Arc::clone(&rehearsal.live), Arc::clone(&rehearsal.ended));
            let (answered, refused) = (Arc::clone(&rehearsal.answered), Arc::clone(&rehearsal.refused));
            rehearsal.clients.push(tokio::spawn(async move {
                let (client, mut random) = (Client::new(), fastrand::Rng::with_seed(seed));
                while !ended.load(Ordering::SeqCst) {
                    let now = live.lock().unwrap().clone();
                    match ask(&client, &now, &mut random).await {
                        200 => answered.fetch_add(1, Ordering::SeqCst),
                        403 => refused.fetch_add(1, Ordering::SeqCst),
                        status => panic!("answered {status}"),
                    };
                }
            }));
        }
        rehearsal.go_on().await;
        rehearsal
    }

    fn set(&self, change: impl FnOnce(&mut Live)) {
        change(&mut self.live.lock().unwrap());
    }

    /// Waits until enough requests were answered or refused from now on.
    async fn go_on(&self) {
        let count = || self.answered.load(Ordering::SeqCst) + self.refused.load(Ordering::SeqCst);
        let before = count();
        eventually("requests are answered", async || (count() >= before + ENOUGH).then_some(())).await;
    }

    /// Deploys with a gradual shift. It is rolled back half way, and then taken again to its end.
    async fn release(&mut self, params: &BTreeMap<String, String>) {
        let new = version(params.clone()).await;
        let (before, after) = (self.live.lock().unwrap().versions.clone(), new.service.url());
        self.running.push(new);
        let shift = [before.clone(), vec![after.clone()]].concat();
        for versions in [shift.clone(), before, shift, vec![after]] {
            self.set(|live| live.versions = versions);
            self.go_on().await;
        }
    }

    /// Changes what is sent. Old and new are sent at once, all goes back, and then to its end.
    async fn send(&self, after: Vec<Option<String>>) {
        let before = self.live.lock().unwrap().sent.clone();
        let both = [before.clone(), after.clone()].concat();
        for sent in [both.clone(), before, both, after] {
            self.set(|live| live.sent = sent);
            self.go_on().await;
        }
    }

    async fn take(&mut self, step: &Step) {
        match step {
            // Clients move before a step after which nothing else is answered.
            Step::Release(params) => {
                let through = self.live.lock().unwrap().sent.iter().flatten().next().cloned();
                if params.contains_key("edgeSecret") && through.is_some() {
                    self.send(vec![through]).await;
                }
                self.release(params).await;
            }
            Step::Edge(secret) if self.live.lock().unwrap().sent == [None] => {
                self.send(vec![None, Some(header(secret))]).await;
            }
            Step::Edge(secret) => self.send(vec![Some(header(secret))]).await,
            Step::NoEdge => self.send(vec![None]).await,
        }
    }

    /// The status of a request to the present version with this secret.
    async fn status(&self, secret: Option<&str>) -> u16 {
        let live = Live { sent: vec![secret.map(header)], ..self.live.lock().unwrap().clone() };
        ask(&Client::new(), &live, &mut fastrand::Rng::with_seed(0)).await
    }

    /// Ends the rehearsal. Returns the number of refused requests.
    async fn stop(self) -> usize {
        self.ended.store(true, Ordering::SeqCst);
        for client in self.clients {
            client.await.expect("a client");
        }
        for world in self.running {
            world.stop().await;
        }
        self.refused.load(Ordering::SeqCst)
    }
}

/// The functions as they are deployed with these parameters.
async fn version(params: BTreeMap<String, String>) -> World {
    World::with(Options { params, ..options() }).await
}

/// Sends a request as CloudFront does: to the new version in one of ten cases if there are two.
async fn ask(client: &Client, live: &Live, random: &mut fastrand::Rng) -> u16 {
    let version = live.versions.get(1).filter(|_| random.u8(..10) == 0).unwrap_or(&live.versions[0]);
    let paths = ["/health", "/users/alice/bookings", "/bookings/67e55044-10b1-426f-9247-bb680e5fe0c8"];
    let place = random.usize(..paths.len());
    let mut request = client.get(format!("{version}{}", paths[place])).timeout(DEADLINE);
    if let Some(secret) = &live.sent[random.usize(..live.sent.len())] {
        request = request.header("x-edge-secret", secret);
    }
    match request.send().await.expect("an answer").status().as_u16() {
        // There is no such booking.
        404 if place == 2 => 200,
        status => status,
    }
}

fn release(params: &[(&str, &str)]) -> BTreeMap<String, String> {
    params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The parameters of a stage whose edge is required, as the last step of bringing it in has them.
fn required() -> BTreeMap<String, String> {
    match steps("Bringing it in").pop() {
        Some(Step::Release(params)) => params,
        step => panic!("{step:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_edge_comes_in_without_a_request_refused() {
    let steps = steps("Bringing it in");
    assert!(matches!(&steps[..], [Step::Release(_), Step::Edge(_), Step::Release(_)]), "{steps:?}");
    let mut stage = Rehearsal::start(release(&[]), None).await;
    for step in &steps {
        stage.take(step).await;
    }
    let (with, without) = (stage.status(Some("bookings-prod-edge")).await, stage.status(None).await);
    assert_eq!((with, without), (200, 403), "the edge is required");
    assert_eq!(stage.stop().await, 0, "requests were refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_changed_without_a_request_refused() {
    let steps = steps("Changing its secret");
    assert!(matches!(&steps[..], [Step::Release(_), Step::Edge(_), Step::Release(_)]), "{steps:?}");
    let mut stage = Rehearsal::start(required(), Some("bookings-prod-edge")).await;
    for step in &steps {
        stage.take(step).await;
    }
    let (old, new) = (stage.status(Some("bookings-prod-edge")).await, stage.status(Some("bookings-prod-edge-2")).await);
    assert_eq!((old, new), (403, 200), "the old secret is accepted no more");
    assert_eq!(stage.status(None).await, 403);
    assert_eq!(stage.stop().await, 0, "requests were refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_edge_goes_without_a_request_refused() {
    let steps = steps("Taking it out");
    assert!(matches!(&steps[..], [Step::Release(_), Step::NoEdge, Step::Release(_)]), "{steps:?}");
    let mut stage = Rehearsal::start(required(), Some("bookings-prod-edge")).await;
    for step in &steps {
        stage.take(step).await;
    }
    assert_eq!(stage.status(None).await, 200);
    assert_eq!(stage.stop().await, 0, "requests were refused");
}

/// Wrong orders that the rehearsal finds: each order that leaves out a step.
#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_is_left_out_refuses_requests() {
    let domain = [("domain", "api.example.com"), ("certificate", "arn")];
    let next = [&domain[..], &[("edgeSecret", "bookings-prod-edge-2")]].concat();
    let cases = [
        // The edge is required before it is there.
        (release(&[]), None, Step::Release(required())),
        // CloudFront sends a secret that functions do not accept yet.
        (required(), Some("bookings-prod-edge"), Step::Edge("bookings-prod-edge-2".to_owned())),
        // Functions require a secret that CloudFront does not send yet.
        (required(), Some("bookings-prod-edge"), Step::Release(release(&next))),
        // The edge is gone before functions answer without it.
        (required(), Some("bookings-prod-edge"), Step::NoEdge),
    ];
    for (params, secret, step) in cases {
        let mut stage = Rehearsal::start(params, secret).await;
        stage.take(&step).await;
        assert!(stage.stop().await > 0, "{step:?} refused nothing");
    }
}
