//! Validation rules of garde, and the JSON pointers of the values that break them.

use std::borrow::Cow;
use std::fmt::Display;

use garde::Validate;
use garde::error::Path;
use garde::i18n::{I18n, InvalidCreditCard, InvalidEmail, InvalidPhoneNumber, InvalidUrl, IpKind, with_i18n};

use super::trial::{Broken, Reads, Trial};
use crate::Fault;
use crate::document::{Node, pointer};

/// Beginning of the message for two values that have to be equal.
pub(super) const SAME: &str = "must be the same as ";

/// Every rule that `value` breaks.
pub(super) fn broken(value: &impl Validate<Context = ()>) -> Vec<Broken> {
    let Err(report) = with_i18n(Words, || value.validate()) else { return Vec::new() };
    report.iter().map(|(path, error)| (path.clone(), error.message().to_owned())).collect()
}

/// The same as faults of the document that the value was read from, in the order of their pointers.
pub(super) fn faults(broken: Vec<Broken>, document: &mut Node, reads: Reads) -> Vec<Fault> {
    let mut trial = Trial::new(document, reads);
    let placed = broken.into_iter().map(|broken| {
        let at = place(&broken, document, &mut trial);
        Fault::new(at, broken.1)
    });
    let mut faults: Vec<_> = placed.collect();
    // A map has no order of its own.
    faults.sort_by(|one, other| one.pointer.cmp(&other.pointer));
    faults
}

/// The JSON pointer of a broken rule. garde's path has the names of Rust's fields.
fn place(broken: &Broken, document: &mut Node, trial: &mut Trial) -> String {
    let steps = steps(&broken.0);
    let (known, whole) = led(&steps, document);
    if whole {
        return known;
    }
    match trial.find(document, &known, broken) {
        Some(found) => found,
        None => likely(&steps, document),
    }
}

/// How far the steps lead by the names of members, and whether that is all the way.
fn led(steps: &[(bool, String)], document: &Node) -> (String, bool) {
    let (mut at, mut node) = (String::new(), document);
    for (indexed, step) in steps {
        let Some((token, child)) = child_like(node, step, *indexed) else { return (at, false) };
        at = pointer::child(&at, &token);
        node = child;
    }
    (at, true)
}

/// The likely pointer of the steps. Levels that exist only in the document are searched for: the variant of an enum, a name
/// in another case, the value of a newtype.
fn likely(steps: &[(bool, String)], document: &Node) -> String {
    let mut steps = steps.iter().cloned().peekable();
    let (mut at, mut node) = (String::new(), Some(document));
    while let Some((indexed, step)) = steps.next() {
        let direct = node.and_then(|node| child_like(node, &step, indexed));
        let within = || {
            let node = node?;
            let holding = node.children().into_iter().filter_map(|(token, child)| {
                child_like(child, &step, indexed).map(|found| (vec![token.into_owned(), found.0], found.1))
            });
            let mut holding: Vec<_> = holding.collect();
            holding.pop().filter(|_| holding.is_empty())
        };
        if let Some((token, child)) = direct {
            at = pointer::child(&at, &token);
            node = Some(child);
        } else if indexed && step == "0" && !matches!(node, Some(Node::Array(..))) && only_member(node).is_none() {
            // The only field of a newtype.
        } else if let Some((tokens, child)) = within() {
            at = tokens.iter().fold(at, |at, token| pointer::child(&at, token));
            node = Some(child);
        } else if let Some((token, child)) = only_member(node).filter(|_| indexed) {
            at = pointer::child(&at, &token);
            node = Some(child);
        } else if steps
            .peek()
            .is_some_and(|(indexed, next)| node.is_some_and(|node| child_like(node, next, *indexed).is_some()))
        {
            // A flattened struct: its fields are members of the outer object.
        } else {
            at = pointer::child(&at, &step);
            node = None;
        }
    }
    at
}

/// The parts of a path of garde in its serialized form: kinds and names. Its text form is ambiguous for names with dots
/// and brackets.
fn steps(path: &Path) -> Vec<(bool, String)> {
    let steps = serde_json::to_value(path).and_then(serde_json::from_value::<Vec<(String, String)>>);
    let steps = steps.unwrap_or_default().into_iter();
    steps.filter(|(kind, _)| kind != "none").map(|(kind, name)| (kind == "index", name)).collect()
}

/// The member or item of this name; otherwise the only member whose name differs in case alone.
fn child_like<'t, 'a>(node: &'t Node<'a>, step: &str, indexed: bool) -> Option<(String, &'t Node<'a>)> {
    match node {
        Node::Array(..) if indexed => node.child(step).map(|child| (step.to_owned(), child)),
        Node::Object(members) if !indexed => {
            if let Some(child) = node.child(step) {
                return Some((step.to_owned(), child));
            }
            let field = step.trim_start_matches("r#");
            let mut like = members.iter().filter(|(name, _)| letters(name).eq(letters(field)));
            like.next().filter(|_| like.next().is_none()).map(|(name, child)| (name.to_string(), child))
        }
        _ => None,
    }
}

fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|letter| !['_', '-'].contains(letter)).map(|letter| letter.to_ascii_lowercase())
}

fn only_member<'t, 'a>(node: Option<&'t Node<'a>>) -> Option<(String, &'t Node<'a>)> {
    match node? {
        Node::Object(members) => match members.as_slice() {
            [(name, child)] => Some((name.to_string(), child)),
            _ => None,
        },
        _ => None,
    }
}

/// Messages of garde, reworded as rules: what a value must be.
struct Words;

type Text = Cow<'static, str>;

impl I18n for Words {
    fn length_lower_than(&self, least: usize) -> Text {
        format!("must be at least {least} long").into()
    }

    fn length_greater_than(&self, most: usize) -> Text {
        format!("must be at most {most} long").into()
    }

    fn range_lower_than(&self, least: &dyn Display) -> Text {
        format!("must be at least {least}").into()
    }

    fn range_greater_than(&self, most: &dyn Display) -> Text {
        format!("must be at most {most}").into()
    }

    fn credit_card_invalid(&self, _: InvalidCreditCard) -> Text {
        "must be the number of a credit card".into()
    }

    fn pattern_no_match(&self, pattern: &dyn Display) -> Text {
        format!("must match the pattern {pattern}").into()
    }

    fn contains_missing(&self, part: &dyn Display) -> Text {
        format!("must contain \"{part}\"").into()
    }

    fn url_invalid(&self, _: InvalidUrl) -> Text {
        "must be a URL".into()
    }

    fn prefix_missing(&self, prefix: &dyn Display) -> Text {
        format!("must begin with \"{prefix}\"").into()
    }

    fn suffix_missing(&self, suffix: &dyn Display) -> Text {
        format!("must end with \"{suffix}\"").into()
    }

    fn phone_number_invalid(&self, _: InvalidPhoneNumber) -> Text {
        "must be a phone number".into()
    }

    fn ip_invalid(&self, kind: IpKind) -> Text {
        format!("must be an {kind} address").into()
    }

    fn matches_field_mismatch(&self, field: &dyn Display) -> Text {
        format!("{SAME}`{field}`").into()
    }

    fn email_invalid(&self, _: InvalidEmail) -> Text {
        "must be an email address".into()
    }

    fn ascii_invalid(&self) -> Text {
        "must be ASCII".into()
    }

    fn alphanumeric_invalid(&self) -> Text {
        "must be letters and digits".into()
    }

    fn required_not_set(&self) -> Text {
        "is missing".into()
    }
}
