//! X-Ray trace headers:
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>.

use chrono::Utc;
use uuid::Uuid;

/// The trace of a request.
#[derive(Debug, Clone)]
pub(crate) struct Trace {
    root: String,
    /// `None` leaves the decision to Lambda, as a header without `Sampled` or with `Sampled=?` does.
    sampled: Option<bool>,
}

impl Trace {
    /// A new trace.
    pub(crate) fn start() -> Self {
        let random = Uuid::new_v4().simple().to_string();
        Self { root: format!("1-{:08x}-{}", Utc::now().timestamp(), &random[..24]), sampled: None }
    }

    /// The trace in a client's `X-Amzn-Trace-Id` header, else a new one. It is sampled if the header says so.
    pub(crate) fn of_header(header: Option<&str>) -> Self {
        let part = |name: &str| part(header?, name);
        let sampled = match part("Sampled") {
            Some("1") => Some(true),
            Some("0") => Some(false),
            _ => None,
        };
        match part("Root").filter(|root| is_root(root)) {
            Some(root) => Self { root: root.to_owned(), sampled },
            None => Self::start(),
        }
    }

    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    /// The header that the gateway forwards.
    pub(crate) fn header(&self) -> String {
        format!("Root={}", self.root)
    }

    /// The header of an invocation, with its segment. `sampled` decides where the client did not.
    pub(crate) fn invocation(&self, segment: &str, sampled: bool) -> String {
        let sampled = self.sampled.unwrap_or(sampled);
        format!("Root={};Parent={segment};Sampled={}", self.root, u8::from(sampled))
    }
}

/// The id of a new segment: 16 hexadecimal digits.
pub(crate) fn segment() -> String {
    let random = Uuid::new_v4().simple().to_string();
    random[..16].to_owned()
}

/// The segment that sent a request, from its trace header.
pub(crate) fn parent(header: &str) -> Option<&str> {
    part(header, "Parent").filter(|parent| parent.len() == 16 && parent.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn part<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    header.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
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
    use super::{Trace, parent, segment};

    #[test]
    fn a_clients_trace_is_kept_and_nonsense_is_replaced() {
        let root = "1-67891233-abcdef012345678912345678";
        assert_eq!(Trace::of_header(Some(&format!("Self=x;Root={root};Sampled=1"))).header(), format!("Root={root}"));
        for nonsense in [None, Some("Root=1-x-y"), Some(""), Some("Root=\u{e9}")] {
            let header = Trace::of_header(nonsense).header();
            assert_eq!(header.len(), "Root=".len() + root.len(), "{header}");
        }
    }

    #[test]
    fn a_client_decides_on_sampling_and_lambda_where_it_leaves_that_open() {
        let root = "1-67891233-abcdef012345678912345678";
        for (sampling, lambda, expected) in [
            (";Sampled=1", false, '1'),
            (";Sampled=0", true, '0'),
            (";Sampled=?", true, '1'),
            (";Sampled=?", false, '0'),
            ("", true, '1'),
            ("", false, '0'),
        ] {
            let trace = Trace::of_header(Some(&format!("Root={root}{sampling}")));
            let header = trace.invocation("53995c3f42cd8ad8", lambda);
            assert_eq!(header, format!("Root={root};Parent=53995c3f42cd8ad8;Sampled={expected}"), "{sampling}");
            assert_eq!(parent(&header), Some("53995c3f42cd8ad8"));
        }
        assert!(Trace::start().invocation(&segment(), true).ends_with(";Sampled=1"));
    }

    #[test]
    fn a_header_without_a_segment_has_no_parent() {
        for header in [
            "",
            "Root=1;Sampled=1",
            "Parent=",
            "Parent=53995c3f42cd8ad",
            "Parent=53995c3f42cd8adx",
            "Parented=53995c3f42cd8ad8",
        ] {
            assert_eq!(parent(header), None, "{header}");
        }
    }
}
