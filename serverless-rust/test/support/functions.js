'use strict';

const fs = require('node:fs');
const path = require('node:path');

/** Lambda's Runtime API without a dependency, as far as these functions need it. */
const LIBRARY = `
use std::io::{Read, Write};
use std::net::TcpStream;

fn request(method: &str, path: &str, body: &str) -> (String, String) {
    let api = std::env::var("AWS_LAMBDA_RUNTIME_API").unwrap();
    let mut stream = TcpStream::connect(&api).unwrap();
    write!(
        stream,
        "{method} /2018-06-01/runtime/{path} HTTP/1.1\\r\\nhost: {api}\\r\\nconnection: close\\r\\ncontent-length: {}\\r\\n\\r\\n{body}",
        body.len()
    ).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\\r\\n\\r\\n").unwrap();
    // Node sends small bodies of unknown length in one chunk.
    let body = match head.to_lowercase().contains("transfer-encoding: chunked") {
        true => body.lines().nth(1).unwrap_or_default(),
        false => body,
    };
    (head.to_owned(), body.to_owned())
}

/// The next event: its id and its payload.
pub fn next() -> (String, String) {
    let (head, body) = request("GET", "invocation/next", "");
    let id = head.lines().find_map(|line| line.to_lowercase().strip_prefix("lambda-runtime-aws-request-id: ").map(String::from));
    (id.unwrap(), body)
}

pub fn answer(id: &str, body: &str) {
    request("POST", &format!("invocation/{id}/response"), body);
}

pub fn fail(id: &str, body: &str) {
    request("POST", &format!("invocation/{id}/error"), body);
}

/// An answer that is never whole.
pub fn hang_up(id: &str) {
    let api = std::env::var("AWS_LAMBDA_RUNTIME_API").unwrap();
    let mut stream = TcpStream::connect(&api).unwrap();
    write!(stream, "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\\r\\nhost: {api}\\r\\ncontent-length: 100\\r\\n\\r\\n{{").unwrap();
}

/// Any request to an AWS service.
pub fn ask_aws() {
    let url = std::env::var("AWS_ENDPOINT_URL").unwrap();
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    write!(stream, "POST / HTTP/1.1\\r\\nhost: aws\\r\\nconnection: close\\r\\ncontent-length: 0\\r\\n\\r\\n").unwrap();
    let _ = stream.read_to_string(&mut String::new());
}
`;

const BINARIES = {
  echo: 'let (id, event) = functions::next(); println!("a line of the log"); functions::answer(&id, &event); functions::next();',
  environment: `
    let (id, event) = functions::next();
    let value = |name: &str| std::env::var(name).unwrap_or_else(|_| "unset".to_owned());
    let values: Vec<String> = event.trim_matches('"').split(' ').map(|name| format!("{name}={}", value(name))).collect();
    functions::answer(&id, &format!("\\"{}\\"", values.join(" ")));`,
  fails: 'let (id, _) = functions::next(); functions::fail(&id, r#"{"errorType":"Sad","errorMessage":"no luck"}"#); functions::next();',
  crashes: 'functions::next(); panic!("it breaks");',
  hangs_up: 'let (id, _) = functions::next(); functions::hang_up(&id); loop { std::thread::park(); }',
  hangs: 'functions::next(); loop { std::thread::park(); }',
  stops: 'eprintln!("a variable is missing"); std::process::exit(3);',
  asks: 'let (id, _) = functions::next(); functions::ask_aws(); functions::answer(&id, "null");',
};

/** Writes a crate of functions into `directory`. */
function crate(directory) {
  fs.mkdirSync(path.join(directory, 'src/bin'), { recursive: true });
  fs.writeFileSync(path.join(directory, 'Cargo.toml'), '[package]\nname = "functions"\nedition = "2021"\n\n[workspace]\n');
  fs.writeFileSync(path.join(directory, 'src/lib.rs'), LIBRARY);
  for (const [name, body] of Object.entries(BINARIES)) {
    fs.writeFileSync(path.join(directory, 'src/bin', `${name}.rs`), `fn main() {\n    ${body}\n}\n`);
  }
}

module.exports = { crate, binaries: Object.keys(BINARIES) };
