//! The last requests to the gateway, with their answers.

use axum::http::{HeaderMap, Method, StatusCode, header};

use super::kept::Kept;
use super::ring::Ring;
use crate::aws::interface::clock::now;
use crate::aws::interface::observe::{Answer, RequestHead};

/// Requests that are kept.
const MOST: usize = 1_000;
/// Bytes of all bodies and headers together. Beyond it, the oldest requests lose theirs.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// Bytes of a path with its query, and of the headers of a request or an answer, that are kept.
const MOST_HEAD: usize = 16 * 1024;
/// The status of a request whose client disconnected before the answer. API Gateway's access log has 499, too.
const DISCONNECTED: u16 = 499;

/// A request.
pub(super) struct Request {
    pub id: String,
    pub method: Method,
    pub path: String,
    pub query: Option<String>,
    /// Milliseconds since 1970.
    pub started: f64,
    pub ended: Option<f64>,
    pub status: Option<u16>,
    pub function: Option<String>,
    /// The root of its X-Ray trace.
    pub trace: Option<String>,
    pub headers: HeaderMap,
    /// Whether path, query or headers were too long to be kept.
    pub beheaded: bool,
    pub body: Kept,
    /// `None` until the answer.
    pub answer: Option<(HeaderMap, Kept)>,
}

/// The requests.
pub(super) struct Requests {
    ring: Ring<Request>,
    /// Bytes that bodies and headers take.
    bytes: usize,
}

impl Requests {
    pub(super) fn new() -> Self {
        Self { ring: Ring::new(MOST), bytes: 0 }
    }

    pub(super) fn begin(&mut self, head: &RequestHead<'_>) {
        let RequestHead { id, method, uri, headers, .. } = head;
        let target = uri.path_and_query().map_or(0, |target| target.as_str().len());
        let beheaded = target + size(headers) > MOST_HEAD;
        let short = |text: &str| {
            if beheaded { text.chars().take(MOST_HEAD / 16).collect() } else { text.to_owned() }
        };
        let request = Request {
            id: (*id).to_owned(),
            method: (*method).clone(),
            path: short(uri.path()),
            query: uri.query().map(short),
            started: now(),
            ended: None,
            status: None,
            function: None,
            trace: None,
            headers: if beheaded { HeaderMap::new() } else { (*headers).clone() },
            beheaded,
            body: Kept::unread(announced(headers)),
            answer: None,
        };
        self.bytes += request.size();
        if let Some(dropped) = self.ring.push(request.id.clone(), request) {
            self.bytes -= dropped.size();
        }
        self.shrink();
    }

    pub(super) fn read(&mut self, id: &str, body: &[u8]) {
        self.change(id, |request| request.body = Kept::of(body));
    }

    pub(super) fn route(&mut self, id: &str, function: &str, trace: &str) {
        self.change(id, |request| {
            request.function = Some(function.to_owned());
            request.trace = Some(trace.to_owned());
        });
    }

    pub(super) fn end(&mut self, id: &str, answer: Option<Answer<'_>>) {
        self.change(id, |request| {
            request.ended = Some(now());
            request.status = Some(answer.as_ref().map_or(DISCONNECTED, |answer| answer.status.as_u16()));
            request.answer = answer.map(|Answer { headers, body, .. }| {
                let headers = if size(headers) > MOST_HEAD { HeaderMap::new() } else { headers.clone() };
                (headers, Kept::of(body))
            });
        });
    }

    pub(super) fn get(&self, id: &str) -> Option<&Request> {
        self.ring.get(id)
    }

    /// Newest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Request> {
        self.ring.iter().rev()
    }

    fn change(&mut self, id: &str, change: impl FnOnce(&mut Request)) {
        let Some(request) = self.ring.get_mut(id) else { return };
        self.bytes -= request.size();
        change(request);
        self.bytes += request.size();
        self.shrink();
    }

    fn shrink(&mut self) {
        for request in self.ring.iter_mut() {
            if self.bytes <= MOST_BYTES {
                return;
            }
            self.bytes -= request.size();
            request.body.empty();
            if let Some((_, body)) = &mut request.answer {
                body.empty();
            }
            self.bytes += request.size();
        }
    }
}

impl Request {
    /// Whether it failed: with a status of the server's fault.
    pub(super) fn failed(&self) -> bool {
        self.status.is_some_and(|status| status >= StatusCode::INTERNAL_SERVER_ERROR.as_u16())
    }

    fn size(&self) -> usize {
        let answer = self.answer.as_ref().map_or(0, |(headers, body)| size(headers) + body.size());
        size(&self.headers) + self.body.size() + answer
    }
}

fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}

/// The length that the client announced. One byte where the length is open: something is to come.
fn announced(headers: &HeaderMap) -> usize {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    length.unwrap_or_else(|| usize::from(headers.contains_key(header::TRANSFER_ENCODING)))
}
