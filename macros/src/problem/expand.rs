//! Generates the impl of `Problem`: each variant's response and cause, and all problems for the contract.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DeriveInput, Ident, Member, Path, Type};

use super::field::{Field, Role};
use super::parse::{Kind, Own, Problem, Variant};
use crate::types::last_segment;

pub(crate) fn implementation(problem: &Problem) -> TokenStream {
    let Problem { krate, ident, variants } = problem;
    let subject = if variants.is_empty() { quote!(*self) } else { quote!(self) };
    let details = variants.iter().map(|variant| details(krate, variant));
    let causes = variants.iter().map(|variant| cause(krate, variant));
    let kinds = kinds(krate, variants);
    quote! {
        #[automatically_derived]
        impl #krate::problem::Problem for #ident {
            fn details(&self) -> #krate::problem::ProblemDetails {
                match #subject {
                    #(#details)*
                }
            }

            fn cause(&self) -> ::core::option::Option<&(dyn ::std::error::Error + 'static)> {
                match #subject {
                    #(#causes)*
                }
            }

            fn kinds() -> ::std::vec::Vec<#krate::problem::ProblemKind> {
                #kinds
            }
        }
    }
}

/// An empty impl, so that the rest of the program can be checked while the derive has an error.
pub(crate) fn stub(input: &DeriveInput, krate: &Path) -> TokenStream {
    let ident = &input.ident;
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #generics #krate::problem::Problem for #ident #arguments #bounds {
            fn details(&self) -> #krate::problem::ProblemDetails {
                ::core::unreachable!()
            }

            fn kinds() -> ::std::vec::Vec<#krate::problem::ProblemKind> {
                ::std::vec::Vec::new()
            }
        }
    }
}

fn details(krate: &Path, Variant { ident, kind }: &Variant) -> TokenStream {
    let own = match kind {
        Kind::Transparent(ty) => {
            let inner = local(0, Span::mixed_site());
            return quote! { Self::#ident(#inner) => <#ty as #krate::problem::Problem>::details(#inner), };
        }
        Kind::Own(own) => own,
    };
    let Own { status, urn, title, .. } = own;
    let is_used = |field: &Field| matches!(field.role, Role::Member | Role::RetryAfter) || is_shown(own, field);
    let pattern = pattern(own, is_used);
    let detail = match &own.detail {
        None => quote!(),
        Some(text) if text.value().contains(['{', '}']) => {
            let shown = own.fields.iter().enumerate().filter(|(_, field)| is_shown(own, field));
            let arguments = shown.map(|(index, field)| {
                let name = field.ident.as_ref().map(Ident::unraw);
                let local = local(index, text.span());
                quote!(, #name = #local)
            });
            quote!(.detail(::std::format!(#text #(#arguments)*)))
        }
        Some(text) => quote!(.detail(#text)),
    };
    let members = own.fields.iter().enumerate().filter(|(_, field)| field.role == Role::Member);
    let members = members.map(|(index, field)| {
        let name = field.ident.as_ref().map(|ident| ident.unraw().to_string());
        let local = local(index, field.ty.span());
        quote!(.member(#name, #local))
    });
    let mut fields = own.fields.iter().enumerate();
    let retry_after = match (own.retry_after, fields.find(|(_, field)| field.role == Role::RetryAfter)) {
        (Some(seconds), _) => Some(quote!(.retry_after(#seconds))),
        (None, Some((index, field))) => {
            let local = local(index, field.ty.span());
            let seconds = Ident::new("__seconds", Span::mixed_site());
            // With its type, so that another type is an error on the field.
            Some(quote!(.retry_after({ let #seconds: &::core::primitive::u32 = #local; *#seconds })))
        }
        (None, None) => None,
    };
    quote! {
        Self::#ident #pattern => {
            #krate::problem::ProblemDetails::new(#status, #urn, #title)
                #detail
                #(#members)*
                #retry_after
        }
    }
}

fn cause(krate: &Path, Variant { ident, kind }: &Variant) -> TokenStream {
    let own = match kind {
        Kind::Transparent(ty) => {
            let inner = local(0, Span::mixed_site());
            return quote! { Self::#ident(#inner) => <#ty as #krate::problem::Problem>::cause(#inner), };
        }
        Kind::Own(own) => own,
    };
    let pattern = pattern(own, |field| field.role == Role::Cause);
    let cause = own.fields.iter().enumerate().find(|(_, field)| field.role == Role::Cause);
    match cause {
        None => quote! { Self::#ident #pattern => ::core::option::Option::None, },
        Some((index, field)) => {
            let local = local(index, field.ty.span());
            // A boxed error does not implement `Error`; its content does.
            let cause = if is_box(&field.ty) { quote!(&**#local) } else { quote!(#local) };
            quote! { Self::#ident #pattern => ::core::option::Option::Some(#cause), }
        }
    }
}

/// A fixed list if all problems are known here; otherwise one that other problems add theirs to.
fn kinds(krate: &Path, variants: &[Variant]) -> TokenStream {
    let list = Ident::new("__kinds", Span::mixed_site());
    let own = |own: &Own| kind(krate, own);
    let all_known: Option<Vec<TokenStream>> = variants
        .iter()
        .map(|variant| match &variant.kind {
            Kind::Own(kind) => Some(own(kind)),
            Kind::Transparent(_) => None,
        })
        .collect();
    if let Some(kinds) = all_known {
        return quote!(::std::vec![#(#kinds),*]);
    }
    let additions = variants.iter().map(|variant| match &variant.kind {
        Kind::Own(kind) => {
            let kind = own(kind);
            quote!(#list.push(#kind);)
        }
        Kind::Transparent(ty) => {
            quote!(#list.append(&mut <#ty as #krate::problem::Problem>::kinds());)
        }
    });
    quote! {
        let mut #list = ::std::vec::Vec::new();
        #(#additions)*
        #list
    }
}

/// A problem with the documentation that it has.
fn kind(krate: &Path, own: &Own) -> TokenStream {
    let Own { status, urn, title, description, with, .. } = own;
    let described = (!description.is_empty()).then(|| quote!(.describe(#description)));
    let detail = own.detail.as_ref().map(|text| quote!(.detail(#text)));
    // 0 documents that each occurrence has its own.
    let of_field = own.fields.iter().any(|field| field.role == Role::RetryAfter).then_some(0);
    let retry_after = own.retry_after.or(of_field).map(|seconds| quote!(.retry_after(#seconds)));
    let with = (!with.is_empty()).then(|| quote!(.with(&[#(#with),*])));
    let members = own.fields.iter().filter(|field| field.role == Role::Member).map(|Field { ident, ty, .. }| {
        let name = ident.as_ref().map(|ident| ident.unraw().to_string());
        quote!(#krate::problem::Member::of::<#ty>(#name))
    });
    let members: Vec<_> = members.collect();
    let members = (!members.is_empty()).then(|| quote!(.members(const { &[#(#members),*] })));
    quote! {
        #krate::problem::ProblemKind::new(#status, #urn, #title) #described #detail #members #retry_after #with
    }
}

/// A pattern that binds the fields that are used.
fn pattern(own: &Own, is_used: impl Fn(&Field) -> bool) -> TokenStream {
    if own.fields.is_empty() && !own.named {
        return quote!({ .. });
    }
    let used = own.fields.iter().enumerate().filter(|(_, field)| is_used(field));
    let bindings = used.map(|(index, field)| {
        let local = local(index, Span::mixed_site());
        let name = field.ident.clone().map_or_else(|| Member::Unnamed(index.into()), Member::Named);
        quote!(#name: #local,)
    });
    quote!({ #(#bindings)* .. })
}

/// A variable that cannot collide with a name of the user's. rustc's errors about it are shown at `at`.
fn local(index: usize, at: Span) -> Ident {
    format_ident!("__field{index}", span = Span::mixed_site().located_at(at))
}

fn is_shown(own: &Own, field: &Field) -> bool {
    field.ident.as_ref().is_some_and(|ident| own.shown.contains(&ident.unraw().to_string()))
}

fn is_box(ty: &Type) -> bool {
    last_segment(ty).is_some_and(|(name, _)| name == "Box")
}
