//! Model of the handler's function: the parts that the expansion needs, with their tokens.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, FnArg, Ident, Pat, ReturnType, Type, Visibility};

use crate::types::plain;

/// The function as it was written. Its body stays unparsed, so that a half-typed body still expands.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: syn::Signature,
    pub(crate) body: TokenStream,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            attrs: input.call(Attribute::parse_outer)?,
            vis: input.parse()?,
            sig: input.parse()?,
            body: input.parse()?,
        })
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attrs, vis, sig, body } = self;
        tokens.extend(quote! { #(#attrs)* #vis #sig #body });
    }
}

impl Function {
    /// The arguments in order, without `self`.
    pub(crate) fn arguments(&self) -> Vec<Argument> {
        self.sig.inputs.iter().filter_map(Argument::new).collect()
    }

    /// The return type.
    pub(crate) fn answer(&self) -> Option<&Type> {
        match &self.sig.output {
            ReturnType::Default => None,
            ReturnType::Type(_, answer) => Some(answer),
        }
    }
}

pub(crate) struct Argument {
    pub(crate) pattern: Pat,
    /// The argument's name, if its pattern is a single name.
    pub(crate) name: Option<Ident>,
    pub(crate) source: Source,
}

/// The source of the value: the environment for a borrowed argument, the request or event for an owned one.
pub(crate) enum Source {
    Borrowed { written: Box<Type>, inner: Box<Type> },
    Owned(Box<Type>),
}

impl Argument {
    fn new(argument: &FnArg) -> Option<Self> {
        let FnArg::Typed(typed) = argument else {
            return None;
        };
        let source = match plain(&typed.ty) {
            Type::Reference(reference) => Source::Borrowed { written: typed.ty.clone(), inner: reference.elem.clone() },
            owned => Source::Owned(Box::new(owned.clone())),
        };
        let name = match typed.pat.as_ref() {
            Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => Some(pattern.ident.clone()),
            _ => None,
        };
        Some(Self { pattern: typed.pat.as_ref().clone(), name, source })
    }

    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.name.as_ref().is_some_and(|own| own.unraw() == name)
    }

    /// The type of an owned argument.
    pub(crate) fn owned(&self) -> Option<&Type> {
        match &self.source {
            Source::Owned(ty) => Some(ty),
            Source::Borrowed { .. } => None,
        }
    }
}
