//! Responses of the derived impl.

use std::error::Error;
use std::fmt;

use lambda::Problem;
use serde_json::json;

#[derive(Debug)]
struct Broken(&'static str);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Broken {}

#[derive(Debug, Problem)]
enum ShopError {
    /// Nothing of this number.
    #[problem(status = 404, title = "Not here", detail = "no such {{thing}}")]
    NotFound,
    #[problem(status = 409, detail = "{count:>width$} of {limit} {type}s are gone")]
    SoldOut {
        count: u32,
        limit: u32,
        #[problem(skip)]
        width: usize,
        #[problem(skip)]
        r#type: &'static str,
    },
    #[problem(status = 503, type = "https://example.com/closed", retry_after = 60)]
    HTTPClosed(#[problem(skip)] u8, #[problem(cause)] Broken),
    #[problem(status = 500, type = "internal")]
    Internal {
        #[problem(cause)]
        source: Box<dyn Error + Send + Sync>,
    },
    #[problem(transparent)]
    Till(TillError),
    #[problem(status = 503, detail = "back in {seconds} s")]
    Break {
        #[problem(retry_after)]
        seconds: u32,
    },
    #[problem(status = 429)]
    Queue(#[problem(retry_after)] u32),
}

#[derive(Debug, Problem)]
enum TillError {
    /// It does not open.
    #[problem(status = 500)]
    Stuck(#[problem(cause)] Box<Broken>),
}

fn told(problem: &ShopError) -> serde_json::Value {
    serde_json::to_value(problem.details()).unwrap_or_default()
}

#[test]
fn a_variant_is_a_problem_of_its_own() {
    let expected = json!({
        "type": "urn:problem:not-found",
        "title": "Not here",
        "status": 404,
        "detail": "no such {thing}",
    });
    assert_eq!(told(&ShopError::NotFound), expected);
}

#[test]
fn named_fields_are_members_and_can_be_shown() {
    let problem = ShopError::SoldOut { count: 3, limit: 4, width: 2, r#type: "shoe" };
    let expected = json!({
        "type": "urn:problem:sold-out",
        "title": "Sold out",
        "status": 409,
        "detail": " 3 of 4 shoes are gone",
        "count": 3,
        "limit": 4,
    });
    assert_eq!(told(&problem), expected);
}

#[test]
fn a_cause_is_never_told_and_always_there() {
    let closed = ShopError::HTTPClosed(1, Broken("fuse"));
    assert_eq!(
        told(&closed),
        json!({ "type": "https://example.com/closed", "title": "HTTP closed", "status": 503, "detail": "HTTP closed" })
    );
    assert_eq!(closed.cause().unwrap().to_string(), "fuse");

    let internal = ShopError::Internal { source: Box::new(Broken("pipe")) };
    assert!(!told(&internal).to_string().contains("pipe"));
    assert_eq!(internal.cause().unwrap().to_string(), "pipe");

    assert!(ShopError::NotFound.cause().is_none());
}

#[test]
fn a_transparent_variant_is_what_it_holds() {
    let problem = ShopError::Till(TillError::Stuck(Box::new(Broken("lock"))));
    assert_eq!(told(&problem)["type"], "urn:problem:stuck");
    assert_eq!(problem.cause().unwrap().to_string(), "lock");
}

#[test]
fn a_field_says_after_how_many_seconds_to_try_again() {
    let pause = ShopError::Break { seconds: 90 };
    assert_eq!(pause.details().retry_after_seconds(), Some(90));
    let expected = json!({ "type": "urn:problem:break", "title": "Break", "status": 503, "detail": "back in 90 s" });
    assert_eq!(told(&pause), expected, "the seconds are a header, not a member");
    assert_eq!(ShopError::Queue(7).details().retry_after_seconds(), Some(7));
    assert_eq!(ShopError::HTTPClosed(1, Broken("fuse")).details().retry_after_seconds(), Some(60));
    assert_eq!(ShopError::NotFound.details().retry_after_seconds(), None);
    let documented: Vec<_> = ShopError::kinds().iter().map(|kind| kind.retry_after.is_some()).collect();
    assert_eq!(documented, [false, false, true, false, false, true, true]);
}

#[test]
fn every_kind_is_documented() {
    let kinds: Vec<_> = ShopError::kinds().iter().map(|kind| (kind.status, kind.kind, kind.description)).collect();
    let expected = [
        (404, "urn:problem:not-found", "Nothing of this number."),
        (409, "urn:problem:sold-out", ""),
        (503, "https://example.com/closed", ""),
        (500, "urn:problem:internal", ""),
        (500, "urn:problem:stuck", "It does not open."),
        (503, "urn:problem:break", ""),
        (429, "urn:problem:queue", ""),
    ];
    assert_eq!(kinds, expected);
}
