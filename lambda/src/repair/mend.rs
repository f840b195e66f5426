//! Handling of one fault: record it, and replace or remove the value, so that the document can be read again.

use std::borrow::Cow;

use super::copied::{Copied, Refused};
use super::{MOST, rules};
use crate::Fault;
use crate::document::search::{all, any, only, stand_in_on};
use crate::document::{AS_OBJECT, Kind, Node, Refusal, Seen, UNFIT, copies, pointer};

/// How many kinds of stand-ins are tried for one value.
const KINDS: u8 = 12;

/// Faults found so far, and the changes made to the document.
#[derive(Debug)]
pub(super) struct Repair {
    pub(super) faults: Vec<Fault>,
    /// Places whose value is no longer the client's.
    altered: Vec<String>,
    /// Places where a member is missing.
    missing: Vec<String>,
    /// Places of objects that lost a member, so that their length has changed.
    shortened: Vec<String>,
    /// Places for which no stand-in was accepted, each with the number of faults known at that time. These are read
    /// last.
    postponed: Vec<(String, usize)>,
    copied: Copied,
}

impl Repair {
    pub(super) fn new(document: &Node) -> Self {
        let copied = Copied::new(document);
        Self {
            faults: Vec::new(),
            altered: Vec::new(),
            missing: Vec::new(),
            shortened: Vec::new(),
            postponed: Vec::new(),
            copied,
        }
    }

    fn note(&mut self, at: &str, rule: impl Into<Cow<'static, str>>) {
        let fault = Fault::new(at, rule);
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// Records values that are invalid whatever type they are read as, including those that no type reads.
    pub(super) fn note_flaws(&mut self, node: &mut Node, at: &str) {
        if let Node::Flaw(rule) = node {
            self.note(at, *rule);
            self.stand_in(node, at);
        }
        match node {
            Node::Object(members) => {
                for (name, member) in members.iter_mut().filter(|(_, member)| member.may_hold_flaws()) {
                    self.note_flaws(member, &pointer::child(at, name));
                }
            }
            Node::Array(items, _) => {
                for (index, item) in items.iter_mut().filter(|(_, item)| item.may_hold_flaws()) {
                    self.note_flaws(item, &pointer::child(at, &index.to_string()));
                }
            }
            _ => {}
        }
    }

    fn stand_in(&mut self, node: &mut Node, at: &str) {
        *node = Node::StandIn(0);
        self.altered.push(at.to_owned());
    }

    /// Handles one refusal. `true` if the document was changed, so that reading it again makes sense.
    pub(super) fn mend(&mut self, document: &mut Node, refusal: Refusal, refused: Refused) -> bool {
        let (place, kind, settled) = refusal.into_parts();
        if let Some(at) = stand_in_on(document, &place) {
            // The value is a stand-in, but its name is still the client's.
            return match kind {
                Kind::Unknown(_) | Kind::Name(_) if at == place => Self::take_out(document, &at),
                _ => self.try_next(document, &at),
            };
        }
        if let Kind::Told(rule) = &kind
            && let Some(at) = self.copied.told(document, &place, &kind, refused)
        {
            if matches!(document.find(&at), Some(Node::StandIn(_))) {
                return self.try_next(document, &at) || self.replace_unnoted(document, &place);
            }
            let shown = document.find(&at).is_some_and(|node| shows(rule, node));
            return self.replace(document, &at, if shown { UNFIT.to_owned() } else { rule.clone() });
        }
        let Some(node) = document.find(&place) else {
            // The value is not in the document: serde made it up.
            return false;
        };
        let blamed = match kind {
            Kind::Told(_) => self.stand_in_in(node, &place, &|_| true),
            // The missing member may be one of an object that stands in for a struct.
            Kind::Missing(_) if !settled => self.stand_in_in(node, &place, &|tried| tried == AS_OBJECT),
            _ => None,
        };
        if let Some(at) = blamed {
            return self.try_next(document, &at) || self.replace_unnoted(document, &place);
        }
        match kind {
            Kind::Name(rule) => {
                self.note(&place, rule);
                self.shortened.extend(pointer::split(&place).map(|(holder, _)| holder.to_owned()));
                Self::take_out(document, &place)
            }
            Kind::Told(rule) => {
                let rule = if shows(&rule, node) { UNFIT.to_owned() } else { rule };
                self.replace(document, &place, rule)
            }
            Kind::Unknown(known) => self.remove(document, &place, known),
            Kind::Stranger(name, known) => match only(node, &place, &|node, _| node.child(&name).is_some()) {
                Some(holder) => self.remove(document, &pointer::child(&holder, &name), known),
                None => self.replace(document, &place, "has a member that is not known"),
            },
            Kind::Missing(name) if settled && matches!(node, Node::Object(_)) && node.child(name).is_none() => {
                let at = pointer::child(&place, name);
                self.note(&at, "is missing");
                self.missing.push(at.clone());
                self.altered.push(at);
                if let Some(Node::Object(members)) = document.find_mut(&place) {
                    members.push((Cow::Borrowed(name), Node::StandIn(0)));
                }
                true
            }
            Kind::Missing(name) if matches!(node, Node::Object(_)) && node.child(name).is_none() => {
                self.note(&pointer::child(&place, name), "is missing");
                self.replace_unnoted(document, &place)
            }
            Kind::Missing(name) => self.replace(document, &place, format!("lacks the member `{name}`")),
            Kind::Unfit(seen, rule) if !settled => self.mend_inside(document, &place, &seen, rule, refused),
            Kind::Rule(rule) | Kind::Unfit(_, rule) => self.replace(document, &place, rule),
        }
    }

    /// Finds a struct that was read from an array, in values that serde copied. Looks at a limited number of arrays.
    pub(super) fn mend_copies(&mut self, document: &mut Node, reads: &dyn Fn(&Node) -> bool) -> bool {
        let is_copied = |node: &Node, _: &str| matches!(node, Node::Array(_, copied) if copied.get());
        if !any(document, &is_copied) {
            return false;
        }
        let mut copied = Vec::new();
        all(document, "", &is_copied, &mut copied);
        let structs = copied.into_iter().take(MOST).find(|at| copies::is_struct(document, at, reads));
        structs.is_some_and(|at| self.replace(document, &at, "must be an object, not an array"))
    }

    /// Handles a value that serde read from a copy, where the place is not exact: the fault is at the node that has
    /// this value, if there is exactly one.
    fn mend_inside(&mut self, document: &mut Node, place: &str, seen: &Seen, rule: String, refused: Refused) -> bool {
        let Some(node) = document.find(place) else { return false };
        if !matches!(node, Node::Object(_) | Node::Array(..)) {
            return match node.spelled() {
                Some(spelled) => document.set(place, spelled),
                None => self.replace(document, place, rule),
            };
        }
        // A stand-in for a missing tag chooses a variant: faults of that variant's content are not the client's.
        let chosen = *seen == Seen::Else && self.missing.iter().any(|at| pointer::leads_into(at, place));
        let found = if chosen { None } else { self.copied.seen(document, place, seen, &rule, refused) };
        if let Some(at) = found {
            // The wording omits the type of a query parameter: it is always a string.
            let parameter = matches!(document.find(&at), Some(Node::Parameter(_)));
            let rule = if parameter { rule.trim_end_matches(", not a string").to_owned() } else { rule };
            if self.altered.contains(&at) {
                return self.replace_unnoted(document, &at);
            }
            if let Some(spelled) = document.find(&at).and_then(Node::spelled) {
                return document.set(&at, spelled);
            }
            // In a copy, a stand-in does not know the names of variants.
            if let Some(name) = first_of(&rule) {
                let name = name.to_owned();
                self.note(&at, rule);
                let set = document.set(&at, Node::Text(Cow::Owned(name)));
                self.altered.push(at);
                return set;
            }
            return self.replace(document, &at, rule);
        }
        // A stand-in of the wrong kind is not the client's fault.
        let Some(node) = document.find(place) else { return false };
        match self.stand_in_in(node, place, &|_| true) {
            Some(at) => self.try_next(document, &at) || self.replace_unnoted(document, place),
            None => self.replace(document, place, format!("has a value in it that {rule}")),
        }
    }

    /// The first stand-in in `node`, which is at `at`. Prefers one for which not all kinds have been tried.
    fn stand_in_in(&self, node: &Node, at: &str, test: &dyn Fn(u8) -> bool) -> Option<String> {
        let mut found = Vec::new();
        all(node, at, &|node, _| matches!(node, Node::StandIn(tried) if test(*tried)), &mut found);
        let is_over = |at: &String| self.postponed.iter().any(|(postponed, _)| postponed == at);
        found.iter().find(|at| !is_over(at)).or(found.first()).cloned()
    }

    fn replace(&mut self, document: &mut Node, at: &str, rule: impl Into<Cow<'static, str>>) -> bool {
        self.note(at, rule);
        self.replace_unnoted(document, at)
    }

    fn replace_unnoted(&mut self, document: &mut Node, at: &str) -> bool {
        // The whole document cannot be replaced.
        match document.find_mut(at).filter(|_| !at.is_empty()) {
            Some(node) => {
                self.stand_in(node, at);
                true
            }
            None => false,
        }
    }

    fn remove(&mut self, document: &mut Node, at: &str, known: &[&str]) -> bool {
        let known = match known {
            [] => "is not known".to_owned(),
            known => {
                let known = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                format!("is not known; known are {known}")
            }
        };
        self.note(at, known);
        Self::take_out(document, at)
    }

    fn take_out(document: &mut Node, at: &str) -> bool {
        let Some((holder, name)) = pointer::split(at) else { return false };
        let Some(Node::Object(members)) = document.find_mut(holder) else { return false };
        let before = members.len();
        members.retain(|(member, _)| *member != name);
        members.len() < before
    }

    /// Tries the next kind of stand-in. After the last kind, moves the value behind all others.
    fn try_next(&mut self, document: &mut Node, at: &str) -> bool {
        let Some(Node::StandIn(tried)) = document.find_mut(at) else { return false };
        if *tried < KINDS {
            *tried += 1;
            return true;
        }
        // Postponing again makes sense only if other faults were found since the last time.
        if at.is_empty()
            || self.postponed.iter().any(|(postponed, known)| postponed == at && *known == self.faults.len())
        {
            return false;
        }
        self.postponed.retain(|(postponed, _)| postponed != at);
        self.postponed.push((at.to_owned(), self.faults.len()));
        let mut holder = document;
        for token in pointer::tokens(at) {
            holder.postpone(&token);
            match holder.child_mut(&token) {
                Some(child) => holder = child,
                None => return false,
            }
        }
        true
    }

    /// Records broken rules, except those that may be due to a stand-in.
    pub(super) fn note_rules(&mut self, broken: Vec<Fault>) {
        for fault in broken {
            let length = fault.detail.ends_with(" long");
            let made_up = self.altered.iter().any(|altered| {
                pointer::leads_into(&fault.pointer, altered) || !length && pointer::leads_into(altered, &fault.pointer)
            });
            let shortened = length && self.shortened.contains(&fault.pointer);
            let compared = fault.detail.starts_with(rules::SAME) && !self.altered.is_empty();
            if !(made_up || shortened || compared || self.faults.contains(&fault)) {
                self.faults.push(fault);
            }
        }
    }
}

/// The first of the names that a rule lists.
fn first_of(rule: &str) -> Option<&str> {
    let names = rule.strip_prefix("must be ")?;
    names.strip_prefix("one of ").unwrap_or(names).strip_prefix('`')?.split('`').next()
}

/// Whether the message contains the client's string.
fn shows(sentence: &str, node: &Node) -> bool {
    let (Node::Text(text) | Node::Parameter(text)) = node else { return false };
    let quoted = ['`', '"', '\''].iter().any(|quote| sentence.contains(&format!("{quote}{text}{quote}")));
    quoted || text.len() >= 8 && sentence.contains(&**text)
}
