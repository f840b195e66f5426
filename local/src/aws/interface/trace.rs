//! X-Ray trace headers:
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>.

use chrono::Utc;
use uuid::Uuid;

/// The trace of a request.
#[derive(Debug, Clone)]
pub(crate) struct Trace {
    root: String,
    sampled: bool,
}

impl Trace {
    /// A new trace.
    pub(crate) fn start() -> Self {
        let random = Uuid::new_v4().simple().to_string();
        // Not sampled: without the X-Ray daemon, segments have no recipient.
        Self { root: format!("1-{:08x}-{}", Utc::now().timestamp(), &random[..24]), sampled: false }
    }

    /// The trace in a client's `X-Amzn-Trace-Id` header, else a new one. It is sampled if the header says so.
    pub(crate) fn of_header(header: Option<&str>) -> Self {
        let part = |name: &str| header?.split(';').find_map(|part| part.trim().strip_prefix(name));
        match part("Root=").filter(|root| is_root(root)) {
            Some(root) => Self { root: root.to_owned(), sampled: part("Sampled=") == Some("1") },
            None => Self::start(),
        }
    }

    /// The header that the gateway forwards.
    pub(crate) fn header(&self) -> String {
        format!("Root={}", self.root)
    }

    /// The header of an invocation, with a new parent segment.
    pub(crate) fn invocation(&self) -> String {
        let parent = Uuid::new_v4().simple().to_string();
        format!("Root={};Parent={};Sampled={}", self.root, &parent[..16], u8::from(self.sampled))
    }
}

fn is_root(root: &str) -> bool {
    let mut parts = root.split('-');
    let mut hex = |length: usize| {
        parts.next().is_some_and(|part| part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    hex(1) && hex(8) && hex(24) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::Trace;

    #[test]
    fn a_clients_trace_is_kept_and_nonsense_is_replaced() {
        let root = "1-67891233-abcdef012345678912345678";
        assert_eq!(Trace::of_header(Some(&format!("Self=x;Root={root};Sampled=1"))).header(), format!("Root={root}"));
        for nonsense in [None, Some("Root=1-x-y"), Some(""), Some("Root=\u{e9}")] {
            let header = Trace::of_header(nonsense).header();
            assert_eq!(header.len(), "Root=".len() + root.len(), "{header}");
        }
        assert!(Trace::start().invocation().ends_with(";Sampled=0"));
        assert!(Trace::of_header(Some(&format!("Root={root};Sampled=1"))).invocation().ends_with(";Sampled=1"));
    }
}
