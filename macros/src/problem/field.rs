//! Fields of a variant: members of the problem, and those that are marked as something else.

use syn::ext::IdentExt;
use syn::{Fields, Ident, Type};

use super::parse::attributes;
use crate::errors::Errors;

/// Members that every problem has (RFC 9457, section 3.1), and the list of faults.
const OWN_MEMBERS: [&str; 6] = ["type", "title", "status", "detail", "instance", "errors"];
/// The options of a field.
pub(super) const OPTIONS: [&str; 3] = ["skip", "cause", "retry_after"];

pub(crate) struct Field {
    /// The name; `None` for the field of a tuple.
    pub(crate) ident: Option<Ident>,
    pub(crate) ty: Type,
    pub(crate) role: Role,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Member,
    Skipped,
    Cause,
    /// The seconds of `Retry-After`.
    RetryAfter,
}

/// Reads the fields. Mistakes are reported in `errors`.
pub(super) fn fields(written: &Fields, errors: &mut Errors) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for field in written {
        let settings = attributes(&field.attrs, "a field's `#[problem(..)]`", &OPTIONS, errors);
        for setting in &settings {
            setting.flag(errors);
        }
        if let [first, second, ..] = settings.as_slice() {
            let (first, second_name) = (&first.name, &second.name);
            errors.on(
                second_name,
                format!(
                    "what is marked `{first}` is never a member of the problem; remove `{second_name}`, or `{first}`"
                ),
            );
        }
        let role = match settings.first().map(|setting| setting.name.to_string()).as_deref() {
            Some("cause") => Role::Cause,
            Some("retry_after") => Role::RetryAfter,
            Some(_) => Role::Skipped,
            None => Role::Member,
        };
        if let Some(setting) = settings.first()
            && fields.iter().any(|earlier| earlier.role == role)
        {
            match role {
                Role::Cause => {
                    errors.on(&setting.name, "a variant has one cause; mark the other field `#[problem(skip)]`");
                }
                Role::RetryAfter => {
                    errors
                        .on(&setting.name, "a variant has one `retry_after`; mark the other field `#[problem(skip)]`");
                }
                Role::Member | Role::Skipped => {}
            }
        }
        if role == Role::Member && settings.is_empty() && !was_marked(field) {
            member(field, errors);
        }
        fields.push(Field { ident: field.ident.clone(), ty: field.ty.clone(), role });
    }
    fields
}

/// Whether the field has an attribute. If it could not be parsed, it has an error already and needs no second one.
fn was_marked(field: &syn::Field) -> bool {
    field.attrs.iter().any(|attr| attr.path().is_ident("problem"))
}

fn member(field: &syn::Field, errors: &mut Errors) {
    let Some(ident) = &field.ident else {
        errors.on(
            &field.ty,
            "a field without a name cannot be a member of the problem; name it, or mark it `#[problem(cause)]`, `#[problem(retry_after)]` or `#[problem(skip)]`; if it is a problem itself, mark the variant `#[problem(transparent)]`",
        );
        return;
    };
    let name = ident.unraw().to_string();
    if OWN_MEMBERS.contains(&name.as_str()) {
        errors.at(
            ident.span(),
            format!("`{name}` is a member that every problem has (RFC 9457); rename the field, or mark it `#[problem(skip)]`"),
        );
    }
}
