//! Helpers for the tests of both macros.

use std::path::Path;

use proc_macro2::TokenStream;

/// The messages of the `compile_error!`s.
pub(crate) fn messages_of(file: &syn::File) -> Vec<String> {
    file.items
        .iter()
        .filter_map(|item| match item {
            syn::Item::Macro(item) if item.mac.path.segments.last()?.ident == "compile_error" => {
                Some(item.mac.parse_body::<syn::LitStr>().ok()?.value())
            }
            _ => None,
        })
        .collect()
}

/// Compares the expansion with the checked-in file; with `BLESS=1` in the environment, writes the file.
#[track_caller]
pub(crate) fn expansion(name: &str, tokens: TokenStream) {
    let file: syn::File = syn::parse2(tokens).expect("the expansion is Rust");
    assert_eq!(messages_of(&file), Vec::<String>::new());
    let actual = prettyplease::unparse(&file);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expansion").join(name).with_extension("rs");
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert_eq!(actual, expected, "the expansion changed; if that is meant, run the tests with BLESS=1");
}
