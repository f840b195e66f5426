//! Extracts an item's doc comment as plain text, for the API's documentation.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// Joins the lines of the doc comment, without their common indentation. Computed text (`#[doc = include_str!(..)]`) is
/// not available to a macro and is left out.
pub(crate) fn text(attrs: &[Attribute]) -> String {
    let lines: Vec<String> = attrs.iter().filter_map(written).flat_map(lines).collect();
    let shared = lines
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches(' ').len())
        .min()
        .unwrap_or(0);
    let text: Vec<&str> = lines.iter().map(|line| line.get(shared..).unwrap_or_default()).collect();
    text.join("\n").trim().to_owned()
}

fn written(attr: &Attribute) -> Option<String> {
    match &attr.meta {
        Meta::NameValue(doc) if doc.path.is_ident("doc") => match &doc.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// One line for `///`, several for `/** */`, without the leading stars.
fn lines(text: String) -> Vec<String> {
    let Some((first, rest)) = text.split_once('\n') else {
        return vec![text];
    };
    let rest: Vec<&str> = rest.lines().collect();
    let starred = rest.iter().all(|line| line.trim().is_empty() || line.trim_start().starts_with('*'));
    let first = Some(first).filter(|line| !line.trim().is_empty()).map(|line| format!(" {}", line.trim()));
    let rest = rest
        .into_iter()
        .map(|line| if starred { line.trim_start().trim_start_matches('*').to_owned() } else { line.to_owned() });
    first.into_iter().chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn lines_lose_the_space_they_share_and_keep_the_rest() {
        let item: syn::ItemFn = parse_quote! {
            /// Book a resource.
            ///
            /// - once
            ///   - or twice
            fn book() {}
        };
        assert_eq!(text(&item.attrs), "Book a resource.\n\n- once\n  - or twice");
    }

    #[test]
    fn a_block_comment_loses_its_stars() {
        let item: syn::ItemFn = syn::parse_str("/** Book.\n * Twice.\n */\nfn book() {}").unwrap();
        assert_eq!(text(&item.attrs), "Book.\nTwice.");
    }

    #[test]
    fn no_comment_is_no_text() {
        let item: syn::ItemFn = parse_quote! { #[doc(hidden)] #[doc = include_str!("x")] fn book() {} };
        assert_eq!(text(&item.attrs), "");
    }
}
