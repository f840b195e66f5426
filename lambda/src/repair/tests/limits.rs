//! Types without an end, and bodies that are made to be slow.

use super::shapes::{All, Car};
use super::*;

#[derive(Debug, Deserialize)]
#[expect(dead_code)]
enum Endless {
    Both(Box<Endless>, Box<Endless>),
    Not(Box<Endless>),
}

#[derive(Debug, Deserialize, Validate)]
#[garde(allow_unvalidated)]
#[expect(dead_code)]
struct Holder {
    endless: Endless,
    count: u8,
}

#[test]
fn a_type_that_holds_itself_is_refused_like_any_other() {
    assert_eq!(pointers(of::<Holder>(r#"{"endless": 1, "count": "x"}"#)), ["/count", "/endless"]);
}

/// The body has the maximum size and needs many readings: without the limits it would take minutes.
#[test]
fn a_body_that_is_made_to_be_slow_is_answered() {
    let fill = |head: &str, piece: &str, tail: &str| {
        let pieces = vec![piece; (64 * 1024 - head.len() - tail.len()) / (piece.len() + 1)];
        format!("{head}{}{tail}", pieces.join(","))
    };
    for (piece, found) in [
        (r#"{"kind":"loose","of":[]}"#, 0),
        (r#"{"kind":"either","of":[1,2]}"#, 0),
        (r#"{"kind":"points","all":[5]}"#, MOST),
        (r#"{"of":1}"#, MOST),
    ] {
        assert_eq!(of::<All>(&fill(r#"{"lists": ["#, piece, "]}")).len(), found, "{piece}");
    }
    assert_eq!(of::<All>(&fill(r#"{"points": ["#, "[1,2]", "]}")).len(), MOST);
    let plates = fill(r#"{"plate": "x", "seats": "x", "owner": "a", "spare": ["#, r#""y""#, "]}");
    assert_eq!(of::<Car>(&plates).len(), MOST);
    let deep = fill(&format!("{{\"free\": {}", "[".repeat(126)), "[]", &format!("{}}}", "]".repeat(126)));
    assert_eq!(of::<All>(&deep), []);
}
