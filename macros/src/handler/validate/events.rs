//! Checks of the arguments of handlers without a client: one owned argument, the event.

use syn::Type;

use crate::errors::Errors;
use crate::handler::args::Trigger;
use crate::handler::signature::{Argument, Function, Source};
use crate::types::{last_segment, shown};

pub(super) fn check(trigger: &Trigger, function: &Function, arguments: &[Argument], errors: &mut Errors) {
    // The event's type is found by its name; an alias is found by the bounds in the expansion.
    let (handler, event, name, add) = match trigger {
        Trigger::Http(_) => return,
        Trigger::Stream => {
            let add = "takes the records it is called with: add `records: Records`";
            ("a stream handler", "its event", "Records", Some(add))
        }
        Trigger::Schedule => ("a schedule handler", "its event", "Tick", None),
        Trigger::Queue(_) => {
            let add = "takes the message it is called with: add `message: Message<Order>`, with the type of the body";
            ("a queue handler", "its message", "Message", Some(add))
        }
        Trigger::Event => {
            let add = "takes the event it is called with: add `event: BusEvent<Order>`, with the type of the detail";
            ("an event handler", "its event", "BusEvent", Some(add))
        }
    };
    let is_lent = lent(arguments, name, errors);
    let owned: Vec<&Type> = arguments.iter().filter_map(Argument::owned).collect();
    if let (true, false, Some(add)) = (owned.is_empty(), is_lent, add) {
        errors.on(&function.sig.ident, format!("{handler} {add}"));
    }
    // The event may stand at any place.
    let taken = owned.iter().position(|ty| is_called(ty, name)).unwrap_or_default();
    for (_, ty) in owned.into_iter().enumerate().filter(|(place, _)| *place != taken) {
        errors.on(
            ty,
            format!("{handler} takes one owned argument, {event}; borrow what is built once: `&{}`", shown(ty)),
        );
    }
}

fn is_called(ty: &Type, event: &str) -> bool {
    last_segment(ty).is_some_and(|(name, _)| name == event)
}

/// Reports an event that is borrowed. Returns whether there is one.
fn lent(arguments: &[Argument], event: &str, errors: &mut Errors) -> bool {
    let mut found = false;
    for Argument { source, .. } in arguments {
        if let Source::Borrowed { written, inner } = source
            && is_called(inner, event)
        {
            found = true;
            errors.on(
                written,
                format!("an event is taken by value, since what is borrowed is built once: write `{}`", shown(inner)),
            );
        }
    }
    found
}
