//! Generates the `fn main` of a handler.
//!
//! It contains a generic function `serve` and one call of it with the user's types. The body of `serve` is checked
//! against its own bounds, so each type meets each bound in one place only, with the span of the type in the source. A
//! missing implementation is therefore one error, on the argument, however often the generated code uses the type.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Ident, Path, Type};

use super::args::{Args, Http, Queue, Trigger};
use super::exclusive;
use super::signature::{Argument, Function, Source};
use crate::docs;
use crate::types::result;

/// The expansion of a handler without errors; `None` if a part is missing, which has been reported as an error.
pub(crate) fn expand(args: &Args, function: &Function) -> Option<TokenStream> {
    let entry = Entry::new(args, function)?;
    let answer = Answer::new(function.answer()?);
    let taken = taken(args, function);
    let serve = serve(&args.krate, &entry, &taken, &answer);
    // An item of the same name in `main` would shadow the user's function.
    let name = if function.sig.ident == "serve" { "serve_it" } else { "serve" };
    let name = Ident::new(name, Span::mixed_site());
    let owned = taken.iter().filter(|taken| matches!(taken.from, From::Event)).map(|taken| &taken.ty);
    let checks = exclusive::checks(args, &owned.collect::<Vec<_>>());
    let types = taken.iter().map(|taken| &taken.ty).chain(answer.types.iter().copied());
    let called = &function.sig.ident;
    Some(quote! {
        #function

        fn main() -> ::std::process::ExitCode {
            fn #name #serve

            #(#checks)*

            #name::<#(#types,)* _>(#called)
        }
    })
}

/// The parts of the expansion that depend on the trigger alone.
struct Entry {
    /// The function that runs the handler: `http`, or that of another trigger.
    function: TokenStream,
    description: TokenStream,
    event: TokenStream,
    refusal: TokenStream,
    /// The traits of owned arguments and, in `answered`, of the result.
    taken: TokenStream,
    answered: TokenStream,
    /// The contract's methods for owned arguments and, in `describe_answered`, for the result.
    describe_taken: TokenStream,
    describe_answered: TokenStream,
}

impl Entry {
    fn new(args: &Args, function: &Function) -> Option<Self> {
        let krate = &args.krate;
        let name = function.sig.ident.unraw().to_string();
        let docs = docs::text(&function.attrs);
        let (entry, kind) = match args.trigger.as_ref()? {
            Trigger::Http(Http { method, route, status }) => {
                let (method, route) = (method.as_ref()?.to_string(), &route.as_ref()?.literal);
                return Some(Self {
                    function: quote!(#krate::http),
                    description: quote! {
                        #krate::Route {
                            package: #krate::package!(),
                            function: #name,
                            method: #method,
                            path: #route,
                            status: #status,
                            docs: #docs,
                        }
                    },
                    event: quote!(#krate::Request),
                    refusal: quote!(#krate::Rejection),
                    taken: quote!(#krate::FromRequest),
                    answered: match status {
                        204 | 205 => quote!(#krate::NoContent),
                        _ => quote!(#krate::Respond),
                    },
                    describe_taken: quote!(argument::<),
                    describe_answered: quote!(answer::<),
                });
            }
            Trigger::Stream => (quote!(stream), quote!(#krate::Stream)),
            Trigger::Schedule => (quote!(schedule), quote!(#krate::Schedule)),
            Trigger::Queue(_) => (quote!(queue), quote!(#krate::Queue)),
            Trigger::Event => (quote!(event), quote!(#krate::Rule)),
        };
        let description = if let Some(Trigger::Queue(Queue { concurrency })) = &args.trigger {
            quote! {
                #krate::Consumer {
                    package: #krate::package!(),
                    function: #name,
                    concurrency: #concurrency,
                    docs: #docs,
                }
            }
        } else {
            quote!(#krate::Trigger { package: #krate::package!(), function: #name, docs: #docs })
        };
        Some(Self {
            function: quote!(#krate::#entry),
            description,
            event: quote!(#krate::Event<#kind>),
            refusal: quote!(#krate::Failure),
            taken: quote!(#krate::FromEvent<#kind>),
            answered: quote!(#krate::Outcome<#kind>),
            describe_taken: quote!(event::<#kind,),
            describe_answered: quote!(outcome::<#kind,),
        })
    }
}

/// An argument: its type, the type parameter of `serve` for it, and the source of its value.
struct Taken {
    ty: Type,
    generic: Ident,
    local: Ident,
    from: From,
}

enum From {
    Environment,
    Path(String),
    Event,
}

fn taken(args: &Args, function: &Function) -> Vec<Taken> {
    let parameters = match &args.trigger {
        Some(Trigger::Http(Http { route: Some(route), .. })) => route.parameters.as_slice(),
        _ => &[],
    };
    let taken = |(index, argument): (usize, Argument)| {
        let parameter = parameters.iter().find(|name| argument.is_named(name));
        let (ty, from) = match (argument.source, parameter) {
            (Source::Borrowed { inner, .. }, _) => (*inner, From::Environment),
            (Source::Owned(ty), Some(name)) => (*ty, From::Path(name.clone())),
            (Source::Owned(ty), None) => (*ty, From::Event),
        };
        Taken { ty, generic: format_ident!("A{index}"), local: local(&format!("arg{index}")), from }
    };
    function.arguments().into_iter().enumerate().map(taken).collect()
}

/// The return type. A `Result` is split, so that the compiler underlines the half that has an error.
struct Answer<'a> {
    types: Vec<&'a Type>,
    is_result: bool,
}

impl<'a> Answer<'a> {
    fn new(ty: &'a Type) -> Self {
        match result(ty) {
            Some((answer, error)) => Self { types: vec![answer, error], is_result: true },
            None => Self { types: vec![ty], is_result: false },
        }
    }
}

fn serve(krate: &Path, entry: &Entry, taken: &[Taken], answer: &Answer<'_>) -> TokenStream {
    let Entry { function: http, description, event, refusal, .. } = entry;
    let (function, source) = (local("function"), local("event"));
    let mut bounds = Vec::new();
    let mut inputs = Vec::new();
    let mut borrowed = Vec::new();
    let mut environment = Vec::new();
    let mut reads = Vec::new();
    for Taken { generic, local, from, .. } in taken {
        match from {
            From::Environment => {
                bounds.push(quote!(#generic: #krate::Init));
                inputs.push(quote!(&'static #generic));
                borrowed.push(local);
                environment.push(generic);
                continue;
            }
            From::Path(name) => {
                bounds.push(quote!(#generic: #krate::FromPath));
                reads.push(quote!(let #local = #source.path::<#generic>(#name)?;));
            }
            From::Event => {
                let bound = &entry.taken;
                bounds.push(quote!(#generic: #bound));
                reads.push(quote!(let #local = #source.take::<#generic>()?;));
            }
        }
        inputs.push(quote!(#generic));
    }
    let answered = &entry.answered;
    bounds.push(quote!(Answer: #answered));
    let output = if answer.is_result {
        bounds.push(quote!(Error: #krate::Problem));
        quote!(::core::result::Result<Answer, Error>)
    } else {
        quote!(Answer)
    };
    let describe = describe(krate, entry, taken, &output);
    let parameter = if reads.is_empty() { quote!(_) } else { quote!(mut #source) };
    let locals = taken.iter().map(|taken| &taken.local);
    quote! {
        <#(#bounds,)* Work>(
            #function: impl ::core::ops::Fn(#(#inputs),*) -> Work
                + ::core::marker::Copy + ::core::marker::Send + ::core::marker::Sync + 'static,
        ) -> ::std::process::ExitCode
        where
            Work: ::core::future::Future<Output = #output> + ::core::marker::Send + 'static,
        {
            #http(
                #description,
                #describe,
                move |(#(#borrowed,)*): &'static (#(#environment,)*), #parameter: #event| async move {
                    #(#reads)*
                    ::core::result::Result::<_, #refusal>::Ok(#function(#(#locals),*).await)
                },
            )
        }
    }
}

/// The closure that describes the types to the contract.
fn describe(krate: &Path, entry: &Entry, taken: &[Taken], output: &TokenStream) -> TokenStream {
    let Entry { describe_taken, describe_answered, .. } = entry;
    let contract = local("contract");
    let lines = taken.iter().map(|Taken { generic, from, .. }| match from {
        From::Environment => quote!(#contract.environment::<#generic>();),
        From::Path(name) => quote!(#contract.path::<#generic>(#name);),
        From::Event => quote!(#contract.#describe_taken #generic>();),
    });
    quote! {
        |#contract: &mut #krate::Contract| {
            #(#lines)*
            #contract.#describe_answered #output>();
        }
    }
}

/// The name of a variable. The underscores avoid constants of the user, which a pattern would match against.
fn local(name: &str) -> Ident {
    format_ident!("__{name}", span = Span::mixed_site())
}
